/**
 * The clock that everything in the shop lives by. Recording runs on a virtual clock: time jumps from one scheduled event
 * to the next, so a day takes seconds and comes out the same each time. Live runs on the machine's clock.
 */
export interface Clock {
  /** Milliseconds since the epoch, with a fraction. */
  now(): number
  /** Run `action` at `time`, or at once if that has passed. Equal times run in the order in which they were scheduled. */
  at(time: number, action: () => void): Timer
  /** Says that handler code was woken: its promises must settle before time may go on. */
  wake(): void
}

export interface Timer {
  cancel(): void
}

export interface VirtualClock extends Clock {
  /** Runs everything that is due until `until`, and what that schedules within it. */
  runUntil(until: number): Promise<void>
}

interface Entry {
  time: number
  order: number
  action: () => void
  cancelled: boolean
}

const before = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.order < b.order)

/** A binary heap, earliest first. */
class Agenda {
  private entries: Entry[] = []

  push(entry: Entry): void {
    const heap = this.entries
    let i = heap.length
    heap.push(entry)
    while (i > 0) {
      const up = (i - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || !before(entry, parent)) break
      heap[i] = parent
      i = up
    }
    heap[i] = entry
  }

  peek(): Entry | undefined {
    return this.entries[0]
  }

  pop(): Entry | undefined {
    const heap = this.entries
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let i = 0
    for (;;) {
      let down = 2 * i + 1
      const left = heap[down]
      if (left === undefined) break
      const right = heap[down + 1]
      let child = left
      if (right !== undefined && before(right, left)) {
        child = right
        down += 1
      }
      if (!before(child, last)) break
      heap[i] = child
      i = down
    }
    heap[i] = last
    return first
  }
}

/**
 * One turn of Node's loop. Handlers run on promises alone (the runtime answers all their I/O and owns their timers), and
 * Node empties its promise and tick queues before an immediate runs: after this every handler stands still.
 */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function createVirtualClock(start: number): VirtualClock {
  const agenda = new Agenda()
  let now = start
  let order = 0
  let woken = false
  return {
    now: () => now,
    wake() {
      woken = true
    },
    at(time, action) {
      const entry: Entry = { time: Math.max(time, now), order: order++, action, cancelled: false }
      agenda.push(entry)
      return {
        cancel() {
          entry.cancelled = true
        },
      }
    },
    async runUntil(until) {
      for (let next = agenda.peek(); next !== undefined && next.time <= until; next = agenda.peek()) {
        agenda.pop()
        if (next.cancelled) continue
        now = next.time
        next.action()
        if (woken) {
          woken = false
          await settle()
        }
      }
      now = Math.max(now, until)
    },
  }
}

/** setTimeout can't wait longer than this: a longer wait is cut into pieces. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

export function createRealClock(): Clock {
  const origin = Date.now() - performance.now()
  const now = (): number => origin + performance.now()
  return {
    now,
    wake() {},
    at(time, action) {
      let handle: NodeJS.Timeout
      const arm = (): void => {
        const wait = Math.max(0, time - now())
        if (wait > LONGEST_TIMEOUT_MS) handle = setTimeout(arm, LONGEST_TIMEOUT_MS)
        else handle = setTimeout(action, wait)
      }
      arm()
      return { cancel: () => clearTimeout(handle) }
    },
  }
}
