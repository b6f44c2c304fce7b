/** Bodies decoded and told as text, for the tests of this folder. */
import { createBodyDecoder, type Decoded } from './decode'

export const NOW_MS = Date.UTC(2026, 10, 22)

/** A body, handed over in pieces. */
export function decode(body: string | Uint8Array, pieceBytes = Number.POSITIVE_INFINITY, recordBytesMax?: number): Decoded[] {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const decoder = createBodyDecoder({ nowMs: NOW_MS, ...(recordBytesMax === undefined ? {} : { recordBytesMax }) })
  const out: Decoded[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.slice(at, at + pieceBytes)
    out.push(...decoder.push(piece))
    // The caller may use its buffer again.
    piece.fill(0x21)
  }
  return [...out, ...decoder.end()]
}

/** One record a line, as a person would tell it. */
export function tell(body: string | Uint8Array, recordBytesMax?: number): string[] {
  return decode(body, undefined, recordBytesMax).map((record) => {
    if ('fate' in record) return `${record.fate} ${record.code} @${record.line}: ${new TextDecoder().decode(record.bytes).slice(0, 60)}`
    const place = [record.logGroup, record.logStream, record.sourceEventId, record.timeNs === null ? undefined : String(record.timeNs)]
    return [`${record.form} @${record.line}`, ...place.filter((part) => part !== undefined), JSON.stringify(record.body.slice(0, 60))].join(' ')
  })
}
