/** Events to spans and links of tier A all at once, as the linker's rounds do it piece by piece on what is stored: for tests and benches. */
import { groupBy } from '#lib/base/group'
import { hash64 } from '#lib/base/hash'
import { joinKey } from '#lib/model/keys'
import type { LinkEvent } from '#lib/model/link-event'
import type { Link, Span, SpanRef } from '#lib/model/span'
import { assembleGroup, mergeSpans } from './assemble'
import { assignContinuations } from './continuation'
import type { Demotions } from './health'
import { linksOf } from './match'
import { CAUSE_ROLES, EFFECT_ROLES } from './rules'
import { assignStream } from './stream'

export interface Assembled<Event extends LinkEvent> {
  spans: Map<bigint, Span>
  refs: SpanRef[]
  /** The span of each event. */
  spanOf: Map<Event, bigint>
}

/** Each event once, in any order. */
export function assembleAll<Event extends LinkEvent>(events: readonly Event[]): Assembled<Event> {
  const groups = new Map<LinkEvent, bigint>()
  for (const lines of groupBy(events, (event) => event.streamId).values()) {
    for (const [event, group] of lines[0]?.sandbox ? assignStream(lines) : assignContinuations(lines)) groups.set(event, group)
  }
  const assembled: Assembled<Event> = { spans: new Map(), refs: [], spanOf: new Map() }
  for (const [groupId, members] of groupBy(events, (event) => groups.get(event) ?? event.groupId ?? event.id)) {
    const assembly = assembleGroup(groupId, members)
    for (const span of [...assembly.spans, ...assembly.contributed]) {
      const known = assembled.spans.get(span.id)
      assembled.spans.set(span.id, known ? mergeSpans(known, span) : span)
    }
    assembled.refs.push(...assembly.refs)
    for (const event of members) assembled.spanOf.set(event, assembly.spanOf.get(event) ?? groupId)
  }
  return assembled
}

/** What the rules prove of these spans by these refs; doubted links too. */
export function linkAll(spans: ReadonlyMap<bigint, Span>, assembled: readonly SpanRef[], demoted?: Demotions): Link[] {
  const refs = [...assembled]
  for (const span of spans.values()) {
    if (span.form !== 'execution' || span.requestId === null) continue
    const ref = { kind: 'request', role: 'self', value: span.requestId } as const
    refs.push({ ...ref, joinHash: hash64(joinKey(ref)), spanId: span.id, event: span.firstEvent ?? { timeNs: span.startNs, id: span.id } })
  }
  const causes = groupBy(refs.filter((ref) => CAUSE_ROLES.has(ref.role)), (ref) => ref.joinHash) // prettier-ignore
  const effects = groupBy(refs.filter((ref) => EFFECT_ROLES.has(ref.role)), (ref) => ref.spanId) // prettier-ignore
  const none: SpanRef[] = []
  return [...effects].flatMap(([effect, own]) => linksOf(effect, own, (join) => causes.get(join) ?? none, demoted))
}
