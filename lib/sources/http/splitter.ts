/** Splits a body's bytes into records (decode.ts says what is understood): a state machine that takes one decision a step. */
import { decodeUtf8, encodeUtf8 } from '#lib/base/text-bytes'
import { parseJson } from '#lib/base/json'
import type { UnixNano } from '#lib/base/time'
import { BodyBuffer, isSpace, looksLikeJson, trailingSpace } from './body-buffer'
import { BROKEN, BrokenElementScanner, JsonScanner, NEED_MORE } from './json-scanner'
import { readShape, refused, REFUSED_BYTES_MAX, textLine, type Decoded } from './shapes'

const enum Mode {
  /** At the top, before a record. */
  Top,
  /** At the top, in a line that is no JSON value: waiting for its end. */
  Line,
  /** In an array, before an element or its end. */
  Element,
  /** In an array, behind an element. */
  Separator,
  /** In an array, in an element that is broken. */
  BrokenElement,
  /** Too long: dropping bytes to the end of the line, of the value at the top, of the element. */
  SkipLine,
  SkipValue,
  SkipElement,
}

/** Lines are decoded in windows of this size: large enough to be cheap a line, small enough that a slice doesn't keep much alive. */
const WINDOW_BYTES = 256 * 1024

export class Splitter extends BodyBuffer {
  private mode = Mode.Top
  private eof = false
  private readonly scanner = new JsonScanner()
  private readonly broken = new BrokenElementScanner()
  private element = 0
  private out: Decoded[] = []

  constructor(
    private readonly latestNs: UnixNano,
    private readonly max: number,
  ) {
    super()
  }

  push(chunk: Uint8Array, eof: boolean): Decoded[] {
    this.out = []
    this.eof = eof
    this.load(chunk)
    if (this.mode === Mode.Top && this.scanned < 0) this.fastLines()
    while (this.pos < this.end && this.step()) continue
    this.keep()
    return this.out
  }

  /** Advances by one decision; false where more bytes are needed. */
  private step(): boolean {
    switch (this.mode) {
      case Mode.Top:
        return this.top()
      case Mode.Line:
        return this.textLine()
      case Mode.Element:
        return this.arrayElement()
      case Mode.Separator:
        return this.separator()
      case Mode.BrokenElement:
        return this.brokenElement()
      case Mode.SkipLine:
        return this.skipLine()
      case Mode.SkipValue:
      case Mode.SkipElement:
        return this.skipValue()
    }
  }

  /**
   * The usual case, whole lines of NDJSON or text, decoded a window at a time. Stops before the first line that needs the scanner;
   * the rest of the chunk is then read step by step, with the same results.
   */
  private fastLines(): void {
    while (this.pos < this.end) {
      const limit = Math.min(this.end, this.pos + WINDOW_BYTES)
      const last = this.work.subarray(this.pos, limit).lastIndexOf(10)
      if (last < 0) return
      const bytes = this.work.subarray(this.pos, this.pos + last + 1)
      const { text, valid } = decodeUtf8(bytes)
      if (!valid) return
      const done = this.windowLines(text)
      this.pos += done === text.length ? bytes.length : encodeUtf8(text.slice(0, done)).length
      if (done < text.length) return
    }
  }

  /** Reads the lines of a window; returns how many characters of it are read. */
  private windowLines(text: string): number {
    let at = 0
    while (at < text.length) {
      const newline = text.indexOf('\n', at)
      let to = newline
      if (to > at && text.charCodeAt(to - 1) === 13) to--
      if (!this.fastLine(text, at, to)) return at
      this.line++
      at = newline + 1
    }
    return at
  }

  private fastLine(text: string, from: number, to: number): boolean {
    if (from >= to) return true
    // Characters are up to three bytes; the long way counts them.
    if ((to - from) * 3 > this.max) return false
    const first = text.charCodeAt(from)
    if (first === 123) {
      if (text.charCodeAt(to - 1) !== 125) return false
      const line = text.slice(from, to)
      const value = parseLine(line)
      if (value === undefined) return false
      readShape({ value, text: line, invalidUtf8: null, line: this.line, latestNs: this.latestNs }, this.out)
      return true
    }
    const second = text.charCodeAt(from + 1)
    // `[INFO] …` can't be an array; whitespace may hide a value, or be the whole line.
    if (first === 91 && !(second >= 65 && second <= 90)) return false
    if (first <= 32) return false
    this.out.push(textLine(text.slice(from, to), { line: this.line, latestNs: this.latestNs }))
    return true
  }

  private top(): boolean {
    if (this.scanned < 0) {
      const first = this.skipBlank()
      if (first >= this.end) {
        // Blanks may be the indentation of a text line, or stand before a value: what comes next decides.
        if (this.eof) this.consume(this.end)
        return this.isTooLong() && this.tooLong(Mode.SkipLine)
      }
      const c = this.work[first]
      if (c !== 123 && c !== 91) return this.judgeLine()
      if (first > this.pos) {
        const indent = this.work.slice(this.pos, first)
        this.consume(first)
        this.indent = indent
      }
    }
    return this.work[this.pos] === 91 ? this.topArray() : this.topValue()
  }

