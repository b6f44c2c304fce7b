import { describe, expect, it } from 'vitest'
import { hashNumber, namedValue, toSpanInput, typedValues } from './adapt'

const line = {
  facts: { refs: [{ kind: 'message' as const, role: 'consumed' as const, value: 'm-1234567' }] },
  fields: [
    { name: 'bookingRef', value: 'FB-4GUZNL8' },
    { name: 'key', value: 'tickets/FB-4GUZNL8.pdf' },
    { name: 'messageId', value: 'm-1234567' },
  ],
  message: 'Stored order 9-000123 for m-1234567',
}

describe('values of a line', () => {
  it('are its fields, the ids inside of them, and the ids in its text', () => {
    const values = typedValues(line).values
    for (const text of ['FB-4GUZNL8', 'tickets/FB-4GUZNL8.pdf', '9-000123']) expect(values).toContain(hashNumber(text))
    expect(new Set(values).size).toBe(values.length)
  })

  it('are told with the field that they stand in first', () => {
    const { values, fields } = typedValues(line)
    const fieldOf = (text: string): number | undefined => fields[values.indexOf(hashNumber(text))]
    const other = typedValues({ facts: null, fields: [{ name: 'bookingRef', value: 'FB-9' }], message: 'for 9-000999' })
    expect([fieldOf('FB-4GUZNL8'), fieldOf('9-000123')]).toEqual(other.fields)
    expect(fields).toHaveLength(values.length)
  })

  it('are never the ids by which tier A joins', () => {
    expect(typedValues(line).values).not.toContain(hashNumber('m-1234567'))
  })

  it('are found again by their hash, with the field they stand in', () => {
    expect(namedValue(line, hashNumber('FB-4GUZNL8'))).toEqual({ name: 'bookingRef', value: 'FB-4GUZNL8' })
    expect(namedValue(line, hashNumber('9-000123'))).toEqual({ name: 'text', value: '9-000123' })
    expect(namedValue(line, 1)).toBeUndefined()
  })
})

describe('a span as input', () => {
  const span = { id: 7n, startNs: 1_700_000_000_123_000_000n, startExact: false, endNs: null }

  it('has a start where one is stated, to the second too, and none where its first line is only the latest', () => {
    expect(toSpanInput(span, 's', []).startMs).toBeNull()
    expect(toSpanInput({ ...span, attributes: { 'start.uncertain_ms': 1000 } }, 's', []).startMs).toBe(1_700_000_000_123)
    expect(toSpanInput({ ...span, startExact: true }, 's', []).startMs).toBe(1_700_000_000_123)
  })
})
