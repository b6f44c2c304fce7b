/**
 * Binary COPY: rows are written into one growing buffer as Postgres' own format, so that neither side parses text.
 * Format: https://www.postgresql.org/docs/current/sql-copy.html (Binary Format).
 */
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const INT8_OID = 20
const KEPT_BYTES = 16 << 20
const START_BYTES = 1 << 18
/** JSON.stringify writes NUL and lone surrogates as escapes; an odd number of backslashes before one means it is text, not an escape. */
const UNSTORABLE = /(\\*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi

export class CopyWriter {
  private buffer = Buffer.allocUnsafe(START_BYTES)
  private at = 0

  constructor() {
    this.reset()
  }

  /** Empties it, keeping the memory unless one huge batch blew it up. */
  reset(): void {
    if (this.buffer.length > KEPT_BYTES) this.buffer = Buffer.allocUnsafe(START_BYTES)
    this.at = SIGNATURE.copy(this.buffer, 0)
  }

  get bytes(): number {
    return this.at
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes))
    this.buffer.copy(grown, 0, 0, this.at)
    this.buffer = grown
  }

  row(columns: number): void {
    this.room(2)
    this.at = this.buffer.writeInt16BE(columns, this.at)
  }

  null(): void {
    this.room(4)
    this.at = this.buffer.writeInt32BE(-1, this.at)
  }

  int8(value: bigint | null): void {
    if (value === null) return this.null()
    this.room(12)
    this.at = this.buffer.writeInt32BE(8, this.at)
    this.at = this.buffer.writeBigInt64BE(value, this.at)
  }

  int4(value: number): void {
    this.room(8)
    this.at = this.buffer.writeInt32BE(4, this.at)
    this.at = this.buffer.writeInt32BE(value, this.at)
  }

  int2(value: number): void {
    this.room(6)
    this.at = this.buffer.writeInt32BE(2, this.at)
    this.at = this.buffer.writeInt16BE(value, this.at)
  }

  real(value: number): void {
    this.room(8)
    this.at = this.buffer.writeInt32BE(4, this.at)
    this.at = this.buffer.writeFloatBE(value, this.at)
  }

  bool(value: boolean): void {
    this.room(5)
    this.at = this.buffer.writeInt32BE(1, this.at)
    this.at = this.buffer.writeUInt8(value ? 1 : 0, this.at)
  }

  text(value: string | null | undefined): void {
    if (value === null || value === undefined) return this.null()
    // Postgres' text has no NUL. Bodies arrive without any; what was unescaped from JSON may hold one.
    if (value.includes('\0')) value = value.replaceAll('\0', '\ufffd')
    this.room(4 + value.length * 3)
    const written = this.buffer.write(value, this.at + 4, 'utf8')
    this.buffer.writeInt32BE(written, this.at)
    this.at += 4 + written
  }

  bytea(value: Uint8Array | null | undefined): void {
    if (!value) return this.null()
    this.room(4 + value.length)
    this.at = this.buffer.writeInt32BE(value.length, this.at)
    this.buffer.set(value, this.at)
    this.at += value.length
  }

  /** A JSON text for a jsonb column; escapes that jsonb refuses (NUL, lone surrogates) become U+FFFD. */
  jsonb(json: string | null): void {
    if (json === null) return this.null()
    const text = json.includes('\\u') ? json.replace(UNSTORABLE, (match, slashes: string) => (slashes.length % 2 ? match : slashes + '\\ufffd')) : json
    this.room(5 + text.length * 3)
    const written = this.buffer.write(text, this.at + 5, 'utf8')
    this.buffer.writeInt32BE(written + 1, this.at)
    this.buffer.writeUInt8(1, this.at + 4) // jsonb version
    this.at += 5 + written
  }

  /** bigint[] from 64-bit values given as [hi, lo, hi, lo …] signed halves. */
  int8ArrayOfHalves(halves: readonly number[]): void {
    const count = halves.length >> 1
    this.room(24 + count * 12)
    let at = this.arrayHead(count)
    for (let i = 0; i < halves.length; i += 2) {
      at = this.buffer.writeInt32BE(8, at)
      at = this.buffer.writeInt32BE(halves[i] ?? 0, at)
      at = this.buffer.writeInt32BE(halves[i + 1] ?? 0, at)
    }
    this.at = at
  }

  int8Array(values: readonly bigint[]): void {
    this.room(24 + values.length * 12)
    let at = this.arrayHead(values.length)
    for (const value of values) {
      at = this.buffer.writeInt32BE(8, at)
      at = this.buffer.writeBigInt64BE(value, at)
    }
    this.at = at
  }

  private arrayHead(count: number): number {
    // An empty array has no dimension; others have one, from index 1.
    const dimensions = count === 0 ? 0 : 1
    let at = this.buffer.writeInt32BE(12 + dimensions * 8 + count * 12, this.at)
    at = this.buffer.writeInt32BE(dimensions, at)
    at = this.buffer.writeInt32BE(0, at)
    at = this.buffer.writeInt32BE(INT8_OID, at)
    if (dimensions === 0) return at
    at = this.buffer.writeInt32BE(count, at)
    return this.buffer.writeInt32BE(1, at)
  }

  /** What was written between two positions (`bytes` before and after a row); writing to it changes the row. */
  slice(start: number, end: number): Buffer {
    return this.buffer.subarray(start, end)
  }

  /** A finished stream of these pieces of what was written. */
  finishWith(pieces: readonly { start: number; end: number }[]): Buffer {
    const trailer = Buffer.from([0xff, 0xff])
    return Buffer.concat([SIGNATURE, ...pieces.map(({ start, end }) => this.slice(start, end)), trailer])
  }

  /** The finished stream: what was written and the trailer. Valid until the next reset. */
  finish(): Buffer {
    this.room(2)
    this.at = this.buffer.writeInt16BE(-1, this.at)
    return this.buffer.subarray(0, this.at)
  }
}

/** Sends a finished buffer through `copy … from stdin (format binary)` and waits for the server's word. */
export async function copyBinary(client: PoolClient, statement: string, data: Buffer): Promise<void> {
  const stream = client.query(copyFrom(statement))
  await new Promise<void>((resolve, reject) => {
    stream.on('finish', resolve)
    stream.on('error', reject)
    stream.end(data)
  })
}
