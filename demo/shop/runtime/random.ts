/**
 * Seeded randomness. Every part of the runtime draws from a generator of its own (`fork`), so that one part's draws
 * don't move another's: the same seed gives the same traffic whether a fault is on or not.
 */
export interface Random {
  /** Uniform in [0, 1). */
  unit(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** A whole number in [0, below). */
  below(count: number): number
  /** True with the given probability. */
  chance(probability: number): boolean
  /** Log-normal: `median` times e^(sigma·z). Latencies look like this: never below zero, a long tail. */
  around(median: number, sigma?: number): number
  /** Exponential with the given mean: the gap to the next arrival of a Poisson process. */
  gap(mean: number): number
  pick<T>(items: readonly T[]): T
  hex(digits: number): string
  /** `count` characters out of an alphabet. */
  text(count: number, alphabet: string): string
  uuid(version?: 4 | 5): string
  bytes(count: number): Uint8Array
  fork(name: string): Random
}

/** xmur3: spreads a text over 32-bit words; each call gives the next one. */
function words(text: string): () => number {
  let h = 1779033703 ^ text.length
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353)
    h = (h << 13) | (h >>> 19)
  }
  return () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507)
    h = Math.imul(h ^ (h >>> 13), 3266489909)
    h ^= h >>> 16
    return h >>> 0
  }
}

/** sfc32: a small, fast, well tested generator of 32-bit words (the same on every machine: integers only). */
function sfc32(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
}

const HEX = '0123456789abcdef'

export function createRandom(seed: string): Random {
  const word = words(seed)
  const next = sfc32(word(), word(), word(), word())
  for (let i = 0; i < 15; i++) next()
  const unit = (): number => next() / 4294967296
  const below = (count: number): number => Math.floor(unit() * count)
  const text = (count: number, alphabet: string): string => {
    let out = ''
    for (let i = 0; i < count; i++) out += alphabet[below(alphabet.length)]
    return out
  }
  const random: Random = {
    unit,
    below,
    text,
    between: (low, high) => low + (high - low) * unit(),
    chance: (probability) => unit() < probability,
    around(median, sigma = 0.35) {
      // Box-Muller, rounded to a µs: Math.log and Math.cos may differ in the last bit between engines.
      const z = Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit())
      return Math.round(median * Math.exp(sigma * z) * 1000) / 1000
    },
    gap: (mean) => Math.round(-mean * Math.log(1 - unit()) * 1000) / 1000,
    pick(items) {
      const item = items[below(items.length)]
      if (item === undefined) throw new Error('pick from an empty list')
      return item
    },
    hex: (digits) => text(digits, HEX),
    uuid(version = 4) {
      const h = text(30, HEX)
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-${version}${h.slice(12, 15)}-${'89ab'[below(4)]}${h.slice(15, 18)}-${h.slice(18, 30)}`
    },
    bytes(count) {
      const out = new Uint8Array(count)
      for (let i = 0; i < count; i++) out[i] = below(256)
      return out
    },
    fork: (name) => createRandom(`${seed}/${name}`),
  }
  return random
}
