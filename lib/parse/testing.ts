/** Parsed events told as text, for the tests of this folder. */
import type { ParsedEvent, Ref, SpanFact } from '#lib/model/event'
import { parseRecord } from './index'

export const AT_MS = Date.UTC(2026, 10, 2, 8)
const CONTEXT = { sourceName: 'app', receivedNs: BigInt(AT_MS) * 1_000_000n }

/** One CloudWatch message of a Lambda function, unless the group is another. */
export function parseLine(body: string, logGroup = '/aws/lambda/orders'): ParsedEvent {
  return parseRecord({ form: 'log', body, timeNs: BigInt(AT_MS) * 1_000_000n, logGroup, logStream: '2026/11/02/[$LATEST]0a', line: 1 }, CONTEXT)
}

/** A line of a file: no group, no time. */
export function parseText(body: string): ParsedEvent {
  return parseRecord({ form: 'log', body, timeNs: null, line: 1 }, { ...CONTEXT, receivedNs: CONTEXT.receivedNs + 3_600_000_000_000n })
}

export function parseSegment(document: object): ParsedEvent {
  return parseRecord({ form: 'segment', body: JSON.stringify(document), json: document, timeNs: null, line: 1 }, CONTEXT)
}

export function tellRef({ kind, role, value }: Ref): string {
  return `${kind} ${role} ${value}`
}

/** `queue orders sqs:…:1 0…1500ms {message consumed …} {span self …}`, times in ms after AT_MS. */
export function tellSpan(fact: SpanFact): string {
  const ms = (ns: bigint | null): string => (ns === null ? '' : String(Number(ns - CONTEXT.receivedNs) / 1e6))
  const time = fact.startNs === null && fact.endNs === null ? [] : [`${ms(fact.startNs)}…${ms(fact.endNs)}`]
  const name = fact.name === '' ? [] : [JSON.stringify(fact.name)]
  const state = [fact.status === 'error' ? 'ERROR' : '', fact.open === true ? 'OPEN' : ''].filter((word) => word !== '')
  return [fact.service.kind, fact.service.name, fact.key, ...name, ...time, ...state, ...fact.refs.map((ref) => `{${tellRef(ref)}}`)].join(' ')
}

/** What a line says, without what is empty. */
export function tell(event: ParsedEvent): Record<string, unknown> {
  const { facts } = event
  const told: Record<string, unknown> = {
    request: event.requestId,
    trace: event.traceId,
    severity: event.severity === 0 ? undefined : event.severity,
    message: event.message,
    fields: event.fields.length === 0 ? undefined : event.fields.map(({ name, value }) => `${name}=${value}`),
    marker: facts?.marker,
    refs: facts?.refs?.map(tellRef),
    own: facts?.own && tellSpan(facts.own),
    more: facts?.more?.map(tellSpan),
    name: facts?.name,
    outcome: facts?.outcome,
  }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))
}
