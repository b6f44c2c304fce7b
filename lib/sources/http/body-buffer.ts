const EMPTY = new Uint8Array(0)

/** Bytes that wait for a decision: what was not consumed of the last pieces, and the new one behind it, as one array. */
export class BodyBuffer {
  /** Holds the bytes that wait, with room to grow. */
  private store: Uint8Array = EMPTY
  private waiting = 0
  /** The bytes to read, exactly: the caller's chunk while nothing is waiting, else a view of the store. */
  protected work: Uint8Array = EMPTY
  private owned = false
  protected pos = 0
  protected end = 0
  /** How far the scanners or the search for a line's end have come in `work`; -1 before they begin. */
  protected scanned = -1
  /** End of the value that the scanner found, while what follows it has not come; -1 if none. */
  protected valueEnd = -1
  /** Blanks that stood before what begins at `pos`: they belong to a line of text, and to no value. */
  protected indent: Uint8Array = EMPTY
  /** 1-based number of the line that `pos` is in. */
  protected line = 1

  protected load(chunk: Uint8Array): void {
    if (this.waiting === 0) {
      this.work = chunk
      this.owned = false
    } else {
      const length = this.waiting + chunk.length
      if (length > this.store.length) {
        const grown = new Uint8Array(Math.max(length, this.store.length * 2))
        grown.set(this.store.subarray(0, this.waiting))
        this.store = grown
      }
      this.store.set(chunk, this.waiting)
      this.work = this.store.subarray(0, length)
      this.owned = true
    }
    this.end = this.work.length
    this.pos = 0
  }

  /** Keeps what was not consumed, in memory of our own: the caller's may change. */
  protected keep(): void {
    const rest = this.work.subarray(this.pos, this.end)
    if (this.owned) this.store.copyWithin(0, this.pos, this.end)
    else if (rest.length > this.store.length) this.store = rest.slice()
    else this.store.set(rest)
    if (this.scanned >= 0) this.scanned -= this.pos
    if (this.valueEnd >= 0) this.valueEnd -= this.pos
    this.waiting = rest.length
    this.work = EMPTY
    // A single huge record must not hold its memory for the rest of the delivery.
    if (this.waiting === 0 && this.store.length > 1024 * 1024) this.store = EMPTY
  }

  protected afterSpace(from: number): number {
    let i = from
    while (i < this.end && isSpace(this.work[i])) i++
    return i
  }

  /** A line of text with the blanks that stood before it. */
  protected indented(line: Uint8Array): Uint8Array {
    if (this.indent.length === 0) return line
    const whole = new Uint8Array(this.indent.length + line.length)
    whole.set(this.indent)
    whole.set(line, this.indent.length)
    return whole
  }

  /** Goes on at `to`, counting the line breaks on the way. */
  protected consume(to: number): void {
    for (let at = this.pos; ;) {
      const newline = this.work.subarray(at, to).indexOf(10)
      if (newline < 0) break
      this.line++
      at += newline + 1
    }
    this.pos = to
    this.indent = EMPTY
    this.scanned = -1
    this.valueEnd = -1
  }
}

export function isSpace(c: number | undefined): boolean {
  return c === 32 || c === 10 || c === 13 || c === 9
}

export function trailingSpace(bytes: Uint8Array): number {
  let count = 0
  while (count < bytes.length && isSpace(bytes[bytes.length - 1 - count])) count++
  return count
}

/** `{"`, `[{"`, `["`: whoever writes that means JSON. `[{'a': 1}]` is Python's, `{ a: 1 }` Node's: text. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  let head = ''
  for (const byte of bytes.subarray(0, 64)) {
    if (!isSpace(byte)) head += String.fromCharCode(byte)
    if (head.length === 3) break
  }
  return head.startsWith('{"') || head.startsWith('["') || head.startsWith('[{"')
}
