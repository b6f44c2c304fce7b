/**
 * A stretch of time read back from the store as the statistical tiers need it: spans with their lines, what the exact rules and people say
 * of them. A function of what is stored alone, whatever order it came in.
 */
import type { PoolClient } from 'pg'
import { groupBy, pushTo } from '#lib/base/group'
import { idToHex } from '#lib/base/hash'
import type { UnixNano } from '#lib/base/time'
import { toSpanInput, typedValues, type StoredLine, type TypedValues } from '#lib/link/statistical/adapt'
import { certainLinks } from '#lib/link/statistical/certain'
import type { CertainLink, SpanInput } from '#lib/link/statistical/types'
import { confirmedCause, type Verdicts } from '#lib/model/feedback'
import type { Span } from '#lib/model/span'
import { parseRecord } from '#lib/parse/index'
import { readVerdicts } from '#lib/store/feedback'
import { loadSpans } from '#lib/store/spans'
import { exactAbove, exactEffects, linesBetween, linesOutside, spansStarting, tracesRecorded, type WindowLine } from '#lib/store/windows'

/** One span that logged, with its lines in the order of `input.lines`. */
export interface WindowSpan {
  span: Span
  input: SpanInput
  lines: StoredLine[]
  /** The span that a cause of it is linked to: itself, or the silent delivery above it that has none. */
  effect: bigint
}

export interface ReadWindow {
  spans: Map<bigint, WindowSpan>
  certain: CertainLink[]
  verdicts: Verdicts
  /** Log lines read. */
  lines: number
}

/** A span may log long before and after what is read of it: what sets its first line has to be read too. */
const AROUND_NS = 86_400n * 1_000_000_000n
/** Lines that come after a span's known end: a sandbox flushes late. */
const LATE_NS = 60n * 1_000_000_000n

/** Spans with a line between two times, or that start between them; the end is not part. Everything in one snapshot is the caller's care. */
export async function readWindow(client: PoolClient, fromNs: UnixNano, toNs: UnixNano, names: ReadonlyMap<bigint, string>): Promise<ReadWindow> {
  const { stored, lines, count } = await readLines(client, fromNs, toNs)
  const spans = new Map<bigint, WindowSpan>()
  for (const span of stored.values()) {
    const own = lines.get(span.id) ?? []
    const first = own[0]
    if (!first) continue
    // What logged, not what a trace calls it: only a few of its spans are traced.
    spans.set(span.id, { span, lines: own, input: toSpanInput(span, names.get(first.serviceId) ?? '', own), effect: span.id })
  }
  const verdicts = await readVerdicts(client)
  const certain = await readCertain(client, spans, { fromNs, toNs })
  return { spans, certain: withVerdicts(certain, spans, verdicts), verdicts, lines: count }
}

type Lines = Map<bigint, (StoredLine & { serviceId: bigint })[]>

async function readLines(client: PoolClient, fromNs: UnixNano, toNs: UnixNano): Promise<{ stored: Map<bigint, Span>; lines: Lines; count: number }> {
  const lines: Lines = new Map()
  let count = 0
  for await (const piece of linesBetween(client, fromNs, toNs)) {
    for (const line of piece) pushTo(lines, line.spanId, read(line))
    count += piece.length
  }
  const ids = new Set([...lines.keys(), ...(await spansStarting(client, fromNs, toNs))])
  const stored = await loadSpans(client, [...ids])
  const cut = [...stored.values()].filter(
    (span) => (span.firstEvent?.timeNs ?? fromNs) < fromNs || span.endNs === null || span.endNs + LATE_NS > toNs || !lines.has(span.id),
  )
  for (const line of await linesOutside(client, cut, { fromNs, toNs, aroundNs: AROUND_NS })) pushTo(lines, line.spanId, read(line))
  for (const list of lines.values()) list.sort((a, b) => (a.timeNs !== b.timeNs ? (a.timeNs < b.timeNs ? -1 : 1) : a.id < b.id ? -1 : 1))
  return { stored, lines, count }
}

function read(line: WindowLine): StoredLine & { serviceId: bigint } {
  const { timeNs, id, severity, template, serviceId } = line
  return { timeNs, id, severity, template, serviceId, ...(line.values ?? valuesInText(line)) }
}

/** Of a line that was stored without its values. */
function valuesInText({ timeNs, body, logGroup }: WindowLine): TypedValues {
  const record = { form: 'log' as const, body, timeNs, line: 1, ...(logGroup === null ? {} : { logGroup }) }
  return typedValues(parseRecord(record, { sourceName: '', receivedNs: timeNs }))
}

/**
 * What the exact rules prove of the window's spans. A cause that lies outside of the window is none that could be found in it: the effect is
 * then known to have none here. Sets where a cause that will be found belongs.
 */
async function readCertain(client: PoolClient, spans: Map<bigint, WindowSpan>, { fromNs, toNs }: { fromNs: UnixNano; toNs: UnixNano }): Promise<CertainLink[]> {
  const links = await exactAbove(client, [...spans.keys()])
  const others = await loadSpans(
    client,
    [...new Set(links.map((link) => link.cause))].filter((id) => !spans.has(id)),
  )
  const spanOf = (id: bigint): Span | undefined => spans.get(id)?.span ?? others.get(id)
  const recorded = await tracesRecorded(client, fromNs, toNs)
  const logged = (id: bigint): boolean => (spanOf(id)?.eventCount ?? 0) > 0
  const certain = certainLinks(links, spans.keys(), {
    logged,
    traced: (id) => recorded.has(spanOf(id)?.traceId ?? ''),
    service: (id) => String(spanOf(id)?.serviceId),
    name: idToHex,
  })
  const causes = groupBy(links, (link) => link.effect)
  const only = await exactEffects(
    client,
    links.map((link) => link.cause).filter((id) => !logged(id)),
  )
  for (const span of spans.values()) span.effect = topOf(span.span.id, causes, (id) => !logged(id) && only.get(id) === 1)
  return insideOf(certain, new Set([...spans.keys()].map(idToHex)))
}

/** Up the one way through silent spans that have this one effect alone. */
function topOf(start: bigint, causes: Map<bigint, { cause: bigint }[]>, silent: (id: bigint) => boolean): bigint {
  let at = start
  for (let hop = 0; hop < 64; hop++) {
    const above = causes.get(at) ?? []
    const next = above[0]?.cause
    if (next === undefined) return at
    if (above.length > 1 || !silent(next)) return start
    at = next
  }
  return start
}

function insideOf(certain: readonly CertainLink[], inside: ReadonlySet<string>): CertainLink[] {
  return [...groupBy(certain, (link) => link.effect).values()].flatMap((links) => {
    const found = links.filter((link) => link.cause === null || inside.has(link.cause))
    return found.length > 0 ? found : links.slice(0, 1).map((link) => ({ ...link, cause: null }))
  })
}

/** Causes that people confirmed are as certain as those that an id proves. */
function withVerdicts(certain: CertainLink[], spans: Map<bigint, WindowSpan>, verdicts: Verdicts): CertainLink[] {
  if (verdicts.size === 0) return certain
  const proved = new Set(certain.map((link) => link.effect))
  const said: CertainLink[] = []
  for (const { span, effect } of spans.values()) {
    const cause = confirmedCause(verdicts, effect)
    const name = idToHex(span.id)
    if (cause !== null && !proved.has(name)) said.push({ effect: name, cause: spans.has(cause) ? idToHex(cause) : null })
  }
  return [...certain, ...said].sort((a, b) => (a.effect < b.effect ? -1 : a.effect > b.effect ? 1 : 0))
}
