/** Times that a service states in whole seconds, rounded down. */
import type { UnixNano } from '#lib/base/time'
import type { SpanFact } from '#lib/model/event'

const SECOND_NS = 1_000_000_000n

/**
 * The start of what was stated so: of all moments that it may be the latest, at most `untilNs`, so that what happened in that second does not
 * seem to come after its effect. A time with a fraction is what it says.
 */
export function latestWithin(statedNs: UnixNano | null, untilNs: UnixNano): Pick<SpanFact, 'startNs' | 'attributes'> {
  if (statedNs === null || statedNs % SECOND_NS !== 0n) return { startNs: statedNs }
  const lastNs = statedNs + SECOND_NS - 1_000_000n
  return { startNs: untilNs < statedNs ? statedNs : untilNs < lastNs ? untilNs : lastNs, attributes: { 'start.uncertain_ms': 1000 } }
}
