import { describe, expect, it } from 'vitest'
import { hops, lambda, linked, linkTexts, T0, uuid } from './test-read'

const M = uuid(0xa1)
const N = uuid(0xa2)
const TOPIC = 'arn:aws:sns:eu-west-1:1:order-confirmed'

const sent = (id: string): string =>
  `sent {"$metadata":{"httpStatusCode":200,"requestId":"${uuid(0xf0)}","attempts":1},"MD5OfMessageBody":"ab","MessageId":"${id}"}`
const published = (id: string): string => `published {"$metadata":{"httpStatusCode":200,"requestId":"${uuid(0xf1)}"},"MessageId":"${id}"}`
const put = (id: string): string => `put {"$metadata":{"httpStatusCode":200,"requestId":"${uuid(0xf2)}"},"FailedEntryCount":0,"Entries":[{"EventId":"${id}"}]}`

interface Message {
  id: string
  queue?: string
  body?: string
  count?: number
  sent?: number
  deadLetterOf?: string
}

const arnOf = (queue: string): string => `arn:aws:sqs:eu-west-1:1:${queue}`
const record = ({ id, queue = 'orders', body = '{}', count = 1, sent: at = 40, deadLetterOf }: Message): object => ({
  messageId: id,
  receiptHandle: 'AQEB',
  body,
  attributes: {
    ApproximateReceiveCount: String(count),
    SentTimestamp: String(T0 + at),
    SenderId: 'AROA:checkout',
    ApproximateFirstReceiveTimestamp: String(T0 + at + 20),
    ...(deadLetterOf === undefined ? {} : { DeadLetterQueueSourceArn: arnOf(deadLetterOf) }),
  },
  messageAttributes: {},
  eventSource: 'aws:sqs',
  eventSourceARN: arnOf(queue),
  awsRegion: 'eu-west-1',
})
const received = (...messages: Message[]): string => `Event: ${JSON.stringify({ Records: messages.map(record) })}`
const notification = (id: string, message = '{}'): string =>
  JSON.stringify({ Type: 'Notification', MessageId: id, TopicArn: TOPIC, Message: message, Timestamp: '2026-11-02T08:00:00.050Z' })
const busEvent = (id: string): string =>
  `Event: ${JSON.stringify({ version: '0', id, 'detail-type': 'OrderPlaced', source: 'shop.orders', account: '1', time: '2026-11-02T08:00:00Z', region: 'eu-west-1', resources: [], detail: { orderId: 'o-1' } })}`

const producer = lambda({ name: 'checkout', run: 1, start: 0, end: 60 }, [[50, sent(M)]])
const consumer = lambda({ name: 'worker', run: 2, start: 100, end: 160 }, [[101, received({ id: M })]])