  /** Drops blank lines; the index of the first byte that is no blank, which may be behind a line's indentation. */
  private skipBlank(): number {
    let i = this.pos
    for (; i < this.end && isSpace(this.work[i]); i++) {
      if (this.work[i] === 10) this.consume(i + 1)
    }
    return i
  }

  private topArray(): boolean {
    const at = this.afterSpace(this.pos + 1)
    if (at - this.pos > this.max) return this.tooLong(Mode.SkipLine)
    if (at >= this.end && !this.eof) return false
    const c = this.work[at]
    if (c === 93) {
      this.valueEnd = at + 1
      return this.closeTopValue(() => undefined)
    }
    if (c === 34) return this.enterArray()
    if (c === 123) {
      const inner = this.afterSpace(at + 1)
      if (inner >= this.end && !this.eof) return false
      if (this.work[inner] === 34 || this.work[inner] === 125) return this.enterArray()
    }
    // Arrays of numbers, literals and arrays look much like text (`[2026-11-02 08:00:00] …`): all of it must be JSON.
    return this.topValue()
  }

  private enterArray(): boolean {
    this.pos++
    this.mode = Mode.Element
    this.element = 0
    this.scanned = -1
    return true
  }

  private topValue(): boolean {
    if (this.valueEnd < 0) {
      const end = this.scanValue()
      if (end === BROKEN) return this.judgeLine()
      if (end === NEED_MORE) {
        if (this.isTooLong()) return this.tooLong(Mode.SkipValue)
        return this.eof && this.cutOff()
      }
      this.valueEnd = end
    }
    return this.closeTopValue((bytes) => this.value(bytes, this.line, this.work[this.pos] === 91))
  }

  /** Looks no further than the limit, so that the same bytes are judged whatever has come behind them. */
  private scanValue(): number {
    if (this.scanned < 0) {
      this.scanner.reset()
      this.scanned = this.pos
    }
    const limit = this.scanLimit()
    const end = this.scanner.scan(this.work, this.scanned, limit)
    this.scanned = limit
    return end
  }

  private scanLimit(): number {
    return Math.min(this.end, this.pos + this.max + 1)
  }

  /** More than a record may have is there, and its end is not among it. */
  private isTooLong(): boolean {
    return this.end - this.pos > this.max
  }

  /** A value ends at `valueEnd`: fine if its line ends there or another value begins, else the line is text after all. */
  private closeTopValue(emit: (bytes: Uint8Array) => boolean | undefined): boolean {
    let at = this.valueEnd
    while (at < this.end && (this.work[at] === 32 || this.work[at] === 9 || this.work[at] === 13)) at++
    if (at >= this.end && !this.eof) {
      this.scanned = this.end
      return false
    }
    const c = this.work[at]
    if (at < this.end && c !== 10 && c !== 123 && c !== 91 && c !== 44) return this.judgeLine()
    const bytes = this.work.subarray(this.pos, this.valueEnd)
    if (emit(bytes) === false) return this.judgeLine()
    this.consume(c === 44 ? at + 1 : at)
    return true
  }

  /** Emits a whole value; an array that came here is given element by element. False where JSON.parse finds it broken. */
  private value(bytes: Uint8Array, line: number, isArray = false): boolean {
    if (bytes.length > this.max) {
      this.out.push(this.refuseSize(bytes, line))
      return true
    }
    const { text, valid } = decodeUtf8(bytes)
    const parsed = parseJson(text)
    if (!parsed.ok) {
      if (parsed.reason === 'syntax') return false
      this.out.push(textLine(text, { line, latestNs: this.latestNs }, valid ? undefined : bytes.slice()))
      return true
    }
    const rest = { invalidUtf8: valid ? null : bytes, line, latestNs: this.latestNs }
    if (isArray && Array.isArray(parsed.value)) {
      for (const value of parsed.value) readShape({ value, text: JSON.stringify(value), ...rest, invalidUtf8: null }, this.out)
    } else readShape({ value: parsed.value, text, ...rest }, this.out)
    return true
  }

  /** The value never ends. Its first line is judged alone, unless nothing but the bracket stands there: then the rest is its remains. */
  private cutOff(): boolean {
    const newline = this.work.subarray(this.pos, this.end).indexOf(10)
    const firstLine = this.work.subarray(this.pos, newline < 0 ? this.end : this.pos + newline)
    if (newline < 0 || firstLine.length - trailingSpace(firstLine) > 1) return this.judgeLine()
    const bytes = this.work.subarray(this.pos, this.end)
    this.out.push(refused('quarantined', 'invalid_json', 'the input ends inside this JSON value', { line: this.line, bytes }))
    this.consume(this.end)
    return true
  }

