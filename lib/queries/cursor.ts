/**
 * Cursors of lists. Opaque to the caller: version, a fingerprint of the question, the resolved range and the last row's place, with a
 * checksum over all of it. A cursor that was changed, cut, or taken from another question is refused; what is in it is only ever bound
 * as a value, so the checksum guards against mistakes, not against attackers: there is nothing to gain.
 */
import { hash64, idToHex } from '#lib/base/hash'
import type { UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { SpecterError } from '#lib/server/problem'

export interface Place {
  timeNs: UnixNano
  id: bigint
}

/** Pages of one list see one range, however relative `from` and `to` were. */
export interface Cursor {
  range: TimeRange
  place: Place
}

const FORM = /^1\.(-?\d{1,19})\.(-?\d{1,19})\.(-?\d{1,19})\.(-?\d{1,19})\.([0-9a-f]{16})$/

/** What makes two questions the same for paging. */
export function questionKey(parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts.map((part) => part ?? null))
}

function sign(body: string, question: string): string {
  return idToHex(hash64(`cursor:${body}\0${question}`))
}

export function writeCursor(cursor: Cursor, question: string): string {
  const body = ['1', cursor.range.fromNs, cursor.range.toNs, cursor.place.timeNs, cursor.place.id].join('.')
  return Buffer.from(`${body}.${sign(body, question)}`).toString('base64url')
}

/** Throws invalid-cursor. */
export function readCursor(text: string, question: string): Cursor {
  const decoded = Buffer.from(text, 'base64url').toString('latin1')
  const match = FORM.exec(decoded)
  const body = decoded.slice(0, decoded.lastIndexOf('.'))
  if (!match || match[5] !== sign(body, question)) {
    throw new SpecterError('invalid-cursor', 'The cursor was changed or belongs to another query; begin again without it', {
      invalidParams: [{ name: 'cursor', reason: 'It is not one that this query gave out' }],
    })
  }
  const [fromNs, toNs, timeNs, id] = match.slice(1, 5).map(BigInt)
  return { range: { fromNs: fromNs ?? 0n, toNs: toNs ?? 0n }, place: { timeNs: timeNs ?? 0n, id: id ?? 0n } }
}