describe('Lambda -> SQS -> Lambda', () => {
  it('is exact by the MessageId of the response and of the record, with the queue between', () => {
    const result = linked([...producer, ...consumer])
    expect(linkTexts(result)).toEqual(['checkout > queue orders (A message-id)', 'queue orders > worker (A span-parent)'])
    expect(result.transactions).toMatchObject([{ spanCount: 3, failed: false, open: false }])
  })

  it('is not made by a near miss: another message, or the same time without an id', () => {
    const other = lambda({ name: 'worker', run: 2, start: 61, end: 160 }, [[62, received({ id: N })]])
    expect(linkTexts(linked([...producer, ...other]))).toEqual(['queue orders > worker (A span-parent)'])
    const silent = lambda({ name: 'worker', run: 2, start: 61, end: 160 }, [[62, 'working']])
    expect(linkTexts(linked([...producer, ...silent]))).toEqual([])
  })

  it('is the same for a consumer two weeks later, for one whose clock is a second behind, and for lines that come twice', () => {
    const late = lambda({ name: 'worker', run: 2, start: 1_209_600_000, end: 1_209_600_060 }, [[1_209_600_001, received({ id: M })]])
    expect(hops(linked([...producer, ...late]))).toEqual(['checkout > worker'])
    const behind = lambda({ name: 'worker', run: 2, start: -900, end: -840 }, [[-899, received({ id: M })]])
    expect(hops(linked([...producer, ...behind]))).toEqual(['checkout > worker'])
    expect(hops(linked([...producer, ...consumer, ...producer, ...consumer]))).toEqual(['checkout > worker'])
  })

  it('needs no record: a consumer that names the id is linked, in words, in a field, with or without a word that says which way', () => {
    for (const text of [`Processing record messageId=${M}`, `counted it (message ${M})`, `{"message":"Placing order","messageId":"${M}"}`]) {
      const named = lambda({ name: 'worker', run: 2, start: 100, end: 160 }, [[101, text]])
      expect(hops(linked([...producer, ...named]))).toEqual(['checkout > worker'])
    }
  })

  it('is not turned round where both sides only name the id', () => {
    const says = lambda({ name: 'checkout', run: 1, start: 0, end: 60 }, [[50, `{"message":"Order noted","messageId":"${M}"}`]])
    const hears = lambda({ name: 'worker', run: 2, start: 100, end: 160 }, [[101, `{"message":"Placing order","messageId":"${M}"}`]])
    expect(linkTexts(linked([...says, ...hears]))).toEqual(['checkout > worker (A message-named)'])
  })

  it('joins nothing through ids that were never set', () => {
    for (const id of ['undefined', '-', 'null', '00000000-0000-0000-0000-000000000000']) {
      const from = lambda({ name: 'checkout', run: 1, start: 0, end: 60 }, [[50, sent(id)]])
      const to = lambda({ name: 'worker', run: 2, start: 100, end: 160 }, [[101, received({ id })]])
      expect(hops(linked([...from, ...to]))).toEqual([])
    }
  })

  it('shows the queue of a message that nobody is seen to receive, and the same one once somebody is', () => {
    const url = 'https://sqs.eu-west-1.amazonaws.com/000000000001/orders'
    const says = lambda({ name: 'checkout', run: 1, start: 0, end: 60 }, [[50, `{"message":"Order sent","queueUrl":"${url}","messageId":"${M}"}`]])
    expect(linkTexts(linked(says))).toEqual(['checkout > queue orders (A message-id)'])
    const to = received({ id: M }).replaceAll('eu-west-1:1:orders', 'eu-west-1:000000000001:orders')
    const result = linked([...says, ...lambda({ name: 'worker', run: 2, start: 100, end: 160 }, [[101, to]])])
    expect(linkTexts(result)).toEqual(['checkout > queue orders (A message-id)', 'queue orders > worker (A span-parent)'])
  })

  it('takes the segment of the trace header for the sender where no id was logged', () => {
    const { checkout, worker } = { checkout: lambda({ name: 'checkout', run: 1, start: 0, end: 60 }), worker: record({ id: M }) as { attributes: object } }
    Object.assign(worker.attributes, { AWSTraceHeader: 'Root=1-6ae84300-7f6693a83263b99e9d2db8ce;Parent=4e389a109ab7353c;Sampled=1' })
    const report = checkout.map((line) => ({
      ...line,
      body: line.body.replace(/^REPORT.*/, (text) => `${text}\nXRAY TraceId: 1-6ae84300-7f6693a83263b99e9d2db8ce\tSegmentId: 4e389a109ab7353c\tSampled: true`),
    }))
    const to = lambda({ name: 'worker', run: 2, start: 100, end: 160 }, [[101, `Event: ${JSON.stringify({ Records: [worker] })}`]])
    expect(hops(linked([...report, ...to]))).toEqual(['checkout > worker'])
  })
})

describe('redelivery, dead letters, loops', () => {
  const failing = lambda({ name: 'worker', run: 2, start: 100, end: 160 }, [[101, received({ id: M })], [150, 'refused', 'ERROR']]) // prettier-ignore
  const again = lambda({ name: 'worker', run: 3, start: 30_100, end: 30_160 }, [[30_101, received({ id: M, count: 2 })]])

  it('a message received again is another delivery of one producer; what the second receipt made good is no failure', () => {
    const result = linked([...producer, ...failing, ...again])
    expect(linkTexts(result)).toEqual([
      'checkout > queue orders (A message-id)',
      'checkout > queue orders#2 (A message-id)',
      'queue orders > worker (A span-parent)',
      'queue orders#2 > worker#2 (A span-parent)',
    ])
    expect(result.transactions).toMatchObject([{ failed: false, retried: true }])
    expect(linked([...producer, ...failing]).transactions).toMatchObject([{ failed: true, retried: false }])
  })

  it('a message that ended in a dead-letter queue fails its transaction, though whoever reads it there does not', () => {
    const reader = lambda({ name: 'dlq-reader', run: 4, start: 90_000, end: 90_050 }, [
      [90_001, received({ id: M, queue: 'orders-dlq', count: 1, deadLetterOf: 'orders' })],
    ])
    const result = linked([...producer, ...failing, ...reader])
    expect(hops(result)).toEqual(['checkout > dlq-reader', 'checkout > worker'])
    expect(result.transactions).toMatchObject([{ failed: true }])
    expect([...result.spans.values()].find((span) => span.attributes['dead_letter_of'] !== undefined)).toMatchObject({
      status: 'error',
      attributes: { dead_letter_of: 'orders' },
    })
    // Back in its own queue it was redriven, which is no failure.
    const redriven = lambda({ name: 'worker', run: 5, start: 95_000, end: 95_050 }, [[95_001, received({ id: N, deadLetterOf: 'orders' })]])
    expect(linked(redriven).transactions).toMatchObject([{ failed: false }])
  })

  it('a function that feeds its own queue is one transaction, unrolled by delivery', () => {
    const ids = Array.from({ length: 30 }, (_, i) => uuid(0x100 + i))
    const runs = ids.flatMap((id, i) =>
      lambda({ name: 'loop', run: 10 + i, start: i * 100, end: i * 100 + 50 }, [
        ...(i === 0 ? [] : [[i * 100 + 1, received({ id: ids[i - 1] ?? '', sent: i * 100 - 40 })] as [number, string]]),
        [i * 100 + 40, sent(id)],
      ]),
    )
    const result = linked(runs)
    expect(result.transactions).toMatchObject([{ spanCount: 59 }])
  })
})