  private judgeLine(): boolean {
    this.mode = Mode.Line
    this.scanned = -1
    this.valueEnd = -1
    return true
  }

  private textLine(): boolean {
    if (this.scanned < 0) this.scanned = this.pos
    const found = this.work.subarray(this.scanned, this.end).indexOf(10)
    const lineEnd = found < 0 ? this.end : this.scanned + found
    if (lineEnd - this.pos > this.max) return this.tooLong(Mode.SkipLine)
    if (found < 0 && !this.eof) {
      this.scanned = this.end
      return false
    }
    const hasReturn = lineEnd > this.pos && this.work[lineEnd - 1] === 13
    this.emitLine(this.indented(this.work.subarray(this.pos, hasReturn ? lineEnd - 1 : lineEnd)))
    this.mode = Mode.Top
    this.consume(lineEnd)
    return true
  }

  private emitLine(bytes: Uint8Array): void {
    if (looksLikeJson(bytes)) this.out.push(refused('quarantined', 'invalid_json', 'the line begins like JSON and is not', { line: this.line, bytes }))
    else if (trailingSpace(bytes) < bytes.length) {
      const { text, valid } = decodeUtf8(bytes)
      this.out.push(textLine(text, { line: this.line, latestNs: this.latestNs }, valid ? undefined : bytes.slice()))
    }
  }

  private arrayElement(): boolean {
    if (this.scanned < 0) {
      this.consume(this.afterSpace(this.pos))
      if (this.pos >= this.end) return false
      const c = this.work[this.pos]
      if (c === 93) return this.leaveArray()
      if (c === 44) {
        this.consume(this.pos + 1)
        return true
      }
    }
    const end = this.scanValue()
    if (end === NEED_MORE && this.isTooLong()) return this.tooLong(Mode.SkipElement)
    if (end === NEED_MORE && !this.eof) return false
    if (end < 0 || !this.value(this.work.subarray(this.pos, end), this.element + 1)) {
      this.mode = Mode.BrokenElement
      this.scanned = -1
      return true
    }
    this.element++
    this.consume(end)
    this.mode = Mode.Separator
    return true
  }

  private separator(): boolean {
    this.consume(this.afterSpace(this.pos))
    if (this.pos >= this.end) return false
    const c = this.work[this.pos]
    if (c === 93) return this.leaveArray()
    if (c === 44) this.consume(this.pos + 1)
    this.mode = Mode.Element
    return true
  }

  private leaveArray(): boolean {
    this.consume(this.pos + 1)
    this.mode = Mode.Top
    return true
  }

  private brokenElement(): boolean {
    if (this.scanned < 0) {
      this.broken.reset()
      this.scanned = this.pos
    }
    const limit = this.scanLimit()
    let end = this.broken.scan(this.work, this.scanned, limit)
    this.scanned = limit
    if (end === NEED_MORE) {
      if (this.isTooLong()) return this.tooLong(Mode.SkipLine)
      if (!this.eof) return false
      end = this.end
    }
    this.element++
    const bytes = this.work.subarray(this.pos, end)
    if (bytes.length > 0) this.out.push(refused('quarantined', 'invalid_json', 'this element of the array is not valid JSON', { line: this.element, bytes }))
    this.consume(end)
    this.mode = Mode.Separator
    return true
  }

  /** Reports the record as rejected and drops the rest of it as it comes. The scanner goes on from where it is. */
  private tooLong(skip: Mode.SkipLine | Mode.SkipValue | Mode.SkipElement): boolean {
    const line = skip === Mode.SkipElement ? ++this.element : this.line
    this.out.push(this.refuseSize(this.work.subarray(this.pos, this.end), line))
    this.mode = skip
    this.consume(this.scanLimit())
    return true
  }

  private refuseSize(bytes: Uint8Array, line: number): Decoded {
    return refused('rejected', 'record_too_large', `a record of more than ${this.max} bytes`, {
      line,
      bytes: bytes.subarray(0, Math.min(this.max, REFUSED_BYTES_MAX)),
    })
  }

  private skipLine(): boolean {
    const newline = this.work.subarray(this.pos, this.end).indexOf(10)
    this.consume(newline < 0 ? this.end : this.pos + newline)
    if (newline >= 0) this.mode = Mode.Top
    return newline >= 0
  }

  private skipValue(): boolean {
    const inArray = this.mode === Mode.SkipElement
    const end = this.scanner.scan(this.work, this.pos, this.end)
    if (end === BROKEN) this.mode = Mode.SkipLine
    else if (end !== NEED_MORE) this.mode = inArray ? Mode.Separator : Mode.Top
    if (end !== BROKEN) this.consume(end === NEED_MORE ? this.end : end)
    return end !== NEED_MORE
  }
}

/** A line's JSON value, or undefined where it is none or needs the long way. Plain JSON.parse where the line is short and flat. */
function parseLine(line: string): unknown {
  const parsed = parseJson(line)
  return parsed.ok ? parsed.value : undefined
}
