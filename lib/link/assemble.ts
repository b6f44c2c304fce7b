/**
 * Spans from events. All events of one group (one RequestId, one segment, one gateway request, or a lone event) give its spans;
 * the result depends on the set of events alone, not on their order or repetition.
 */
import { groupBy } from '#lib/base/group'
import { hash64 } from '#lib/base/hash'
import { joinKey, serviceKey, spanKey } from '#lib/model/keys'
import type { Ref, SpanFact } from '#lib/model/event'
import type { EventKey, Span, SpanRef } from '#lib/model/span'
import type { LinkEvent } from '#lib/model/link-event'
import { withBatches } from './batch'
import { inOrder } from './event-view'

const ERROR_SEVERITY = 17
const NS_PER_MS = 1e6
/** What lib/parse/path-template.ts puts for an id in a path: a configured route has a better name for it. */
const GUESSED_PATH = '{id}'

export interface Assembly {
  /** Built from the whole group: they replace what was known of the group. */
  spans: Span[]
  refs: SpanRef[]
  /** Spans that the events prove beside their own: merged with what other events say of them. */
  contributed: Span[]
  /** Events whose span is not the group itself. */
  spanOf: Map<LinkEvent, bigint>
}

/** A ref at a place. */
export function toSpanRef(ref: Ref, spanId: bigint, event: EventKey): SpanRef {
  return { ...ref, joinHash: hash64(joinKey(ref)), spanId, event: { timeNs: event.timeNs, id: event.id } }
}

/** Everything that one group's events prove. `events` is the complete group, in any order, without repeats. */
export function assembleGroup(groupId: bigint, events: readonly LinkEvent[]): Assembly {
  const sorted = [...events].sort(inOrder)
  const assembly: Assembly = { spans: [], refs: [], contributed: [], spanOf: new Map() }
  const attempts = splitAttempts(groupId, sorted)
  for (const [spanId, members] of attempts) {
    const span = buildSpan(spanId, groupId, members)
    if (attempts.size > 1 && spanId !== groupId && span.requestId) {
      const first = span.firstEvent ?? { timeNs: span.startNs, id: spanId }
      // Ties the attempts to the invocation that X-Ray recorded, where it did.
      assembly.refs.push(toSpanRef({ kind: 'span', role: 'parent', value: `invocation:${span.requestId}` }, spanId, first))
    }
    assembly.spans.push(span)
    for (const event of members) {
      if (spanId !== event.groupId || event.spanId !== spanId) assembly.spanOf.set(event, spanId)
      addRefs(assembly, event, spanId)
    }
  }
  const invocation = attempts.size > 1 ? assembly.spans.find((span) => span.id === groupId) : undefined
  if (invocation?.requestId) {
    const at = invocation.firstEvent ?? { timeNs: invocation.startNs, id: groupId }
    assembly.refs.push(toSpanRef({ kind: 'span', role: 'self', value: `invocation:${invocation.requestId}` }, groupId, at))
  }
  assembly.refs = withoutKnownMentions(assembly.refs, sorted)
  for (const [spanId, members] of attempts) {
    const others = assembly.refs.filter((ref) => ref.spanId !== spanId)
    const own = assembly.refs.filter((ref) => ref.spanId === spanId)
    if (own.length > 2) assembly.refs = [...others, ...withBatches(own, members)]
  }
  return assembly
}

/** What a span says elsewhere that it sent or got, and what a delivery in its lines brought, it does not merely mention. */
function withoutKnownMentions(refs: readonly SpanRef[], events: readonly LinkEvent[]): SpanRef[] {
  if (!refs.some((ref) => ref.role === 'mentioned')) return [...refs]
  const said = new Set(refs.flatMap((ref) => (ref.role === 'mentioned' ? [] : [`${ref.spanId}/${ref.joinHash}`])))
  const delivered = new Set(events.flatMap((event) => event.facts?.more ?? []).flatMap((fact) => fact.refs.map((ref) => hash64(joinKey(ref)))))
  return refs.filter((ref) => ref.role !== 'mentioned' || !(said.has(`${ref.spanId}/${ref.joinHash}`) || delivered.has(ref.joinHash)))
}

function addRefs(assembly: Assembly, event: LinkEvent, spanId: bigint): void {
  for (const ref of event.facts?.refs ?? []) assembly.refs.push(toSpanRef(ref, spanId, event))
  for (const ref of event.facts?.own?.refs ?? []) assembly.refs.push(toSpanRef(ref, spanId, event))
  for (const fact of event.facts?.more ?? []) {
    const id = hash64(fact.key)
    assembly.contributed.push(spanFromFact(id, fact, event))
    for (const ref of fact.refs) assembly.refs.push(toSpanRef(ref, id, event))
  }
}

