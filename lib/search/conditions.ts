/** The tree of a query -> what it asks of the store. Every word and condition becomes one atom, or a diagnostic. */
import { idFromHex } from '#lib/base/hash'
import { fieldTerm, templateTerm, valueTerm } from '#lib/model/terms'
import type { Comparison, Diagnostic, FieldNode, Leaf, SearchNode, WordNode } from './ast'
import { KINDS, levelRange, parseDurationNs, STATUSES } from './fields'
import { leavesOf, parse } from './grammar'
import { idsInPaste } from './paste'

/** What has to be looked up in small tables before the query can be asked. */
export type Lookup =
  /** Templates that contain the text. */
  | { type: 'template'; text: string }
  /** Values of a field with few of them that compare so; `glob` where `=` has a `*`. */
  | { type: 'values'; name: string; op: Comparison; value: string }

export type Atom =
  /** Some event has one of these keys (lib/model/terms.ts), or one that the lookup finds. */
  | { type: 'term'; keys: string[]; lookup: Lookup | null }
  | { type: 'status'; status: (typeof STATUSES)[number] }
  | { type: 'service'; pattern: string }
  | { type: 'kind'; kind: string }
  | { type: 'name'; pattern: string }
  | { type: 'outcome'; pattern: string }
  | { type: 'source'; pattern: string }
  | { type: 'duration'; op: Exclude<Comparison, '='>; ns: bigint }
  | { type: 'level'; from: number; to: number }
  /** A transaction or a span of this id. */
  | { type: 'id'; id: bigint }
  /** An event, by its key in the store. */
  | { type: 'event'; timeNs: bigint; id: bigint }

export type Condition = { type: 'and' | 'or'; parts: Condition[] } | { type: 'not'; part: Condition } | Atom

export interface Search {
  /** Null asks for everything. */
  condition: Condition | null
  diagnostics: Diagnostic[]
  /** Conditions that a transaction of the result is known to meet, for the keys column. */
  shown: { field: string; value: string }[]
}

/** More conditions than this are refused: each may be a subquery. A pasted list of 100 ids still fits. */
export const MAX_LEAVES = 120

/** Understands a query's text. Never throws; with diagnostics, nothing should be asked. */
export function understand(text: string): Search {
  const pasted = idsInPaste(text)
  if (pasted) {
    const parts = pasted.map((value): Condition => ({ type: 'term', keys: [valueTerm(value)], lookup: null }))
    return { condition: parts.length === 1 && parts[0] ? parts[0] : { type: 'or', parts }, diagnostics: [], shown: [] }
  }
  const { query, diagnostics } = parse(text)
  const leaves = leavesOf(query.root)
  const tooMany = leaves[MAX_LEAVES]
  if (tooMany) {
    const message = `More than ${MAX_LEAVES} conditions`
    return { condition: null, diagnostics: [...diagnostics, { span: tooMany.leaf.span, message }], shown: [] }
  }
  const condition = query.root ? lower(query.root, diagnostics) : null
  const shown = leaves.flatMap(({ leaf, negated }) =>
    leaf.type === 'field' && !negated && leaf.op === '=' && isLogField(leaf) && !isGlob(leaf) ? [{ field: leaf.name, value: leaf.value }] : [],
  )
  return { condition, diagnostics, shown }
}

function lower(node: SearchNode, diagnostics: Diagnostic[]): Condition | null {
  switch (node.type) {
    case 'word':
    case 'field': {
      const result = node.type === 'word' ? lowerWord(node) : lowerField(node)
      if (typeof result !== 'string') return result
      diagnostics.push({ span: node.span, message: result })
      return null
    }
    case 'not': {
      const part = lower(node.part, diagnostics)
      return part && { type: 'not', part }
    }
    case 'group':
      return node.part && lower(node.part, diagnostics)
    case 'and':
    case 'or': {
      const parts = node.parts.flatMap((part) => lower(part, diagnostics) ?? [])
      return parts.length > 0 ? { type: node.type, parts } : null
    }
  }
}

function isGlob(leaf: Leaf): boolean {
  return !leaf.quoted && leaf.value.includes('*')
}

/** A word is a value of some field, or stands in the constant part of a message; an id may be one of ours. */
function lowerWord(node: WordNode): Condition | string {
  if (node.value === '') return 'Nothing stands between these quotes'
  if (isGlob(node)) return '* works in the value of a field, as in coupon:SAVE*'
  const term: Atom = { type: 'term', keys: [valueTerm(node.value)], lookup: { type: 'template', text: node.value } }
  const own = ownId(node.value)
  return own ? { type: 'or', parts: [term, own] } : term
}

/** Our ids: 16 hex digits; an event's is 16 of its time and 16 of its hash. */
function ownId(text: string): Atom | null {
  const id = idFromHex(text.length === 32 ? text.slice(16) : text)
  if (id === null) return null
  if (text.length === 16) return { type: 'id', id }
  const timeNs = idFromHex(text.slice(0, 16))
  return timeNs === null ? null : { type: 'event', timeNs, id }
}

