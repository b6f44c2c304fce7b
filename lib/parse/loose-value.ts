/**
 * Objects as languages print them inside log text: JSON, Python's repr (`{'a': None, 'b': True}`), Node's util.inspect
 * (`{ messageId: '8f06', items: [Array] }`). Reads what it can into a JSON value; gives up (null) on anything else.
 *
 * Supports: single, double and back quotes, bare keys, True/False/None/undefined, `[Object]`, `[Array]`, `... 3 more items`, class names
 * before a bracket, Python's b'…', u'…', Decimal('…'), datetime.datetime(…) as text, tuples, trailing commas.
 * Ignores: Symbol keys, circular references (read as text), Map and Set entries.
 */
import { JSON_DEPTH_MAX, type JsonObject, parseJson } from '#lib/base/json'

export interface EmbeddedValue {
  value: unknown
  start: number
  end: number
}

/** Longer dumps are not read. */
const LENGTH_MAX = 256 * 1024
/** `{"`, `{'`, `{ name:`, `[{`: what a printed object begins with, as against `{id=…` or `[INFO]`. */
const START = /[{[](?=\s*(?:["'{}]|[A-Za-z_$][\w$-]*:\s|\[\s*[{"']))/g

/** The first object or array of objects inside the text, or null. At most three places are tried. */
export function findEmbedded(text: string): EmbeddedValue | null {
  if (text.length > LENGTH_MAX || !text.includes('{')) return null
  START.lastIndex = 0
  for (let tries = 0; tries < 3; tries++) {
    const match = START.exec(text)
    if (match === null) return null
    const found = readAt(text, match.index)
    if (found !== null && isWorthwhile(found.value)) return found
  }
  return null
}

/** Objects inside the text one after another, at most `max`: `ctx {…} event {…}`. */
export function embeddedValues(text: string, max = 4): unknown[] {
  const values: unknown[] = []
  let rest = text
  while (values.length < max) {
    const found = findEmbedded(rest)
    if (found === null) break
    values.push(found.value)
    rest = rest.slice(found.end)
  }
  return values
}

function isWorthwhile(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null)
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function readAt(text: string, start: number): EmbeddedValue | null {
  // JSON to the end of the line is the usual case, and the fastest.
  const end = text.trimEnd().length
  const last = text.charCodeAt(end - 1)
  if (last === 125 || last === 93) {
    const parsed = parseJson(text.slice(start, end))
    if (parsed.ok) return { value: parsed.value, start, end }
    if (parsed.reason === 'depth') return null
  }
  return new LooseReader(text, start).read()
}

const NOTHING = Symbol('no value here')

class LooseReader {
  private at: number

  constructor(
    private readonly text: string,
    private readonly start: number,
  ) {
    this.at = start
  }

  read(): EmbeddedValue | null {
    const value = this.value(0)
    return value === NOTHING ? null : { value, start: this.start, end: this.at }
  }

  private value(depth: number): unknown {
    this.space()
    const c = this.text[this.at]
    if (depth > JSON_DEPTH_MAX || c === undefined) return NOTHING
    if (c === '{') return this.object(depth)
    if (c === '[' || c === '(') return this.list(depth, c === '[' ? ']' : ')')
    if (c === '"' || c === "'" || c === '`') return this.string(c)
    return this.bare(depth)
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '.')) this.at++
  }

  private object(depth: number): unknown {
    // No prototype, so that a key named __proto__ is a key.
    const object: JsonObject = Object.create(null) as JsonObject
    this.at++
    for (;;) {
      this.space()
      if (this.take('}')) return object
      if (this.more()) continue
      const key = this.key()
      this.space()
      if (key === null || !this.take(':')) return NOTHING
      const value = this.value(depth + 1)
      if (value === NOTHING) return NOTHING
      object[key] = value
      this.space()
      if (!this.take(',') && this.text[this.at] !== '}') return NOTHING
    }
  }

  private list(depth: number, close: string): unknown {
    const list: unknown[] = []
    this.at++
    for (;;) {
      this.space()
      if (this.take(close)) return list
      if (this.more()) continue
      const value = this.value(depth + 1)
      if (value === NOTHING) return NOTHING
      list.push(value)
      this.space()
      if (!this.take(',') && this.text[this.at] !== close) return NOTHING
    }
  }

  private take(char: string): boolean {
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  /** Node's `... 3 more items`. */
  private more(): boolean {
    if (!this.text.startsWith('... ', this.at)) return false
    const match = /^\.\.\. \d+ more \w+/.exec(this.text.slice(this.at, this.at + 40))
    this.at += match?.[0].length ?? 4
    return match !== null
  }

  private key(): string | null {
    const c = this.text[this.at]
    if (c === '"' || c === "'") {
      const key = this.string(c)
      return typeof key === 'string' ? key : null
    }
    const match = /^(?:[\w$.@-]+|\[[\w.() ]+\])/.exec(this.text.slice(this.at, this.at + 128))
    if (match === null) return null
    this.at += match[0].length
    return match[0]
  }

  private string(mark: string): unknown {
    const { text } = this
    let out = ''
    let from = this.at + 1
    for (let i = from; i < text.length; i++) {
      const c = text[i]
      if (c === '\\') {
        out += text.slice(from, i) + unescape(text[i + 1] ?? '')
        // \uXXXX and \xXX stay as they are written: rare, and never part of an id.
        from = i + 2
        i++
      } else if (c === mark) {
        this.at = i + 1
        return out + text.slice(from, i)
      }
    }
    return NOTHING
  }

  /** A number, literal, `[Object]`-less name, or a constructor around a value. */
  private bare(depth: number): unknown {
    const match = /^[^\s,(){}[\]'"`:]+(?::[^\s,(){}[\]'"`]+)*/.exec(this.text.slice(this.at, this.at + 512))
    if (match === null) return NOTHING
    const word = match[0]
    this.at += word.length
    const next = this.text[this.at]
    if (next === "'" && /^[bur]{1,2}$/i.test(word)) return this.string("'")
    if (next === '(') {
      const list = this.list(depth, ')')
      if (!Array.isArray(list)) return NOTHING
      return list.length === 1 ? list[0] : list.map(String).join('-')
    }
    // `Foo {…}` and `Foo [a: b]`.
    if (next === ' ' && this.text[this.at + 1] === '{') return this.value(depth)
    return literal(word)
  }
}

function unescape(char: string): string {
  if (char === 'n') return '\n'
  if (char === 't') return '\t'
  if (char === 'r') return '\r'
  return /[ux]/.test(char) ? `\\${char}` : char
}

function literal(word: string): unknown {
  if (word === 'true' || word === 'True') return true
  if (word === 'false' || word === 'False') return false
  if (word === 'null' || word === 'None' || word === 'undefined') return null
  const number = Number(word)
  return Number.isSafeInteger(number) || (word.includes('.') && Number.isFinite(number)) ? number : word
}
