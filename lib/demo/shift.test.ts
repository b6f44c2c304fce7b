import { describe, expect, it } from 'vitest'
import { shiftEvent, shiftText, type Shift } from './shift'

const START = Date.UTC(2026, 10, 17)
const HOUR = 3_600_000
const shift: Shift = { byMs: 5 * 24 * HOUR + 3 * HOUR + 7000, fromMs: START, toMs: START + 24 * HOUR }

describe('what a line says about time', () => {
  it.each([
    ['2026-11-17T08:00:00.123Z\tid\tINFO', '2026-11-22T11:00:07.123Z\tid\tINFO'],
    ['"timestamp":"2026-11-17T22:00:00+00:00"', '"timestamp":"2026-11-23T01:00:07+00:00"'],
    ['"requestTime":"17/Nov/2026:23:59:59 +0000"', '"requestTime":"23/Nov/2026:03:00:06 +0000"'],
    [`{"time":${START + 1234}}`, `{"time":${START + 1234 + shift.byMs}}`],
    [`"start_time":${START / 1000 + 60}.25,`, `"start_time":${(START + 60_000 + shift.byMs) / 1000}.25,`],
    [`\\"start_time\\":${START / 1000 + 60},`, `\\"start_time\\":${(START + 60_000 + shift.byMs) / 1000},`],
    [`Root=1-${(START / 1000).toString(16)}-0123456789abcdef01234567;`, `Root=1-${((START + shift.byMs) / 1000).toString(16)}-0123456789abcdef01234567;`],
    ['"key":"invoices/2026-11-17/ord_1.json"', '"key":"invoices/2026-11-22/ord_1.json"'],
  ])('%s', (before, after) => {
    expect(shiftText(before, shift)).toBe(after)
  })

  it.each([
    'cus_17948736001',
    '"amount":1794,"orderId":"ord_1794873600123"',
    'd5a17948-7360-4123-9abc-1794873600aa',
    '"endsAt":"2027-12-31T23:59:59Z"',
    '"chargeId":"1234567890"',
    '39998759315329178981851806379455861960536411183718006784',
  ])('leaves alone what is no time of the recording: %s', (text) => {
    expect(shiftText(text, shift)).toBe(text)
  })
})

it('moves an event with its id, whose order among its neighbours stays', () => {
  const id = (timestamp: number, ingestion: number, index: number): string =>
    ((BigInt(timestamp) << 144n) | (BigInt(ingestion) << 80n) | (0xabcn << 16n) | BigInt(index)).toString()
  const event = {
    logGroup: '/aws/lambda/shop-cart',
    logStream: '2026/11/17/[118]0f3a',
    timestamp: START + 500,
    ingestionTime: START + 900,
    eventId: id(START + 500, START + 900, 3),
    message: 'START RequestId: 4c1b Version: 118\n',
  }
  expect(shiftEvent(event, shift)).toEqual({
    ...event,
    logStream: '2026/11/22/[118]0f3a',
    timestamp: START + 500 + shift.byMs,
    ingestionTime: START + 900 + shift.byMs,
    eventId: id(START + 500 + shift.byMs, START + 900 + shift.byMs, 3),
  })
})

it('comes back to the same bytes when moved there and back', () => {
  const text = `2026-11-17T08:00:00.123Z 17/Nov/2026:08:00:00 +0000 ${START + 5} Root=1-${(START / 1000 + 9).toString(16)}-0123456789abcdef01234567`
  const back: Shift = { byMs: -shift.byMs, fromMs: shift.fromMs + shift.byMs, toMs: shift.toMs + shift.byMs }
  expect(shiftText(shiftText(text, shift), back)).toBe(text)
})
