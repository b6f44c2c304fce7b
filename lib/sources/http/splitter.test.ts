/** Whatever the bytes are and however they are cut. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded } from './decode'
import { decode } from './testing'

describe('properties', () => {
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.json({ maxDepth: 3 }) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        '\\',
        '\n',
        '\r\n',
        ' ',
        '{"',
        '[{"',
        '["',
        '{"a":1}',
        '[1,2]',
        '\ufeff',
        '\0',
        'INFO x',
        'é😀',
        '{"logGroup":"g","timestamp":1674981729487,"message":"m"}',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
  const body = fc.array(part, { maxLength: 20 }).map((parts) => new TextEncoder().encode(parts.join('')))
  const shown = (records: Decoded[]): string => JSON.stringify(records, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))

  test('how the bytes are cut makes no difference', () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 40 }), (bytes, pieceBytes) => {
        expect(shown(decode(bytes, pieceBytes))).toBe(shown(decode(bytes)))
      }),
      { numRuns: 1_000 },
    )
  })

  test('nor with a limit on records', () => {
    fc.assert(
      fc.property(
        fc.array(fc.json({ maxDepth: 2 }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 4, max: 60 }),
        (values, pieceBytes, max) => {
          const bytes = new TextEncoder().encode(values.join('\n'))
          expect(decode(bytes, pieceBytes, max)).toEqual(decode(bytes, undefined, max))
        },
      ),
    )
  })

  test('any bytes are taken without a throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 50 }), (bytes, pieceBytes) => void decode(bytes, pieceBytes)))
  })

  test('each JSON object of NDJSON is one record, with its text as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { maxLength: 20 }), (objects) => {
        const lines = objects.map((object) => JSON.stringify({ ...object, own: 1 }))
        expect(decode(lines.join('\n')).map((record) => ('fate' in record ? record.code : record.body))).toEqual(lines)
        expect(decode(`[${lines.join(',')}]`)).toHaveLength(lines.length)
      }),
    )
  })
})
