import { describe, expect, test } from 'vitest'
import type { ServiceKind } from '#lib/model/event'
import { adviseHops, type HopNeed } from './advice'

const service = (name: string, kind: ServiceKind = 'function') => ({ id: name, name, kind })
const NOTHING = { size: 10, produced: 0, consumed: 0, returned: 0 }

function need(source: HopNeed['source'], target: HopNeed['target'], more: Partial<HopNeed> = {}): HopNeed {
  return { source, target, consumer: null, exact: 0, inexact: 100, sample: NOTHING, ...more }
}

function advised(hop: HopNeed): string {
  const [advice] = adviseHops([hop], 200)
  return `${advice?.where}: ${advice?.field}`
}

describe('the one thing that would make a hop exact', () => {
  const checkout = service('checkout')
  const payment = service('payment')
  const orders = service('orders', 'queue')

  test.each<[string, HopNeed, string]>([
    ['a gateway names the function’s request', need(service('shop-api', 'gateway'), checkout), 'shop-api: $context.integration.requestId'],
    ['a producer logs what the send returned', need(checkout, orders, { consumer: 'payment', sample: { ...NOTHING, consumed: 10 } }), 'checkout: MessageId'],
    [
      'a consumer logs its event where the producer does',
      need(checkout, orders, { consumer: 'payment', sample: { ...NOTHING, produced: 10 } }),
      'payment: Records[].messageId',
    ],
    ['from a queue on, the consumer logs it', need(orders, payment), 'payment: Records[].messageId'],
    ['a topic', need(checkout, service('news', 'topic')), 'checkout: MessageId'],
    ['a bus', need(checkout, service('shop-bus', 'bus')), 'checkout: Entries[].EventId'],
    ['a stream', need(checkout, service('clicks', 'stream')), 'checkout: SequenceNumber'],
    ['a bucket', need(checkout, service('archive', 'bucket')), 'checkout: x-amz-request-id'],
    ['a table’s writer', need(checkout, service('coupons', 'table')), 'checkout: key and version of the item'],
    ['a table’s change stream', need(service('coupons', 'table'), service('refresher')), 'refresher: Records[].eventID'],
    ['a workflow’s steps', need(service('settle', 'workflow'), checkout), 'settle: log level ALL'],
    ['a workflow’s start', need(checkout, service('settle', 'workflow')), 'checkout: executionArn'],
    ['a call of another API', need(checkout, service('partner-api', 'gateway')), 'checkout: traceparent'],
    ['a call that is answered', need(checkout, payment, { sample: { ...NOTHING, returned: 9 } }), 'checkout: traceparent'],
    ['a message by an unknown way, both sides silent', need(checkout, payment), 'payment: the received event'],
    ['and where only the producer is silent', need(checkout, payment, { sample: { ...NOTHING, consumed: 8 } }), 'checkout: the id that the send returned'],
  ])('%s', (_, hop, words) => {
    expect(advised(hop)).toBe(words)
  })
})

test('the greatest gain comes first, as a share of all links; a few links are no habit', () => {
  const hops = [
    need(service('a'), service('b'), { inexact: 20 }),
    need(service('c'), service('d'), { inexact: 50 }),
    need(service('e'), service('f'), { inexact: 2 }),
    need(service('g'), service('h'), { inexact: 0, exact: 900 }),
  ]
  expect(adviseHops(hops, 200).map(({ source, links, share }) => [source.name, links, share])).toEqual([
    ['c', 50, 0.25],
    ['a', 20, 0.1],
  ])
  expect(adviseHops([need(service('a'), service('b'), { inexact: 100 })], 100_000)).toEqual([])
})
