/** Characters -> tokens of the search language. Spaces are no tokens: the tree keeps them as the text between its nodes. */
import type { Comparison, Diagnostic } from './ast'

export interface LeafToken {
  type: 'leaf'
  start: number
  end: number
  /** Null for a word. */
  name: string | null
  op: Comparison
  value: string
  quoted: boolean
}
export type Token = LeafToken | { type: 'open' | 'close' | 'or' | 'and' | 'not'; start: number; end: number }

const SPACE = /\s/
/** A name of a field as it is written without quotes. It begins with no digit, so that `08:38:12` is a time and not a field `08`. */
const KEY = /^[\p{L}_@$][\p{L}\p{N}_@$./[\]-]*$/u
const KEYWORDS = { OR: 'or', AND: 'and', NOT: 'not' } as const

/** Splits any text; unfinished quotes run to its end, with a diagnostic. */
export function tokenize(text: string): { tokens: Token[]; diagnostics: Diagnostic[] } {
  const tokens: Token[] = []
  const diagnostics: Diagnostic[] = []
  let at = 0
  while (at < text.length) {
    const c = text.charAt(at)
    if (SPACE.test(c)) at++
    else if (c === '(' || c === ')') {
      tokens.push({ type: c === '(' ? 'open' : 'close', start: at, end: at + 1 })
      at++
    } else if (c === '-' && at + 1 < text.length && !SPACE.test(text.charAt(at + 1)) && text.charAt(at + 1) !== ')') {
      tokens.push({ type: 'not', start: at, end: at + 1 })
      at++
    } else {
      const token = keyword(text, at) ?? readLeaf(text, at, diagnostics)
      tokens.push(token)
      at = token.end
    }
  }
  return { tokens, diagnostics }
}

function keyword(text: string, at: number): Token | null {
  for (const word of ['OR', 'AND', 'NOT'] as const) {
    if (!text.startsWith(word, at)) continue
    const after = text.charAt(at + word.length)
    if (after === '' || SPACE.test(after) || after === '(' || after === ')') return { type: KEYWORDS[word], start: at, end: at + word.length }
  }
  return null
}

function readLeaf(text: string, start: number, diagnostics: Diagnostic[]): LeafToken {
  const quotedKey = text.charAt(start) === '"' ? readQuoted(text, start) : null
  if (quotedKey) {
    if (!quotedKey.closed) diagnostics.push({ span: { start, end: quotedKey.end }, message: 'This " is never closed' })
    if (quotedKey.closed && text.charAt(quotedKey.end) === ':') return readValue(text, { start, at: quotedKey.end + 1, name: quotedKey.value }, diagnostics)
    return { type: 'leaf', start, end: quotedKey.end, name: null, op: '=', value: quotedKey.value, quoted: true }
  }
  const end = readBare(text, start)
  const colon = text.indexOf(':', start)
  if (colon > start && colon < end) {
    const name = text.slice(start, colon)
    const rest = text.slice(colon + 1, end)
    // An address or an ARN is one word although it has a colon.
    const isOneWord = rest.startsWith('//') || (name === 'arn' && rest.startsWith('aws'))
    if (KEY.test(name) && !isOneWord) return readValue(text, { start, at: colon + 1, name }, diagnostics)
  }
  return { type: 'leaf', start, end, name: null, op: '=', value: text.slice(start, end), quoted: false }
}

function readValue(text: string, key: { start: number; at: number; name: string }, diagnostics: Diagnostic[]): LeafToken {
  const op: Comparison = (['>=', '<=', '>', '<'] as const).find((candidate) => text.startsWith(candidate, key.at)) ?? '='
  const at = key.at + (op === '=' ? 0 : op.length)
  const base = { type: 'leaf' as const, start: key.start, name: key.name, op }
  if (text.charAt(at) === '"') {
    const { value, end, closed } = readQuoted(text, at)
    if (!closed) diagnostics.push({ span: { start: at, end }, message: 'This " is never closed' })
    return { ...base, end, value, quoted: true }
  }
  const end = text.charAt(at) === '(' ? at : readBare(text, at)
  if (end === at) diagnostics.push({ span: { start: key.start, end }, message: `${key.name}: needs a value` })
  return { ...base, end, value: text.slice(at, end), quoted: false }
}

/** End of a bare word: a space, a quote, or a parenthesis that the word didn't open itself: `f(x)` is one word. */
function readBare(text: string, start: number): number {
  let open = 0
  let at = start
  for (; at < text.length; at++) {
    const c = text.charAt(at)
    if (SPACE.test(c) || c === '"') break
    if (c === '(') open++
    if (c === ')' && --open < 0) break
  }
  return at
}

/** A quoted text from its opening quote; `\"` and `\\` stand for themselves, any other backslash is one. */
function readQuoted(text: string, start: number): { value: string; end: number; closed: boolean } {
  let value = ''
  let at = start + 1
  while (at < text.length) {
    const c = text.charAt(at)
    if (c === '"') return { value, end: at + 1, closed: true }
    const next = text.charAt(at + 1)
    if (c === '\\' && (next === '"' || next === '\\')) {
      value += next
      at += 2
    } else {
      value += c
      at++
    }
  }
  return { value, end: text.length, closed: false }
}

/** A name or value as it has to be written: quoted where a bare word would be read as something else. */
export function quoteIfNeeded(value: string, role: 'key' | 'value'): string {
  const bare = role === 'key' ? KEY.test(value) : readBare(value, 0) === value.length && !/^[(<>=-]|^(?:OR|AND|NOT)$|\*/.test(value)
  if (bare && value !== '') return value
  return '"' + value.replace(/["\\]/g, (c) => '\\' + c) + '"'
}
