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

/** An execution is what all of its events say; any other span is the sum of what each of them says alone, so that late ones add to what is stored. */
function buildSpan(id: bigint, groupId: bigint, members: readonly LinkEvent[]): Span {
  const isExecution = members.some((event) => (event.requestId !== null && !event.facts?.own) || event.facts?.own?.form === 'execution')
  if (isExecution) return buildExecution(id, groupId, members)
  const said = members.map((event) => ({ ...statementOf(id, event), groupId })).reduce(mergeSpans)
  return faced({ ...said, eventCount: members.filter((event) => event.form === 'log').length }, said)
}

function buildExecution(id: bigint, groupId: bigint, members: readonly LinkEvent[]): Span {
  const logs = members.filter((event) => event.form === 'log')
  const owns = members.flatMap((event) => (event.facts?.own ? [{ ...spanFromFact(id, event.facts.own, event), eventCount: event.form === 'log' ? 1 : 0 }] : []))
  const own = owns.length > 0 ? owns.reduce(mergeSpans) : null
  const first = logs[0] ?? members[0]
  if (!first) throw new Error('a span needs an event')
  const severity = members.reduce((worst, event) => Math.max(worst, event.severity), 0)
  return {
    id,
    groupId,
    form: 'execution',
    serviceId: logs.length > 0 ? first.serviceId : (own?.serviceId ?? first.serviceId),
    name: own?.name || (members.find((event) => event.facts?.name)?.facts?.name ?? ''),
    ...timesOf(members, own),
    status: severity >= ERROR_SEVERITY || own?.status === 'error' || members.some(hasFailed) ? 'error' : 'ok',
    severity,
    eventCount: logs.length,
    requestId: members.find((event) => event.requestId !== null)?.requestId ?? own?.requestId ?? null,
    traceId: own?.traceId ?? members.find((event) => event.traceId !== null)?.traceId ?? null,
    attributes: members.reduce((all, event) => ({ ...all, ...attributesOf(event) }), { ...own?.attributes }),
    firstEvent: { timeNs: first.timeNs, id: first.id },
  }
}

/** What one event says of the span that it belongs to. */
function statementOf(id: bigint, event: LinkEvent): Span {
  const { facts, form, serviceId, severity, requestId, traceId, timeNs } = event
  const own = facts?.own ? spanFromFact(id, facts.own, event) : null
  const plain: Span = {
    id, groupId: id, form: 'event', serviceId, name: '', startNs: timeNs, startExact: false, endNs: timeNs, open: false, status: 'ok', severity, eventCount: 0,
    requestId, traceId, attributes: {}, firstEvent: { timeNs, id: event.id },
  } // prettier-ignore
  const said: Span = {
    ...(own ?? plain),
    severity,
    // Of a gateway the log names the service: few requests are traced, and they are to be of the service of all others.
    serviceId: own && (form !== 'log' || own.form !== 'request') ? own.serviceId : serviceId,
    name: own?.name || (facts?.name ?? ''),
    status: severity >= ERROR_SEVERITY || own?.status === 'error' || hasFailed(event) ? 'error' : 'ok',
    eventCount: form === 'log' ? 1 : 0,
    requestId: requestId ?? own?.requestId ?? null,
    traceId: own?.traceId ?? traceId,
    attributes: mergeAttributes(own?.attributes ?? {}, attributesOf(event)),
  }
  const ended: Span = own && own.endNs === null && !own.open ? { ...said, endNs: timeNs, endAssumed: true } : said
  // A name that only stands in the line's words is no better than one that is guessed from a path.
  return own && !own.name && said.name !== '' ? { ...ended, face: faceOf(said) | FACES.guessed } : ended
}