const BUILT_INS: Record<string, (node: FieldNode) => Condition | string | null> = {
  // A status that is none of ours is the log's own, like an HTTP status.
  status: (node) => {
    const status = STATUSES.find((known) => known === node.value)
    return status && node.op === '=' ? { type: 'status', status } : null
  },
  kind: (node) => (KINDS.some((known) => known === node.value) && node.op === '=' ? { type: 'kind', kind: node.value } : null),
  service: (node) => equalsOnly(node, (pattern) => ({ type: 'service', pattern })),
  name: (node) => equalsOnly(node, (pattern) => ({ type: 'name', pattern })),
  outcome: (node) => equalsOnly(node, (pattern) => ({ type: 'outcome', pattern })),
  source: (node) => equalsOnly(node, (pattern) => ({ type: 'source', pattern })),
  template: (node) => equalsOnly(node, () => ({ type: 'term', keys: [templateTerm(node.value)], lookup: { type: 'template', text: node.value } })),
  trace: (node) => equalsOnly(node, () => ({ type: 'term', keys: [valueTerm(node.value.replace(/^Root=/, ''))], lookup: null })),
  request: (node) => equalsOnly(node, () => ({ type: 'term', keys: [valueTerm(node.value)], lookup: null })),
  id: (node) => equalsOnly(node, () => ownId(node.value) ?? { type: 'term', keys: [valueTerm(node.value)], lookup: null }),
  duration: (node) => {
    const ns = parseDurationNs(node.value)
    if (ns === null) return `${node.value} is no duration; write 500, 500ms, 2s, 1.5m or 1h`
    return node.op === '='
      ? `No transaction takes exactly ${node.value}; write duration:>${node.value} or duration:<${node.value}`
      : { type: 'duration', op: node.op, ns }
  },
  level: (node) => {
    const range = levelRange(node.value)
    if (!range) return node.op === '=' ? null : `${node.value} is no level; levels are trace, debug, info, warn, error and fatal`
    if (node.op === '=') return { type: 'level', ...range }
    if (node.op === '>' || node.op === '>=') return { type: 'level', from: node.op === '>' ? range.to : range.from, to: 32_767 }
    return { type: 'level', from: 1, to: node.op === '<' ? range.from : range.to }
  },
}

function equalsOnly(node: FieldNode, make: (pattern: string) => Condition): Condition | string {
  if (node.op !== '=') return `${node.name} has no order; write ${node.name}:${node.value}`
  return make(likePattern(node.value, isGlob(node)))
}

/** A pattern for `ilike`: everything literal but `*` where it is a wildcard. */
export function likePattern(value: string, glob: boolean): string {
  const literal = value.replace(/[\\%_]/g, (c) => '\\' + c)
  return glob ? literal.replaceAll('*', '%') : literal
}

function isLogField(node: FieldNode): boolean {
  return node.raw.startsWith('"') || !Object.hasOwn(BUILT_INS, node.name)
}

function lowerField(node: FieldNode): Condition | string {
  // The grammar has already complained about `key:` alone.
  if (node.value === '' && !node.quoted) return `${node.name}: needs a value`
  const builtIn = isLogField(node) ? undefined : BUILT_INS[node.name]
  const condition = builtIn?.(node)
  if (condition) return condition
  if (node.op === '=' && !isGlob(node)) return { type: 'term', keys: [fieldTerm(node.name, node.value)], lookup: null }
  return { type: 'term', keys: [], lookup: { type: 'values', name: node.name, op: isGlob(node) && node.op === '=' ? '=' : node.op, value: node.value } }
}

/** All lookups of a condition, each once, in order. */
export function lookupsOf(condition: Condition | null): Lookup[] {
  if (!condition) return []
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.parts.flatMap(lookupsOf)
    case 'not':
      return lookupsOf(condition.part)
    case 'term':
      return condition.lookup ? [condition.lookup] : []
    default:
      return []
  }
}

/** Whether a field's value compares so with the asked one: as numbers where both are, else as text; `=` matches `*` as any text. */
export function compareValue(actual: string, op: Comparison, asked: string): boolean {
  if (op === '=') return globMatches(actual, asked)
  const a = Number(actual)
  const b = Number(asked)
  const numeric = actual.trim() !== '' && asked.trim() !== '' && Number.isFinite(a) && Number.isFinite(b)
  // A number and a word have no order.
  if (!numeric && (Number.isFinite(a) || Number.isFinite(b))) return false
  const order = numeric ? Math.sign(a - b) : Number(actual > asked) - Number(actual < asked)
  if (order === 0) return op === '>=' || op === '<='
  return order > 0 ? op === '>' || op === '>=' : op === '<' || op === '<='
}

/** `*` stands for any text. Greedy from the left, so linear in the text for each piece: no regular expression of the user's runs here. */
function globMatches(text: string, glob: string): boolean {
  const pieces = glob.split('*')
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  if (pieces.length === 1) return text === glob
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found < 0 || found + piece.length > text.length - last.length) return false
    at = found + piece.length
  }
  return true
}
