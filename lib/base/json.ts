/**
 * JSON from strangers. `JSON.parse` alone takes any depth (and whatever walks the value later overflows its stack), turns integers above
 * 2^53 into others, and throws. This reading has a depth cap, keeps the digits of numbers that a double can't hold, and returns its errors.
 * `__proto__` comes out of `JSON.parse` as an own key, which is harmless as long as nobody copies it with `Object.assign` or sets paths.
 */

/** Deeper values are not understood: they stay text. Real logs stay below 20; stacks of ours are safe to some 5,000. */
export const JSON_DEPTH_MAX = 64

export type JsonResult = { ok: true; value: unknown } | { ok: false; reason: 'syntax' | 'depth' }

export type JsonObject = { [key: string]: unknown }

/** True for what `{…}` gives, not for arrays or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Texts up to this length can't hurt `JSON.parse` by their depth; only longer ones are counted before. */
const SAFE_LENGTH = 4096

const NUMBER_TOKEN = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Parses one JSON value. Numbers that a double would change (integers above 2^53, more than 17 digits, 1e400) come back as strings of
 * their digits as written. Duplicate keys: the last one wins, as everywhere. Never throws.
 *
 *   parseJson('{"n":9007199254740993}')  -> {ok: true, value: {n: '9007199254740993'}}
 *   parseJson('[[[…65 deep…]]]')         -> {ok: false, reason: 'depth'}
 */
export function parseJson(text: string): JsonResult {
  if (text.length > SAFE_LENGTH && textDepthExceeds(text, JSON_DEPTH_MAX)) return { ok: false, reason: 'depth' }
  try {
    const value: unknown = JSON.parse(text)
    const found = inspect(value)
    if (found === 'deep') return { ok: false, reason: 'depth' }
    return { ok: true, value: found === 'wide' ? JSON.parse(quoteWideNumbers(text)) : value }
  } catch {
    return { ok: false, reason: 'syntax' }
  }
}

/** The index after the closing quote of the string that opens at `open`; the text's length where it never closes. */
function stringEnd(text: string, open: number): number {
  let at = open + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return text.length
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === 92) backslashes++
    if (backslashes % 2 === 0) return quote + 1
    at = quote + 1
  }
}

/** The same JSON with each number token that a double can't hold put in quotes. Invalid JSON stays invalid. */
function quoteWideNumbers(text: string): string {
  let out = ''
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const bare = quote < 0 ? text.slice(at) : text.slice(at, quote)
    out += bare.replace(NUMBER_TOKEN, (token) => (fitsDouble(token) ? token : `"${token}"`))
    if (quote < 0) break
    at = stringEnd(text, quote)
    out += text.slice(quote, at)
  }
  return out
}

function fitsDouble(token: string): boolean {
  const number = Number(token)
  if (!Number.isFinite(number)) return false
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(number) || token.length < 16
  const digits = token
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '')
  return digits.length <= 17
}

/** Counts brackets outside strings, without recursion. */
function textDepthExceeds(text: string, max: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 34) i = stringEnd(text, i) - 1
    else if (c === 123 || c === 91) {
      if (++depth > max) return true
    } else if (c === 125 || c === 93) depth--
  }
  return false
}

/**
 * Walks the value level by level, without recursion; flat values, the usual case, cost one look per member. `wide`: some number may have
 * had more digits than a double keeps, so the text has to be looked at.
 */
function inspect(root: unknown): 'plain' | 'wide' | 'deep' {
  if (typeof root === 'number') return isWide(root) ? 'wide' : 'plain'
  let level: object[] = typeof root === 'object' && root !== null ? [root] : []
  let wide = false
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > JSON_DEPTH_MAX) return 'deep'
    const next: object[] = []
    for (const node of level) {
      for (const child of Object.values(node)) {
        if (typeof child === 'number') wide ||= isWide(child)
        else if (typeof child === 'object' && child !== null) next.push(child)
      }
    }
    level = next
  }
  return wide ? 'wide' : 'plain'
}

function isWide(number: number): boolean {
  return !Number.isSafeInteger(number) && (Number.isInteger(number) || !Number.isFinite(number) || String(number).length >= 17)
}