describe('Lambda -> SNS -> SQS -> Lambda', () => {
  const from = lambda({ name: 'confirm', run: 1, start: 0, end: 60 }, [[50, published(M)]])
  const throughQueue = (run: number, queue: string, id: string): ReturnType<typeof lambda> =>
    lambda({ name: queue, run, start: 100, end: 160 }, [[101, received({ id, queue, body: notification(M) })]])

  it('is exact by the MessageId inside the body: one topic, a delivery a queue', () => {
    expect(linkTexts(linked([...from, ...throughQueue(2, 'invoices', uuid(0xb1)), ...throughQueue(3, 'points', uuid(0xb2))]))).toEqual([
      'confirm > topic order-confirmed (A message-id)',
      'queue invoices > invoices (A span-parent)',
      'queue points > points (A span-parent)',
      'topic order-confirmed > queue invoices (A span-parent)',
      'topic order-confirmed > queue points (A span-parent)',
    ])
  })

  it('reaches a function that subscribes directly, and one that only names the id of the topic', () => {
    const direct = lambda({ name: 'email', run: 4, start: 90, end: 120 }, [
      [91, `Event: ${JSON.stringify({ Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: `${TOPIC}:x`, Sns: { Type: 'Notification', MessageId: M, TopicArn: TOPIC, Message: 'hi', Timestamp: '2026-11-02T08:00:00.050Z' } }] })}`],
    ]) // prettier-ignore
    const named = lambda({ name: 'audit', run: 5, start: 95, end: 130 }, [[96, `order confirmed (topic message ${M})`]])
    expect(hops(linked([...from, ...direct, ...named]))).toEqual(['confirm > audit', 'confirm > email'])
  })

  it('does not join two subscribers where the publisher did not log', () => {
    expect(hops(linked([...throughQueue(2, 'invoices', uuid(0xb1)), ...throughQueue(3, 'points', uuid(0xb2))]))).toEqual([])
  })
})

describe('Lambda -> EventBridge -> Lambda', () => {
  const from = lambda({ name: 'orders', run: 1, start: 0, end: 60 }, [[50, put(M)]])

  it('is exact by the EventId, for every target', () => {
    const a = lambda({ name: 'payment', run: 2, start: 300, end: 350 }, [[301, busEvent(M)]])
    const b = lambda({ name: 'stock', run: 3, start: 320, end: 350 }, [[321, busEvent(M)]])
    expect(linkTexts(linked([...from, ...a, ...b]))).toEqual([
      'bus shop.orders > payment (A span-parent)',
      'bus shop.orders > stock (A span-parent)',
      'orders > bus shop.orders (A event-id)',
    ])
  })

  it('goes through a queue that is the target', () => {
    const body = busEvent(M).slice('Event: '.length)
    const stats = lambda({ name: 'stats', run: 2, start: 300, end: 350 }, [[301, received({ id: N, queue: 'redemptions', body })]])
    expect(hops(linked([...from, ...stats]))).toEqual(['orders > stats'])
  })

  it('is the same though the consumer logged first, and not made for another event or an entry that failed', () => {
    const early = lambda({ name: 'payment', run: 2, start: 10, end: 40 }, [[11, busEvent(M)]])
    expect(hops(linked([...from, ...early]))).toEqual(['orders > payment'])
    expect(hops(linked([...from, ...lambda({ name: 'payment', run: 2, start: 100, end: 140 }, [[101, busEvent(N)]])]))).toEqual([])
    const failed = lambda({ name: 'orders', run: 1, start: 0, end: 60 }, [
      [50, 'put {"$metadata":{"requestId":"' + uuid(0xf2) + '"},"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException"}]}'],
    ])
    expect(hops(linked([...failed, ...early]))).toEqual([])
  })
})

