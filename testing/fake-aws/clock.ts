/** Time that stands still until a test moves it; the fake service and the code under test read the same one. */
export interface VirtualClock {
  /** ms since the epoch */
  nowMs(): number
  /** Resolves once the clock has passed that many ms; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Moves on by that many ms, waking sleepers in the order of their times, each with the clock at its own. */
  advance(ms: number): Promise<void>
  /** How many sleep now. */
  sleepers(): number
  /** Moves to the next sleeper's time and wakes it; false where nobody sleeps. */
  wakeNext(): Promise<boolean>
}

interface Sleeper {
  atMs: number
  wake: () => void
}

export function createVirtualClock(startMs = Date.UTC(2026, 5, 15, 9, 0, 0)): VirtualClock {
  let now = startMs
  let waiting: Sleeper[] = []

  const earliest = (): Sleeper | undefined => waiting.reduce<Sleeper | undefined>((best, one) => (!best || one.atMs < best.atMs ? one : best), undefined)
  const wake = async (sleeper: Sleeper): Promise<void> => {
    now = Math.max(now, sleeper.atMs)
    waiting = waiting.filter((other) => other !== sleeper)
    sleeper.wake()
    // What was woken goes on before the next one is.
    await new Promise((resolve) => setImmediate(resolve))
  }

  return {
    nowMs: () => now,
    sleepers: () => waiting.length,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const abort = (): void => {
          waiting = waiting.filter((other) => other !== sleeper)
          reject(signal?.reason as Error)
        }
        const wakeUp = (): void => {
          signal?.removeEventListener('abort', abort)
          resolve()
        }
        const sleeper: Sleeper = { atMs: now + Math.max(0, ms), wake: wakeUp }
        waiting.push(sleeper)
        signal?.addEventListener('abort', abort, { once: true })
      })
    },
    async advance(ms) {
      const end = now + ms
      for (let next = earliest(); next && next.atMs <= end; next = earliest()) await wake(next)
      now = Math.max(now, end)
    },
    async wakeNext() {
      const next = earliest()
      if (!next) return false
      await wake(next)
      return true
    },
  }
}
