import { expect, test } from 'vitest'
import { packValues, unpackValues, VALUES_FORMAT } from './line-values'

test('what is packed is unpacked: none, small ones, the largest safe integer', () => {
  for (const values of [[], [0], [1, 2 ** 53 - 1, 123_456_789_012_345]]) {
    const line = { values, fields: values.map((_, i) => 0xffff - i) }
    expect(unpackValues(Buffer.from(packValues(line)))).toEqual(line)
  }
})

test('values of another format, and of what was stored before there were any, are asked of the text', () => {
  expect(unpackValues(null)).toBeNull()
  expect(unpackValues(Buffer.from([VALUES_FORMAT + 1, 0, 0, 0, 0, 0, 0, 0, 0]))).toBeNull()
})