function hasFailed({ facts }: LinkEvent): boolean {
  return facts?.marker?.status === 'error' || facts?.marker?.status === 'timeout'
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

function attributesOf({ facts }: LinkEvent): Span['attributes'] {
  const attributes: Span['attributes'] = {}
  if (facts?.marker?.initMs !== undefined) attributes['faas.init_duration_ms'] = facts.marker.initMs
  if (facts?.marker?.version !== undefined) attributes['faas.version'] = facts.marker.version
  if (facts?.marker?.status === 'timeout') attributes['error.type'] = 'timeout'
  if (facts?.httpStatus !== undefined) attributes['http.response.status_code'] = facts.httpStatus
  if (facts?.outcome !== undefined) attributes['outcome'] = facts.outcome
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

/**
 * Two statements about one span: commutative, associative and idempotent, so that it does not matter which of them is stored already. Each
 * field is the larger of two in an order of its own, and what the order needs is kept with the result (`face`, `endAssumed`).
 */
export function mergeSpans(a: Span, b: Span): Span {
  const [x, y] = compareFaces(a, b) <= 0 ? [a, b] : [b, a]
  const { endAssumed: _, ...face } = x
  const merged: Span = {
    ...face,
    ...timesOfBoth(x, y),
    status: x.status === 'error' || y.status === 'error' ? 'error' : 'ok',
    severity: Math.max(x.severity, y.severity),
    eventCount: Math.max(x.eventCount, y.eventCount),
    requestId: least(x.requestId, y.requestId),
    traceId: least(x.traceId, y.traceId),
    attributes: mergeAttributes(x.attributes, y.attributes),
  }
  return faced(merged, x)
}

/** A line that tells no times of the span says only when something was logged: that counts where nobody else says anything. */
function timesOfBoth(x: Span, y: Span): Pick<Span, 'startNs' | 'startExact' | 'endNs' | 'open' | 'endAssumed'> {
  const both = x.form === 'event' && y.form !== 'event' ? [y] : y.form === 'event' && x.form !== 'event' ? [x] : [x, y]
  const exact = both.filter((span) => span.startExact)
  const starts = (exact.length > 0 ? exact : both).map((span) => span.startNs)
  const stated = both.filter((span) => span.endNs !== null && !span.endAssumed)
  const ends = (stated.length > 0 ? stated : both).flatMap((span) => span.endNs ?? [])
  return {
    startNs: starts.reduce((low, ns) => (ns < low ? ns : low)),
    startExact: exact.length > 0,
    endNs: ends.length === 0 ? null : ends.reduce((high, ns) => (ns > high ? ns : high)),
    // A finished version of a segment replaces the one in progress.
    open: both.every((span) => span.open),
    ...(ends.length > 0 && stated.length === 0 && both[0]?.form !== 'event' ? { endAssumed: true as const } : {}),
  }
}

function least(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null || a < b ? a : b
}

/** Key by key; where two disagree the smaller text stands, whoever said it. */
function mergeAttributes(a: Span['attributes'], b: Span['attributes']): Span['attributes'] {
  const merged = { ...a }
  const rank = (value: string | number | boolean): string => `${String(value)}\0${typeof value}`
  for (const [key, value] of Object.entries(b)) {
    const other = merged[key]
    if (other === undefined || rank(value) < rank(other)) merged[key] = value
  }
  return merged
}

/**
 * How badly a statement knows the span's name and service. What stands in logs comes before what a trace calls it: few requests are traced,
 * and they are to have the names of all others.
 */
const FACES = { event: 8, unnamed: 4, unlogged: 2, guessed: 1 }

function faceOf({ form, name, eventCount }: Span): number {
  const named = name === '' ? FACES.unnamed : name.includes(GUESSED_PATH) ? FACES.guessed : 0
  return (form === 'event' ? FACES.event : 0) + named + (eventCount > 0 ? 0 : FACES.unlogged)
}

/** `span` with the face of the statement that it has its name and service from. */
function faced(span: Span, from: Span): Span {
  const face = from.face ?? faceOf(from)
  const { face: _, ...rest } = span
  return face === faceOf(span) ? rest : { ...rest, face }
}

/** Below 0 where the name and service of the first stand. Every field that is taken over with them has its place, so that equal means the same. */
function compareFaces(a: Span, b: Span): number {
  const byFace = (a.face ?? faceOf(a)) - (b.face ?? faceOf(b))
  if (byFace !== 0) return byFace
  const [left, right] = [a, b].map(({ firstEvent, serviceId, groupId, form, name }) => [
    firstEvent?.timeNs ?? 0n, firstEvent?.id ?? 0n, serviceId, groupId, form, name,
  ]) as [(bigint | string)[], (bigint | string)[]] // prettier-ignore
  const at = left.findIndex((value, i) => value !== right[i])
  return at < 0 ? 0 : (left[at] ?? '') < (right[at] ?? '') ? -1 : 1
}