/**
 * A RequestId may be run several times: an asynchronous retry keeps it. Each (stream, nth START) is an execution of its own.
 * With one, the span is the group; with more, each has its own id and the group's id is left to what X-Ray says of the invocation.
 */
function splitAttempts(groupId: bigint, sorted: readonly LinkEvent[]): Map<bigint, LinkEvent[]> {
  const requestId = sorted.find((event) => event.requestId !== null)?.requestId ?? null
  const logs = sorted.filter((event) => event.form === 'log')
  const streams = groupBy(logs, (event) => event.streamId)
  const pieces: { key: string; events: LinkEvent[] }[] = []
  for (const [streamId, events] of streams) {
    for (const [nth, piece] of splitAtStarts(events).entries()) pieces.push({ key: spanKey.attempt(requestId ?? '', streamId, nth + 1), events: piece })
  }
  if (requestId === null) return splitVariants(groupId, sorted)
  if (pieces.length <= 1) return new Map([[groupId, [...sorted]]])
  const attempts = new Map(pieces.map((piece) => [hash64(piece.key), piece.events]))
  const documents = sorted.filter((event) => event.form === 'segment')
  if (documents.length > 0) attempts.set(groupId, documents)
  return attempts
}

/** Requests of one id that another id of theirs tells apart; what has only the first stays with the group's own span. */
function splitVariants(groupId: bigint, sorted: readonly LinkEvent[]): Map<bigint, LinkEvent[]> {
  const variants = new Set(sorted.flatMap((event) => event.facts?.own?.variant ?? []))
  if (variants.size <= 1) return new Map([[groupId, [...sorted]]])
  return groupBy(sorted, (event) => (event.facts?.own?.variant === undefined ? groupId : hash64(spanKey.variant(groupId, event.facts.own.variant))))
}

/** Cuts before each START but the first: what stands before the first START (init lines) belongs to it. */
function splitAtStarts(events: readonly LinkEvent[]): LinkEvent[][] {
  const pieces: LinkEvent[][] = [[]]
  let started = false
  let initFrom: LinkEvent[] = []
  for (const event of events) {
    const marker = event.facts?.marker?.type
    if (marker === 'init' && started) initFrom = [event]
    else if (marker === 'start' && started) {
      pieces.push([...initFrom, event])
      initFrom = []
    } else if (initFrom.length > 0) initFrom.push(event)
    else pieces.at(-1)?.push(event)
    if (marker === 'start') started = true
  }
  pieces.at(-1)?.push(...initFrom)
  return pieces
}

function buildSpan(id: bigint, groupId: bigint, members: readonly LinkEvent[]): Span {
  const logs = members.filter((event) => event.form === 'log')
  const owns = members.flatMap((event) => (event.facts?.own ? [{ ...spanFromFact(id, event.facts.own, event), eventCount: event.form === 'log' ? 1 : 0 }] : []))
  const own = owns.length > 0 ? owns.reduce(mergeSpans) : null
  const first = logs[0] ?? members[0]
  if (!first) throw new Error('a span needs an event')
  // Of a gateway's logs the access line names the request; lines of its execution log come before it.
  const speaker = logs.find((event) => event.facts?.own?.form === 'request' && event.facts.own.name !== '') ?? first
  const times = timesOf(members, own)
  const severity = members.reduce((worst, event) => Math.max(worst, event.severity), 0)
  const markers = members.flatMap((event) => event.facts?.marker ?? [])
  const failed = severity >= ERROR_SEVERITY || own?.status === 'error' || markers.some((marker) => marker.status === 'error' || marker.status === 'timeout')
  const execution = members.some((event) => event.requestId !== null && !event.facts?.own) || own?.form === 'execution'
  return {
    id,
    groupId,
    form: execution ? 'execution' : (own?.form ?? 'event'),
    serviceId: logs.length > 0 && (execution || !own || own.form === 'request') ? speaker.serviceId : (own?.serviceId ?? first.serviceId),
    name: own?.name || (members.find((event) => event.facts?.name)?.facts?.name ?? ''),
    ...times,
    status: failed ? 'error' : 'ok',
    severity,
    eventCount: logs.length,
    requestId: members.find((event) => event.requestId !== null)?.requestId ?? own?.requestId ?? null,
    traceId: own?.traceId ?? members.find((event) => event.traceId !== null)?.traceId ?? null,
    attributes: attributesOf(members, own),
    firstEvent: { timeNs: first.timeNs, id: first.id },
  }
}

