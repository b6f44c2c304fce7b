/** What proves a link, in words, and where it stands in the raw lines. */
import { formatDuration } from '#lib/base/format'
import type { LinkItem } from '#lib/model/api'

export interface RawPiece {
  text: string
  marked: boolean
}

/** Shorter values would mark half a line: a lone `7` proves nothing to the eye. */
const LEAST_VALUE = 3

/** The raw text in pieces that add up to it; each occurrence of one of the values is marked, longest values first. */
export function markValues(raw: string, values: readonly string[]): RawPiece[] {
  const wanted = [...new Set(values.flatMap((value) => [value, ...partsOf(value)]))]
    .filter((value) => value.length >= LEAST_VALUE)
    .sort((a, b) => b.length - a.length)
  const pieces: RawPiece[] = []
  let at = 0
  let plain = 0
  while (at < raw.length) {
    const found = wanted.find((value) => raw.startsWith(value, at))
    if (!found) {
      at += 1
      continue
    }
    if (at > plain) pieces.push({ text: raw.slice(plain, at), marked: false })
    pieces.push({ text: found, marked: true })
    at += found.length
    plain = at
  }
  if (plain < raw.length || pieces.length === 0) pieces.push({ text: raw.slice(plain), marked: false })
  return pieces
}

/** Scoped ids (`trace:span`) stand apart in a line. The trace alone would mark every line of it. */
function partsOf(value: string): string[] {
  const parts = value.split(':')
  return parts.length === 2 && parts[1] !== undefined ? [parts[1]] : []
}

const RULE_WORDS: Record<string, string> = {
  'span-parent': 'The effect names this span as its parent.',
  'span-call': 'The effect is the server side of this very call, under the same span id, or was started by it.',
  'span-link': 'The effect names this span as one of those that led to it.',
  'message-id': 'The cause was told this message id when it sent, the effect received a message with it.',
  'message-named': 'Both name this message id. The cause named it first, or at a place in its code that sends.',
  'event-named': 'Both name this event id. The cause named it first, or at a place in its code that sends.',
  'call-named': 'Both name the request id of this write. The cause named it first, or at a place in its code that writes.',
  'named-first': 'The place in the code that named the id first.',
  'named-after': 'The place in the code that named the id later.',
  'other-cause': 'But a call proves what started the effect.',
  'segment-run': "The REPORT line of the execution names this segment of X-Ray's as its own.",
  duplicate: 'Both carry one idempotency key for one operation: the second repeats the first and is not caused by it.',
  'event-id': 'The bus gave this event id to the cause, and the effect was called with it.',
  'stream-position': 'The cause wrote this position of the stream, the effect read it.',
  'table-change': 'The effect is a change of this row; of all that were open in the second of the write, the cause alone carries these values.',
  'object-write': 'The effect was notified of the very write that the cause made.',
  'call-id': 'The cause made a call that was answered with the request id of the effect.',
  'call-notified': 'The notification carries the request id of the write that the cause made.',
  'gateway-request': 'The effect was called with the request id of the gateway.',
  'workflow-start': 'The cause started this execution of the state machine.',
  confirmed: 'A person confirmed it.',
  'workflow-execution': 'The effect belongs to this execution of the state machine.',
}

const TIER_WORDS: Record<LinkItem['tier'], string> = {
  A: 'Proven by an id of the protocol.',
  B: 'Both lines carry a value that hardly any other line has, and such values flow in this direction here.',
  C: 'No id proves it. It fits best what usually follows what here: which line comes after which, and how long after, as learned from links that are certain.',
  K: 'Both carry the same business key; that claims no direction.',
}

/** Kinds of evidence that are measured or looked up, and stand in no line. */
const MEASURED = new Set(['delay', 'return', 'rivals', 'model', 'borrowed', 'carriers', 'fields'])

/** What both lines hold. */
export function sharedValues(link: Pick<LinkItem, 'evidence'>): LinkItem['evidence'] {
  return link.evidence.filter((fact) => !MEASURED.has(fact.kind))
}

/** What was measured, a sentence each: why an inferred link was chosen, and by which model. */
export function measuredWords(link: Pick<LinkItem, 'evidence'>): string[] {
  const of = (kind: string): string | undefined => link.evidence.find((fact) => fact.kind === kind)?.value.replace(/^(-?)(\d+(?:\.\d+)?) ms$/, inUnits)
  const [delay, back, rivals, carriers, model, fields] = [of('delay'), of('return'), of('rivals'), of('carriers'), of('model'), of('fields')]
  return [
    fields === undefined ? '' : `The value is ${fields}.`,
    carriers === undefined ? '' : `${carriers} spans around carry the value.`,
    delay === undefined ? '' : `The effect began ${signed(delay, 'after', 'before')} the cause\u2019s line.`,
    back === undefined ? '' : backWords(back),
    rivals === undefined ? '' : rivalWords(Number(rivals)),
    of('borrowed') === undefined ? '' : 'No link of this kind is certain, so how often such links are right was measured on similar ones.',
    model === undefined ? '' : `Found by model ${model.slice(0, 8)}.`,
  ].filter((sentence) => sentence !== '')
}

const inUnits = (_text: string, minus: string, ms: string): string => minus + formatDuration(Number(ms))

function signed(value: string, after: string, before: string): string {
  return value.startsWith('-') ? `${value.slice(1)} ${before}` : `${value} ${after}`
}

/** From the effect's last line to the cause's next one. */
function backWords(back: string): string {
  return back.startsWith('-')
    ? `The cause did not wait for it: it went on ${back.slice(1)} before the effect\u2019s last line.`
    : `The cause went on ${back} after the effect\u2019s last line, as after a call that it waited for.`
}

function rivalWords(rivals: number): string {
  if (rivals === 0) return 'Nothing else could have caused it.'
  return rivals === 1 ? 'One other span could have caused it.' : `${rivals} other spans could have caused it.`
}

/** How sure, and why, in one or two sentences. */
export function ruleWords(link: Pick<LinkItem, 'rule' | 'tier'>): string {
  return RULE_WORDS[link.rule] ?? TIER_WORDS[link.tier]
}

/** `Exact`, `By identifier, 0.98`, `Inferred, 0.97`. */
export function sureWords(link: Pick<LinkItem, 'tier' | 'confidence'> & { rule?: string }): string {
  if (link.rule === 'confirmed') return 'Confirmed'
  // 0.998 rounds to a certainty that only tier A has.
  const number = Math.min(link.confidence, 0.99).toFixed(2)
  if (link.tier === 'A') return 'Exact'
  return link.tier === 'B' ? `By identifier, ${number}` : `Inferred, ${number}`
}

/** True where something carried the effect and it could wait: a message, not a call. */
export const mayWait = (link: Pick<LinkItem, 'kind'>): boolean => link.kind === 'sends' || link.kind === 'delivers' || link.kind === 'message'
