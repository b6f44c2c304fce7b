/**
 * A 64-bit hash of text, as two signed 32-bit halves: MurmurHash3 (x86, 32 bit) of the UTF-16 code units with two seeds.
 * It is pure and fast, the same everywhere, and not cryptographic: whoever joins on it compares the values as well.
 * (Identities of events use SHA-256, in lib/ingest.)
 */
export interface Hash64 {
  hi: number
  lo: number
}

function murmur3(text: string, seed: number): number {
  let h = seed
  const length = text.length
  let i = 0
  for (; i + 1 < length; i += 2) {
    let k = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16)
    k = Math.imul(k, 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    h ^= Math.imul(k, 0x1b873593)
    h = (h << 13) | (h >>> 19)
    h = (Math.imul(h, 5) + 0xe6546b64) | 0
  }
  if (i < length) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    h ^= Math.imul(k, 0x1b873593)
  }
  h ^= length * 2
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** The two halves, each a signed 32-bit integer. */
export function hashHalves(text: string): Hash64 {
  return { hi: murmur3(text, 0x9747b28c), lo: murmur3(text, 0x3c6ef372) }
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