/** Start and end: START over X-Ray's start over end minus duration over the first line, which is only the latest possible start. */
function timesOf(members: readonly LinkEvent[], own: Span | null): Pick<Span, 'startNs' | 'startExact' | 'endNs' | 'open'> {
  const at = (type: string): LinkEvent | undefined => members.find((event) => event.facts?.marker?.type === type)
  const start = at('start')
  const report = at('report')
  const end = at('end') ?? report ?? at('timeout') ?? at('crash')
  const duration = report?.facts?.marker?.durationMs
  const derived = report && duration !== undefined ? report.timeNs - BigInt(Math.round(duration * NS_PER_MS)) : null
  const firstNs = members.reduce((low, event) => (event.timeNs < low ? event.timeNs : low), members[0]?.timeNs ?? 0n)
  const lastNs = members.reduce((high, event) => (event.timeNs > high ? event.timeNs : high), firstNs)
  const startNs = start?.timeNs ?? (own?.startExact ? own.startNs : null) ?? derived
  // Without START the platform's lines were not collected: the last line is then the last known end. A START alone is still running.
  const ends = [end?.timeNs ?? null, own?.endNs ?? null].filter((time) => time !== null)
  const open = ends.length === 0 && (start !== undefined || own?.open === true)
  const endNs = ends.length > 0 ? ends.reduce((a, b) => (a > b ? a : b)) : open ? null : lastNs
  return { startNs: startNs ?? own?.startNs ?? firstNs, startExact: startNs !== null, endNs, open }
}

function attributesOf(members: readonly LinkEvent[], own: Span | null): Span['attributes'] {
  const attributes: Span['attributes'] = { ...own?.attributes }
  for (const { facts } of members) {
    if (facts?.marker?.initMs !== undefined) attributes['faas.init_duration_ms'] = facts.marker.initMs
    if (facts?.marker?.version !== undefined) attributes['faas.version'] = facts.marker.version
    if (facts?.marker?.status === 'timeout') attributes['error.type'] = 'timeout'
    if (facts?.httpStatus !== undefined) attributes['http.response.status_code'] = facts.httpStatus
    if (facts?.outcome !== undefined) attributes['outcome'] = facts.outcome
  }
  return attributes
}

/** A span as one record states it. */
export function spanFromFact(id: bigint, fact: SpanFact, event: LinkEvent): Span {
  return {
    id,
    groupId: id,
    form: fact.form,
    serviceId: hash64(serviceKey(fact.service)),
    name: fact.name,
    startNs: fact.startNs ?? event.timeNs,
    startExact: fact.startNs !== null && fact.attributes?.['start.uncertain_ms'] === undefined,
    endNs: fact.endNs,
    open: fact.open ?? false,
    status: fact.status ?? 'ok',
    severity: 0,
    eventCount: 0,
    requestId: fact.requestId ?? null,
    traceId: fact.traceId ?? null,
    attributes: { ...fact.attributes },
    firstEvent: { timeNs: event.timeNs, id: event.id },
  }
}

/** Two statements about one span: commutative, associative and idempotent, as the store's merge is (lib/store/spans.ts). */
export function mergeSpans(a: Span, b: Span): Span {
  const [x, y] = statementKey(a) <= statementKey(b) ? [a, b] : [b, a]
  const exact = x.startExact === y.startExact ? (x.startNs < y.startNs ? x : y) : x.startExact ? x : y
  return {
    ...x,
    name: x.name || y.name,
    startNs: exact.startNs,
    startExact: exact.startExact,
    endNs: x.endNs === null ? y.endNs : y.endNs === null ? x.endNs : x.endNs > y.endNs ? x.endNs : y.endNs,
    // A finished version of a segment replaces the one in progress.
    open: x.open && y.open,
    status: x.status === 'error' || y.status === 'error' ? 'error' : 'ok',
    severity: Math.max(x.severity, y.severity),
    eventCount: Math.max(x.eventCount, y.eventCount),
    requestId: x.requestId ?? y.requestId,
    traceId: x.traceId ?? y.traceId,
    attributes: mergeAttributes(x.attributes, y.attributes),
  }
}

/** Key by key; where two disagree the smaller text stands, whoever said it. */
function mergeAttributes(a: Span['attributes'], b: Span['attributes']): Span['attributes'] {
  const merged = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const other = merged[key]
    if (other === undefined || String(value) < String(other)) merged[key] = value
  }
  return merged
}

/**
 * Orders statements by what they say, ended ones first, so that a choice between them is the same in any order of arrival. What stands in
 * logs comes before what a trace calls it: few requests are traced, and they are to have the names of all others.
 */
function statementKey(span: Span): string {
  const first = span.firstEvent
  const named = span.name === '' ? 2 : span.name.includes(GUESSED_PATH) ? 1 : 0
  return `${span.open ? 1 : 0}/${named === 2 ? 1 : 0}/${span.eventCount > 0 ? 0 : 1}/${named}/${first?.timeNs ?? 0n}/${first?.id ?? 0n}`
}
