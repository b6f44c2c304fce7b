/**
 * Finds where a JSON value ends in bytes that come in pieces, without building it. It follows the grammar of RFC 8259 (what may stand
 * where), so that a value that is cut off or broken is noticed at the first wrong byte instead of swallowing the records after it:
 *
 *   {"a":1,          <- cut off
 *   {"b":2}          <- `{` where a key must stand: the value on the first line is broken, this one is fine
 *
 * Numbers, literals and escapes are only looked over; JSON.parse has the last word on them.
 */

export const NEED_MORE = -1
export const BROKEN = -2

/** Deeper is not scanned: the stack takes a byte a level, and no line of a log has sixteen million. */
const STACK_MAX = 16 * 1024 * 1024

const enum State {
  /** A value must follow. */
  Value,
  /** A value or `]`. */
  ValueOrEnd,
  /** A key or `}`. */
  KeyOrEnd,
  /** A key. */
  Key,
  Colon,
  /** `,` or the closing bracket. */
  CommaOrEnd,
  /** Inside a number or literal. */
  Scalar,
  Done,
}

const OBJECT = 1
const ARRAY = 2

/** `push` bytes in order, from the value's first one on. State is kept between calls; nothing is copied. */
export class JsonScanner {
  private state = State.Value
  private stack = new Uint8Array(128)
  private depth = 0
  private inString = false
  private isKey = false
  private escaped = false

  reset(): void {
    this.state = State.Value
    this.depth = 0
    this.inString = false
    this.isKey = false
    this.escaped = false
    if (this.stack.length > 4096) this.stack = new Uint8Array(128)
  }

  /**
   * Scans `bytes` from `from` to `to`. Returns the index after the value's last byte, NEED_MORE where it goes on behind `to`, or BROKEN.
   * A bare number or literal ends before the first byte that can't belong to it, so at the very end of the input it stays NEED_MORE.
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    let i = from
    while (i < to) {
      if (this.inString) {
        i = this.string(bytes, i, to)
        if (i < 0) return i
        continue
      }
      const c = bytes[i] ?? 0
      if (this.state === State.Scalar) {
        if (isScalarByte(c)) {
          i++
          continue
        }
        this.closeValue()
      }
      if (this.depth === 0 && this.state === State.Done) return i
      i++
      if (c === 32 || c === 10 || c === 13 || c === 9) continue
      if (!this.token(c)) return BROKEN
      if (this.state === State.Done) return i
    }
    return NEED_MORE
  }

  /** Inside a string, from `i`: the index behind it, or a code. A raw control character is not allowed there: that is how cut lines show. */
  private string(bytes: Uint8Array, from: number, to: number): number {
    let i = from
    let escaped = this.escaped
    for (; i < to; i++) {
      const c = bytes[i] ?? 0
      if (escaped) escaped = false
      else if (c === 92) escaped = true
      else if (c === 34) {
        this.inString = false
        this.escaped = false
        if (this.isKey) this.state = State.Colon
        else this.closeValue()
        this.isKey = false
        return i + 1
      } else if (c < 32) return BROKEN
    }
    this.escaped = escaped
    return to
  }

  private token(c: number): boolean {
    switch (this.state) {
      case State.Value:
        return this.openValue(c)
      case State.ValueOrEnd:
        return c === 93 ? this.close(ARRAY) : this.openValue(c)
      case State.KeyOrEnd:
        return c === 125 ? this.close(OBJECT) : this.openKey(c)
      case State.Key:
        return this.openKey(c)
      case State.Colon:
        this.state = State.Value
        return c === 58
      case State.CommaOrEnd:
        if (c === 125) return this.close(OBJECT)
        if (c === 93) return this.close(ARRAY)
        this.state = this.stack[this.depth - 1] === OBJECT ? State.Key : State.Value
        return c === 44
      default:
        return false
    }
  }

  private openKey(c: number): boolean {
    this.isKey = true
    this.inString = true
    return c === 34
  }

  private openValue(c: number): boolean {
    if (c === 123) return this.open(OBJECT, State.KeyOrEnd)
    if (c === 91) return this.open(ARRAY, State.ValueOrEnd)
    if (c === 34) {
      this.inString = true
      return true
    }
    this.state = State.Scalar
    // - 0…9 t f n
    return c === 45 || (c >= 48 && c <= 57) || c === 116 || c === 102 || c === 110
  }

  private open(kind: number, state: State): boolean {
    if (this.depth === this.stack.length) {
      if (this.depth >= STACK_MAX) return false
      const grown = new Uint8Array(this.depth * 2)
      grown.set(this.stack)
      this.stack = grown
    }
    this.stack[this.depth++] = kind
    this.state = state
    return true
  }

  private close(kind: number): boolean {
    if (this.depth === 0 || this.stack[this.depth - 1] !== kind) return false
    this.depth--
    this.closeValue()
    return true
  }

  private closeValue(): void {
    this.state = this.depth === 0 ? State.Done : State.CommaOrEnd
  }
}

/** Digits, sign, dot, exponent and the letters of true, false and null. */
function isScalarByte(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 97 && c <= 122) || c === 43 || c === 45 || c === 46 || c === 69
}

/**
 * Where a broken element of an array ends, guessed by brackets and quotes alone: behind the bracket that closes it, before the comma or
 * bracket of the array around it, or at a line break inside what looks like a string. Works in pieces, as JsonScanner does.
 */
export class BrokenElementScanner {
  private depth = 0
  private inString = false
  private escaped = false

  reset(): void {
    this.depth = 0
    this.inString = false
    this.escaped = false
  }

  scan(bytes: Uint8Array, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const c = bytes[i] ?? 0
      if (this.escaped) this.escaped = false
      else if (this.inString) {
        if (c === 92) this.escaped = true
        else if (c === 34) this.inString = false
        else if (c === 10) return i
      } else if (c === 34) this.inString = true
      else if (c === 123 || c === 91) this.depth++
      else if (c === 125 || c === 93) {
        if (this.depth === 0) {
          // A stray brace belongs to the broken element: stopping at it would be no progress.
          if (c === 93) return i
          continue
        }
        this.depth--
        if (this.depth === 0) return i + 1
      } else if ((c === 44 || c === 10) && this.depth === 0) return i
    }
    return NEED_MORE
  }
}
