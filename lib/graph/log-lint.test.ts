import { describe, expect, test } from 'vitest'
import { lintLine, lintLines, type SampledLine } from './log-lint'

const ID = '6b263548-d274-41fc-800e-273bdb479ac3'
const good: SampledLine = {
  eventId: 'e1',
  text: `2026-11-21T10:00:00.005Z\t${ID}\tINFO\t{"msg":"paid","orderId":"ord-90317"}`,
  severity: 9,
  requestId: ID,
  fields: [{ name: 'orderId', value: 'ord-90317' }],
  platform: false,
}
const withText = (text: string, more: Partial<SampledLine> = {}): SampledLine => ({ ...good, text, ...more })

test('a structured line with a level and a request id passes', () => {
  expect(lintLine(good)).toEqual([])
})

test('a platform’s own line is no line of the service', () => {
  expect(lintLine({ ...good, platform: true, fields: [], severity: 0, requestId: null })).toEqual([])
})

describe('what a line lacks', () => {
  test.each<[string, SampledLine, string[]]>([
    ['plain words, even with an id among them', withText(`paid ${ID}`, { fields: [{ name: 'uuid', value: ID }] }), ['unstructured']],
    ['no request id', { ...good, requestId: null }, ['no-request-id']],
    ['one under another name will do', { ...good, requestId: null, fields: [{ name: 'correlation_id', value: 'c-1' }] }, []],
    ['no level', { ...good, severity: 0 }, ['no-level']],
  ])('%s', (_, line, checks) => {
    expect(lintLine(line)).toEqual(checks)
  })

  test.each([
    '2026-11-21T10:00:00.005Z\tundefined\tINFO\tinit done',
    '{"requestId":"undefined","msg":"x"}',
    '{"orderId":null,"msg":"x"}',
    'level=info order_id=- msg=x',
    '{"traceId":"00000000000000000000000000000000"}',
    'customerId: [object Object], paid',
  ])('a placeholder where an id belongs: %s', (text) => {
    expect(lintLine(withText(text))).toEqual(['placeholder-id'])
  })

  test.each(['{"couponId":"null-island"}', '{"valid":null}', 'paid - thanks', '{"ids":[0,0]}', 'androids: unknown planet'])('and none: %s', (text) => {
    expect(lintLine(withText(text))).toEqual([])
  })

  test.each(['order 6b263548-d274-41fc-800e-27… paid', 'request 6b263548-d274-41fc', 'sha 9f86d081884c7d65... ok', 'orderId=ord-903... paid'])(
    'an id cut off: %s',
    (text) => {
      expect(lintLine(withText(text))).toEqual(['cut-id'])
    },
  )

  test.each([`whole ${ID}`, 'loading...', 'took 12345678 ms', 'defaced…'])('and whole ones: %s', (text) => {
    expect(lintLine(withText(text))).toEqual([])
  })
})

test('findings are counted with the first line as example, stray ones left out', () => {
  const lines = [
    ...Array.from({ length: 97 }, () => good),
    { ...good, severity: 0, eventId: 'stray' },
    ...[1, 2].map((n) => withText('id=undefined x', { eventId: `p${n}` })),
    { ...good, platform: true, severity: 0 },
  ]
  expect(lintLines(lines)).toEqual({ sampled: 100, findings: [{ check: 'placeholder-id', count: 2, example: 'id=undefined x', eventId: 'p1' }] })
  expect(lintLines([])).toEqual({ sampled: 0, findings: [] })
})
