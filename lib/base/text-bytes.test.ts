import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesToLatin1, decodeUtf8, encodeUtf8, encodeWtf8, isStorable, latin1ToBytes, storable } from './text-bytes'

test('what Postgres refuses is found and replaced, one character by one', () => {
  expect(storable('a\0b')).toBe('a\ufffdb')
  expect(storable('\ud800x\udc00')).toBe('\ufffdx\ufffd')
  expect(storable('ok 😀 \ufffd')).toBe('ok 😀 \ufffd')
  expect(isStorable('😀')).toBe(true)
  expect(isStorable('😀'.slice(0, 1))).toBe(false)
})

test('only invalid bytes are invalid: a replacement character that was sent is not', () => {
  expect(decodeUtf8(encodeUtf8('\ufffd'))).toEqual({ text: '\ufffd', valid: true })
  expect(decodeUtf8(Uint8Array.of(0x61, 0xff))).toEqual({ text: 'a\ufffd', valid: false })
  expect(decodeUtf8(Uint8Array.of(0xc0, 0x80)).valid).toBe(false)
})

test('bytes of well-formed text are its UTF-8; a lone surrogate keeps its own three', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void expect([...encodeWtf8(text)]).toEqual([...encodeUtf8(text)])))
  expect([...encodeWtf8('\ud800')]).toEqual([0xed, 0xa0, 0x80])
})

test('bytes survive the way through characters', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void expect(latin1ToBytes(bytesToLatin1(bytes))).toEqual(Uint8Array.from(bytes))))
})
