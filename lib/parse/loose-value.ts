/**
 * Objects as languages print them inside log text: JSON, Python's repr (`{'a': None, 'b': True}`), Node's util.inspect
 * (`{ messageId: '8f06', items: [Array] }`). Reads what it can into a JSON value; gives up (null) on anything else.
 *
 * Supports: single, double and back quotes, bare keys, True/False/None/undefined, `[Object]`, `[Array]`, `... 3 more items`, class names
 * before a bracket, Python's b'…', u'…', Decimal('…'), datetime.datetime(…) as text, tuples, trailing commas.
 * A dump that was cut off (256 KB, 1 MB, `[TRUNCATED]`) is read as far as its values are whole.
 * Ignores: Symbol keys, circular references (read as text), Map and Set entries.
 */
import { JSON_DEPTH_MAX, type JsonObject, parseJson } from '#lib/base/json'

export interface EmbeddedValue {
  value: unknown
  start: number
  end: number
  /** True where the text ended in the middle of it. */
  cut?: true
}

/** Longer dumps are not read. */
const LENGTH_MAX = 300 * 1024
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

/** Shorter texts are cut by nobody but who wrote them, unless they say so. */
const CUT_MIN = 4_096
const CUT_MARK = /[\s.…]*[[(<]?(?:TRUNCATED|[Tt]runcated)[\])>]?$/

/** The first object of a text that ends in the middle of it, without the value that the end has cut; null where the text is no such one. */
export function findCut(text: string): EmbeddedValue | null {
  if (text.length > LENGTH_MAX || !text.includes('{')) return null
  // At the end only: over a whole line of dots the pattern would begin at each.
  const mark = CUT_MARK.exec(text.slice(-64))?.[0].length ?? 0
  const whole = text.slice(0, text.length - mark)
  if (mark === 0 && text.length < CUT_MIN) return null
  const start = whole.search(/[{[]\s*["'{]/)
  const found = start < 0 ? null : new LooseReader(whole, start, true).read()
  return found !== null && found.end === whole.length && isWorthwhile(found.value) ? { ...found, end: text.length, cut: true } : null
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
    /** True where the end of the text closes what is open. */
    private readonly cut = false,
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

  /** What a container is worth at a place where nothing fits: what it has where the text was cut there, else nothing. */
  private atEnd(container: unknown): unknown {
    return this.cut && this.at >= this.text.length ? container : NOTHING
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
      if (key === null || !this.take(':')) return this.atEnd(object)
      const value = this.value(depth + 1)
      if (value === NOTHING) return this.atEnd(object)
      object[key] = value
      this.space()
      if (!this.take(',') && this.text[this.at] !== '}') return this.atEnd(object)
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
      if (value === NOTHING) return this.atEnd(list)
      list.push(value)
      this.space()
      if (!this.take(',') && this.text[this.at] !== close) return this.atEnd(list)
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
    if (this.cut) this.at = text.length
    return NOTHING
  }

  /** A number, literal, `[Object]`-less name, or a constructor around a value. */
  private bare(depth: number): unknown {
    const match = /^[^\s,(){}[\]'"`:]+(?::[^\s,(){}[\]'"`]+)*/.exec(this.text.slice(this.at, this.at + 512))
    if (match === null) return NOTHING
    const word = match[0]
    this.at += word.length
    // Of a number at the end nobody knows how many digits it had.
    if (this.cut && this.at >= this.text.length) return NOTHING
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
