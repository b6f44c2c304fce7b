/**
 * As many lines as wanted from one recorded day: each further copy lies `DAY_MS` later, and its ids (RequestIds and all other UUIDs, event ids) are its
 * own, so that nothing of it is a duplicate and nothing joins across copies. Deterministic: the same day and count give the same bytes.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'

/** The recorded day lasts seven hours: copies do not overlap. */
export const DAY_MS = 8 * 3_600_000
const UUID = /\b([0-9a-f]{8})(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b/g
const STATED_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/
/** Odd, so that copies get different ids. */
const STEP = 0x9e3779b1
const PIECE = 1 << 20

interface Line {
  timestamp: number
  ingestionTime: number
  eventId: string
  logStream: string
  message: string
}

/** One line of copy `n`; copy 0 is the line itself. */
export function copyOf(text: string, n: number): string {
  if (n === 0) return text
  const line = JSON.parse(text) as Line
  const shift = n * DAY_MS
  const renamed = (_: string, head: string, tail: string): string =>
    ((Number.parseInt(head, 16) ^ Math.imul(n, STEP)) >>> 0).toString(16).padStart(8, '0') + tail
  const message = line.message.replace(STATED_TIME, (at) => new Date(Date.parse(at) + shift).toISOString()).replace(UUID, renamed)
  // AWS's event ids begin with the time; what follows stays.
  const eventId = String(BigInt(line.eventId) + (BigInt(shift) << 144n))
  return JSON.stringify({ ...line, timestamp: line.timestamp + shift, ingestionTime: line.ingestionTime + shift, eventId, message })
}

/** Writes `count` lines to `to`, gzip at its fastest. */
export async function repeatDay(from: string, to: string, count: number): Promise<void> {
  const out = createGzip({ level: 1 })
  const file = out.pipe(createWriteStream(to))
  let left = count
  let piece = ''
  const flush = async (): Promise<void> => {
    const went = out.write(piece)
    piece = ''
    if (!went) await once(out, 'drain')
  }
  for (let n = 0; left > 0; n++) {
    for await (const line of createInterface({ input: createReadStream(from).pipe(createGunzip()), crlfDelay: Infinity })) {
      if (left-- <= 0) break
      piece += copyOf(line, n) + '\n'
      if (piece.length > PIECE) await flush()
    }
  }
  await flush()
  out.end()
  await finished(file)
}
