/**
 * Text and its bytes. Postgres' text can't hold U+0000, and neither it nor UTF-8 can hold half a surrogate pair; such text is stored
 * with U+FFFD in their place, and its true bytes beside it.
 */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
const encoder = new TextEncoder()

/** A half of a pair without its other half, or NUL. */
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const UNSTORABLE_ALL = new RegExp(UNSTORABLE.source, 'g')

export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text)
}

/** The text with each NUL and lone surrogate as U+FFFD; the same string where there is none. */
export function storable(text: string): string {
  return UNSTORABLE.test(text) ? text.replace(UNSTORABLE_ALL, '\ufffd') : text
}

/** At most `max` code units, and never half of a pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max)
}

/** UTF-8 with U+FFFD for what is invalid; `valid` says whether there was any. A U+FFFD that was sent as such is valid. */
export function decodeUtf8(bytes: Uint8Array): { text: string; valid: boolean } {
  const text = decoder.decode(bytes)
  return { text, valid: !text.includes('\ufffd') || isUtf8(bytes) }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes)
    return true
  } catch {
    return false
  }
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Bytes of text that may hold lone surrogates: those as the three bytes that UTF-8 would have (WTF-8), the rest as UTF-8. */
export function encodeWtf8(text: string): Uint8Array {
  const parts: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x80) parts.push(code)
    else if (code < 0x800) parts.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) parts.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else parts.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return Uint8Array.from(parts)
}

/** Each byte as the character of the same number, so that invalid UTF-8 inside JSON can be parsed and turned back into bytes. */
export function bytesToLatin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

/** The inverse; characters beyond a byte (they came from escapes) as their UTF-8. */
export function latin1ToBytes(text: string): Uint8Array {
  const parts: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x100) parts.push(code)
    else parts.push(...encodeWtf8(char))
  }
  return Uint8Array.from(parts)
}
