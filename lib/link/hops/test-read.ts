/** From log lines as text to links, in memory: decode and store are left out, everything between is the product's own. */
import { groupBy } from '#lib/base/group'
import { emptyDictionary, toEventRow } from '#lib/ingest/event-rows'
import { OrdinalCounter } from '#lib/ingest/identity'
import { assembleAll, linkAll } from '#lib/link/in-memory'
import { shuffles } from '#lib/link/testing'
import { buildTransactions, rootsOf } from '#lib/link/transactions'
import type { RawRecord } from '#lib/model/event'
import type { LinkEvent } from '#lib/model/link-event'
import type { Link, Span, Transaction } from '#lib/model/span'
import { parseRecord } from '#lib/parse/index'

export const T0 = Date.UTC(2026, 10, 2, 8)
const CONTEXT = { sourceName: 'app', receivedNs: BigInt(T0) * 1_000_000n }

/** A CloudWatch event at `ms` after T0. */
export function line(ms: number, logGroup: string, logStream: string, body: string): RawRecord {
  return { form: 'log', body, timeNs: BigInt(T0 + ms) * 1_000_000n, logGroup, logStream, line: 1 }
}

export function segment(document: object): RawRecord {
  return { form: 'segment', body: JSON.stringify(document), json: document, timeNs: null, line: 1 }
}

export function uuid(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-fa29-40a4-9729-d3f14b9aef76`
}

export interface Run {
  name: string
  /** A small number; its RequestId is `uuid(run)`. */
  run: number
  start: number
  end: number
  stream?: string
  /** Without START, END and REPORT. */
  bare?: true
}

/** One execution of a Node function: its platform lines and what it says, each at its ms. */
export function lambda({ name, run, start, end, stream = `s${run}`, bare }: Run, said: [ms: number, text: string, level?: string][] = []): RawRecord[] {
  const at = (ms: number, text: string): RawRecord => line(ms, `/aws/lambda/${name}`, `2026/11/02/[$LATEST]${stream}`, text)
  const id = uuid(run)
  const spoken = said.map(([ms, text, level = 'INFO']) => at(ms, `${new Date(T0 + ms).toISOString()}\t${id}\t${level}\t${text}`))
  if (bare) return spoken
  return [
    at(start, `START RequestId: ${id} Version: 7`),
    ...spoken,
    at(end, `END RequestId: ${id}`),
    at(end, `REPORT RequestId: ${id}\tDuration: ${end - start} ms\tBilled Duration: ${end - start} ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\t`),
  ]
}

export interface Linked {
  spans: Map<bigint, Span>
  links: Link[]
  transactions: Transaction[]
  /** `checkout`, `queue orders`; `#2` behind the second of several, in order of start. */
  nameOf: (span: bigint) => string
}

/** Links the records, and checks that every order and repetition of them gives the same. */
export function linked(records: readonly RawRecord[]): Linked {
  const first = linkOnce(records)
  const fingerprint = (result: Linked): string[] =>
    result.links.map((link) => `${link.cause} ${link.effect} ${link.rule} ${link.tier} ${JSON.stringify(link.evidence)}`).sort()
  const expected = fingerprint(first).join('\n')
  for (const order of shuffles([...records, ...records.slice(0, 5)], 4)) {
    if (fingerprint(linkOnce(order)).join('\n') !== expected) throw new Error('another order of the same records gave other links')
  }
  return first
}

/** `gateway shop > checkout (A call-id)`: every causal and other link, sorted. */
export function linkTexts({ links, nameOf }: Linked): string[] {
  return links.map((link) => `${nameOf(link.cause)} > ${nameOf(link.effect)} (${link.tier} ${link.rule})`).sort()
}

/** Links between executions and requests, through what lies between: `checkout > worker`. */
export function hops(result: Linked): string[] {
  const causes = groupBy(
    result.links.filter((link) => link.kind !== 'duplicate-of'),
    (link) => link.effect,
  )
  const works = (id: bigint): boolean => ['execution', 'request', 'span'].includes(result.spans.get(id)?.form ?? '')
  const found = new Set<string>()
  for (const span of result.spans.values()) {
    if (!works(span.id)) continue
    const seen = new Set<bigint>()
    const open = [span.id]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const { cause } of causes.get(id) ?? []) {
        if (seen.has(cause)) continue
        seen.add(cause)
        if (works(cause)) found.add(`${result.nameOf(cause)} > ${result.nameOf(span.id)}`)
        else open.push(cause)
      }
    }
  }
  return [...found].sort()
}

function linkOnce(records: readonly RawRecord[]): Linked {
  const dictionary = emptyDictionary()
  const events = new Map<bigint, LinkEvent>()
  for (const record of records) {
    const parsed = parseRecord(record, CONTEXT)
    // Equal lines of these tests are one line delivered twice.
    const row = toEventRow(parsed, { source: { name: 'app', kind: 'file' }, ordinals: new OrdinalCounter() }, dictionary)
    events.set(row.id, {
      timeNs: parsed.timeNs, id: row.id, streamId: row.streamId, serviceId: row.serviceId, groupId: row.groupId, spanId: null, severity: parsed.severity,
      form: record.form, requestId: parsed.requestId ?? null, traceId: parsed.traceId ?? null, sourceEventId: null,
      sandbox: dictionary.streams.get(row.streamId)?.sandbox ?? false, facts: parsed.facts,
    }) // prettier-ignore
  }
  const { spans, refs } = assembleAll([...events.values()])
  const links = linkAll(spans, refs)
  const causal = links.filter((link) => link.confidence >= 0.95 && link.kind !== 'duplicate-of')
  const roots = rootsOf(spans.keys(), causal, (id) => spans.get(id)?.startNs ?? 0n)
  return { spans, links, transactions: buildTransactions(roots, spans, causal), nameOf: namesOf(spans, dictionary.services) }
}

function namesOf(spans: ReadonlyMap<bigint, Span>, services: ReadonlyMap<bigint, { name: string; kind: string }>): (span: bigint) => string {
  const names = new Map<bigint, string>()
  const order = (span: Span): [bigint, bigint, bigint] => [span.startNs, span.endNs ?? 0n, span.id]
  const ordered = [...spans.values()].sort((a, b) => {
    const [left, right] = [order(a), order(b)]
    const i = left.findIndex((value, at) => value !== right[at])
    return i < 0 ? 0 : (left[i] ?? 0n) < (right[i] ?? 0n) ? -1 : 1
  })
  const nameOf = (span: Span): string => {
    const { name = '?', kind = '?' } = services.get(span.serviceId) ?? {}
    return kind === 'function' ? name : `${kind} ${name}`
  }
  for (const [name, group] of groupBy(ordered, nameOf)) for (const [i, span] of group.entries()) names.set(span.id, i === 0 ? name : `${name}#${i + 1}`)
  return (span) => names.get(span) ?? 'nothing'
}