describe('a batch', () => {
  const producers = Array.from({ length: 10 }, (_, i) => ({ run: 20 + i, id: uuid(0xc0 + i), order: `ord-${i}5c1` }))
  const from = producers.flatMap(({ run, id }, i) => lambda({ name: `shop-${i}`, run, start: i, end: i + 60 }, [[i + 50, sent(id)]]))
  const messages = producers.map(({ id, order }) => ({ id, body: JSON.stringify({ orderId: order, region: 'EU1' }) }))
  const events = producers.map((_, i) => uuid(0xd0 + i))

  it('of ten messages from ten producers gives ten chains, each of producer, delivery and consumer', () => {
    const worker = lambda({ name: 'worker', run: 2, start: 100, end: 200 }, [[101, received(...messages)]])
    const result = linked([...from, ...worker])
    expect(hops(result)).toEqual(producers.map((_, i) => `shop-${i} > worker`))
    expect(result.links).toHaveLength(20)
    expect(result.transactions).toHaveLength(10)
    expect(result.transactions.every((transaction) => transaction.spanCount === 3)).toBe(true)
  })

  const members = (result: ReturnType<typeof linked>): string[] =>
    result.transactions.map((transaction) => transaction.spans.map((span) => result.nameOf(span.id).replace(/#\d+$/, '')).sort().join(' ')).sort() // prettier-ignore

  it('keeps what it sent for one message out of the transactions of the others, by the key on the line; what carries none is for all', () => {
    const worker = lambda({ name: 'worker', run: 2, start: 100, end: 300 }, [
      [101, received(...messages.slice(0, 3))],
      [150, put(events[0] ?? '') + ` orderId=${producers[0]?.order}`],
      [160, put(events[1] ?? '') + ` orderId=${producers[1]?.order}`],
      [170, put(events[2] ?? '')],
    ]) // prettier-ignore
    const targets = ['first', 'second', 'third'].flatMap((name, i) =>
      lambda({ name, run: 40 + i, start: 400 + i, end: 450 }, [[410 + i, busEvent(events[i] ?? '').replace('o-1', 'x')]]),
    )
    const result = linked([...from.slice(0, 15), ...worker, ...targets].filter((record) => !/shop-[3-9]/.test(record.logGroup ?? '')))
    expect(hops(result)).toEqual(['shop-0 > worker', 'shop-1 > worker', 'shop-2 > worker', 'worker > first', 'worker > second', 'worker > third'])
    expect(members(result)).toEqual([
      'bus shop.orders bus shop.orders first queue orders shop-0 third worker',
      'bus shop.orders bus shop.orders queue orders second shop-1 third worker',
      'bus shop.orders queue orders shop-2 third worker',
    ])
  })

  it('does so for messages that are only named, as a worker logs that handles one after the other', () => {
    const says: [number, string][] = producers.slice(0, 2).flatMap(({ id, order }, i) => [
      [110 + i * 50, `{"message":"Placing order","messageId":"${id}","orderId":"${order}"}`],
      [130 + i * 50, `{"message":"Order placed","orderId":"${order}","eventId":"${events[i]}"}`],
    ])
    const worker = lambda({ name: 'worker', run: 2, start: 100, end: 300 }, says)
    const targets = ['first', 'second'].flatMap((name, i) => lambda({ name, run: 40 + i, start: 400 + i, end: 450 }, [[410 + i, busEvent(events[i] ?? '')]]))
    const result = linked([...from, ...worker, ...targets].filter((record) => !/shop-[2-9]/.test(record.logGroup ?? '')))
    expect(members(result)).toEqual(['bus shop.orders first shop-0 worker', 'bus shop.orders second shop-1 worker'])
  })

  it('of whose message the sender is not known begins a transaction of its own', () => {
    const worker = lambda({ name: 'worker', run: 2, start: 100, end: 300 }, [
      [101, received(...messages.slice(0, 2))],
      [150, `${put(events[1] ?? '')} orderId=${producers[1]?.order}`],
    ])
    const target = lambda({ name: 'second', run: 41, start: 400, end: 450 }, [[410, busEvent(events[1] ?? '')]])
    const result = linked([...from, ...worker, ...target].filter((record) => !/shop-[1-9]/.test(record.logGroup ?? '')))
    // The second delivery has no known sender, so it is the root of what was done for it.
    expect(members(result)).toEqual(['bus shop.orders queue orders second worker', 'queue orders shop-0 worker'])
  })
})
