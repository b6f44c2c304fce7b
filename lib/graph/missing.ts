/** What a transaction should have and the logs don't show: drawn as hollow, never left out in silence. */
import type { Ref } from '#lib/model/event'

export interface SeenRef {
  spanId: bigint
  serviceId: bigint
  kind: Ref['kind']
  role: Ref['role']
  value: string
  /** Some span is what the ref names (`self`), for a parent; some span received it (`consumed`), for what was produced. */
  answered: boolean
}

/** How often what a service produced was seen again. */
export interface HopHabit {
  serviceId: bigint
  kind: Ref['kind']
  produced: number
  consumed: number
}

export interface Missing {
  nearSpanId: bigint
  reason: string
  side: 'cause' | 'effect'
}

/** Fewer messages than this show no habit. */
const LEAST_PRODUCED = 5
/** A hop that is seen at its other end less often than this has consumers that log nothing: nothing of it is missing. */
const USUAL_SHARE = 0.5

/**
 * Parents that a record names and no record is, and messages sent that nothing received, the latter only where that service's messages
 * are normally seen to arrive. Each span and id is told once.
 */
export function findMissing(refs: readonly SeenRef[], habits: readonly HopHabit[], linkedEffects: ReadonlySet<bigint>): Missing[] {
  const usual = new Set(
    habits
      .filter((habit) => habit.produced >= LEAST_PRODUCED && habit.consumed >= habit.produced * USUAL_SHARE)
      .map((habit) => `${habit.serviceId}/${habit.kind}`),
  )
  const found = new Map<string, Missing>()
  for (const ref of refs) {
    if (ref.answered) continue
    if (ref.role === 'parent' && !linkedEffects.has(ref.spanId)) {
      found.set(`${ref.spanId}/${ref.value}`, {
        nearSpanId: ref.spanId,
        side: 'cause',
        reason: `It names ${shorten(ref.value)} as its parent, of which there is no record`,
      })
    }
    if (ref.role === 'produced' && usual.has(`${ref.serviceId}/${ref.kind}`)) {
      found.set(`${ref.spanId}/${ref.value}`, {
        nearSpanId: ref.spanId,
        side: 'effect',
        reason: `It sent ${ref.kind} ${shorten(ref.value)}, which was never seen to arrive`,
      })
    }
  }
  return [...found.values()]
}

function shorten(value: string): string {
  return value.length > 80 ? value.slice(0, 77) + '…' : value
}
