/**
 * Which message of a batch is a line about? Values that may tell one message from the others: ids and business keys, in a line or in a
 * record's body, as short hashes. lib/link/batch.ts compares them within one execution; nothing is joined by them between executions.
 */
import { hashHalves } from '#lib/base/hash'
import type { Field } from '#lib/model/event'
import { isDateLike } from './forms'

const KEYS_MAX = 12
const LENGTH_MIN = 5
const LENGTH_MAX = 64

/** At most 12, each 7 characters at most; nothing that is a date, a time, an address or a plain word. */
export function batchKeys(fields: readonly Field[]): string[] {
  const keys = new Set<string>()
  for (const { value } of fields) {
    if (keys.size >= KEYS_MAX) break
    if (isTelling(value)) keys.add((hashHalves(value.toLowerCase()).lo >>> 0).toString(36))
  }
  return [...keys]
}

/** An id or a business key by its looks. */
export function isTelling(value: string): boolean {
  if (value.length < LENGTH_MIN || value.length > LENGTH_MAX) return false
  if (!/\d/.test(value) || /[\s/]/.test(value) || value.startsWith('arn:')) return false
  return !/^\d{10,13}(?:\.\d+)?$/.test(value) && !isDateLike(value)
}
