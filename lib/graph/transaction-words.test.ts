import { describe, expect, it } from 'vitest'
import type { TransactionDetail } from '#lib/model/api'
import { causeTree } from './cause-tree'
import { markValues, measuredWords, sharedValues, sureWords } from './evidence'
import { transactionFixture } from './transaction-fixture'
import { failedFirst, transactionWords, unprovenWords } from './transaction-words'
import { percentile, shortOperation } from './unit-words'

function words(text: string, over: Partial<TransactionDetail>) {
  const { spans, links, originNs } = transactionFixture(text)
  const detail: TransactionDetail = {
    id: 'x',
    name: 'POST /checkout',
    startTime: '',
    durationMs: 4210,
    status: 'ok',
    services: ['api', 'pay'],
    spanCount: spans.length,
    eventCount: 0,
    confidence: 1,
    retried: false,
    outcome: null,
    rootService: 'api',
    keys: [],
    spans,
    links,
    events: [],
    spansCut: 0,
    criticalPath: [],
    missing: [],
    unproven: { spans: 0, ofSpans: 0 },
    xrayTraceIds: [],
    ...over,
  }
  const tree = causeTree(spans, links, originNs)
  const { verdict, rest } = transactionWords(detail, tree)
  return { said: `${verdict} ${rest}`.replaceAll('\u202f', ' '), first: failedFirst(tree)?.id }
}

const FAILING = `
api POST 0-400 #a !
  checkout place 10-390 #c !
    payment charge 20-200 #p
      coupon validate 30-60 #v !
    stock release 210-300 #s !`

const line = (spanId: string, severity: number, message: string): TransactionDetail['events'][number] => ({
  id: `${spanId}${severity}`,
  time: '',
  timeNs: '0',
  observedTime: null,
  source: '',
  service: '',
  kind: 'function',
  logGroup: null,
  logStream: null,
  sourceEventId: null,
  form: 'log',
  severity,
  level: '',
  message,
  spanId,
  requestId: null,
  traceId: null,
  raw: message,
  rawBase64: null,
  template: '',
  fields: [],
  transactions: [],
  continues: null,
})

describe('the first line of a transaction', () => {
  it('quotes the first error line of what failed first, shortened, with nothing in it that acts on the reader', () => {
    const events = [line('c', 17, 'caller saw it'), line('v', 9, 'validating'), line('v', 17, 'coupon refused\u202e code=SAVE20\n  at validate')]
    expect(words(FAILING, { status: 'error', events }).said).toContain('after 60 ms: \u201ccoupon refused‹RLO› code=SAVE20\u201d')
    expect(words(FAILING, { status: 'error', events: [line('v', 17, 'x'.repeat(300))] }).said).toHaveLength(
      'POST /checkout failed after 4.21 s: coupon failed first, in validate after 60 ms: \u201c\u201d'.length + 111,
    )
  })
  it('names the deepest failure that came first, not the caller that failed because of it', () => {
    expect(words(FAILING, { status: 'error', outcome: 'not_reserved' })).toEqual({
      said: 'POST /checkout failed after 4.21 s: coupon failed first, in validate after 60 ms with not_reserved.',
      first: 'v',
    })
  })

  it('says of a passing one how long, where and how much of it waited', () => {
    const said = words(FAILING.replaceAll(' !', ''), { criticalPath: [{ spanId: 'a', startMs: 0, endMs: 400, waiting: true }] }).said
    expect(said).toBe('POST /checkout passed in 4.21 s over 2 services, 400 ms of it waiting.')
  })

  it('claims no outcome where none is known', () => {
    expect(words('api POST 0- #a', { status: 'unknown', durationMs: null }).said).toContain('not known')
    expect(words('api POST 0- #a', { status: 'running', durationMs: null }).said).toBe('POST /checkout is still running. Something in it has no end yet.')
  })

  it('says where it went when the operation of its root says nothing', () => {
    expect(words(FAILING, { name: '/*' }).said).toContain('api \u2192 checkout passed')
    expect(words('api POST 0-9 #a', { name: '' }).said).toContain('api passed')
  })

  it('warns of unproven causes only where they are many', () => {
    expect(unprovenWords({ spans: 1, ofSpans: 100 })).toBeNull()
    expect(unprovenWords({ spans: 62, ofSpans: 100 })).toContain('62 of 100 executions')
  })
})

describe('evidence', () => {
  it('of an inferred link is said in sentences, apart from values that both lines hold', () => {
    const evidence = [
      { kind: 'delay', value: '15317 ms' },
      { kind: 'return', value: '-2 ms' },
      { kind: 'rivals', value: '3' },
      { kind: 'order.id', value: 'o-17' },
      { kind: 'model', value: '501947364e89f803' },
    ]
    expect(sharedValues({ evidence })).toEqual([{ kind: 'order.id', value: 'o-17' }])
    expect(measuredWords({ evidence })).toEqual([
      'The effect began 15.32\u202fs after the cause\u2019s line.',
      'The cause did not wait for it: it went on 2\u202fms before the effect\u2019s last line.',
      '3 other spans could have caused it.',
      'Found by model 50194736.',
    ])
  })

  it('of what a person confirmed is that', () => {
    expect(sureWords({ tier: 'C', confidence: 1, rule: 'confirmed' })).toBe('Confirmed')
  })

  it('marks every occurrence and keeps the raw text whole', () => {
    const raw = '{"coupon":"SAVE20","order":"ord-90317","note":"SAVE20"}'
    const pieces = markValues(raw, ['SAVE20', 'x'])
    expect(pieces.map((piece) => piece.text).join('')).toBe(raw)
    expect(pieces.filter((piece) => piece.marked)).toHaveLength(2)
    expect(markValues('parent 4c57aa', ['1-63d65698:4c57aa']).at(-1)).toEqual({ text: '4c57aa', marked: true })
    expect(markValues('', ['a'])).toEqual([{ text: '', marked: false }])
  })

  it('never shows an inferred link as certain', () => {
    expect(sureWords({ tier: 'C', confidence: 0.9987 })).toBe('Inferred, 0.99')
    expect(sureWords({ tier: 'A', confidence: 1 })).toBe('Exact')
  })
})

describe('labels of nodes', () => {
  it('keep the telling end of long operations', () => {
    expect(shortOperation('/api/v1/orderservice/order/refresh')).toBe('\u2026/order/refresh')
    expect(shortOperation('place')).toBe('place')
  })

  it('take percentiles by nearest rank', () => {
    expect([percentile([1, 2, 3, 4], 0.5), percentile([1, 2, 3, 4], 0.95), percentile([], 0.5)]).toEqual([2, 4, null])
  })
})
