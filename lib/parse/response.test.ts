import { describe, expect, test } from 'vitest'
import { parseLine, tell } from './testing'

const U = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
const M = '8f067f86-1dbf-418b-a751-11e1af44c51d'
const R = '504baaaf-9f0f-43f7-8df7-e9cc6fb56c4f'
const ARN = 'arn:aws:states:eu-west-1:1:execution:refund:8d80fbe2'
const refs = (body: string): unknown => tell(parseLine(body)).refs ?? []
const node = (rest: string): string => `2026-11-02T08:00:00.607Z\t${U}\tINFO\t${rest}`

describe('responses of SDKs name what was produced and called', () => {
  test.each([
    [
      'JS v3, SendMessage',
      { $metadata: { httpStatusCode: 200, requestId: R }, MD5OfMessageBody: 'x', MessageId: M },
      [`message produced ${M}`, `request called ${R}`],
    ],
    [
      'boto3, PutObject',
      { ResponseMetadata: { RequestId: '5D1B45816292C97D', HTTPStatusCode: 200, HTTPHeaders: { 'x-amz-request-id': '5D1B45816292C97D' } }, ETag: '"x"' },
      ['request called 5D1B45816292C97D'],
    ],
    [
      'PutEvents',
      { $metadata: { requestId: R }, FailedEntryCount: 0, Entries: [{ EventId: M }, { ErrorCode: 'x' }] },
      [`event produced ${M}`, `request called ${R}`],
    ],
    [
      'SendMessageBatch',
      { $metadata: { requestId: R }, Successful: [{ Id: '1', MessageId: M }], Failed: [] },
      [`message produced ${M}`, `request called ${R}`],
    ],
    [
      'PutRecord',
      { $metadata: { requestId: R }, ShardId: 'shardId-000000000000', SequenceNumber: '49590338271490256608559692538361571095921575989136588898' },
      ['position produced shardId-000000000000:49590338271490256608559692538361571095921575989136588898', `request called ${R}`],
    ],
    ['StartExecution', { $metadata: { requestId: R }, executionArn: ARN, startDate: '2026-11-02' }, [`request called ${R}`, `execution called ${ARN}`]],
    ['a digest without metadata', { MD5OfMessageBody: 'x', MessageId: M }, [`message produced ${M}`]],
    ['a received message, which is none', { MD5OfBody: 'x', MessageId: M, ReceiptHandle: 'AQ' }, []],
  ])('%s', (_, response, expected) => {
    expect(refs(node(`sent ${JSON.stringify(response)}`))).toEqual(expected)
    expect(refs(JSON.stringify({ level: 'info', msg: 'done', response }))).toEqual(expected)
  })
})

describe('ids that a logger wrote beside a word', () => {
  test.each([
    ["Message sent to capture { messageId: '" + M + "' }", [`message produced ${M}`]],
    [`published messageId=${M}`, [`message produced ${M}`]],
    [`PutEvents FareCaptured EventId=${M}`, [`event produced ${M}`]],
    [`Handling event messageId=${M}`, [`message consumed ${M}`]],
    ["Processing record { messageId: '" + M + "' }", [`message consumed ${M}`]],
    [`StartExecution refund {"executionArn":"${ARN}"}`, [`execution called ${ARN}`]],
    [`Handling event {"executionArn":"${ARN}"}`, [`execution parent ${ARN}`]],
    [`Handling event {"apiRequestId":"${M}"}`, [`request parent ${M}`]],
    [`charging order { sourceMessageId: '${M}', sentMessageId: '${R}' }`, [`message consumed ${M}`, `message produced ${R}`]],
    [`Redemption announced { eventId: '${M}' }`, [`event produced ${M}`]],
    // Both ways or neither: the id is only mentioned.
    [`Invoice requested { topicMessageId: '${M}' }`, [`message mentioned ${M}`]],
    [`received and forwarded messageId=${M}`, [`message mentioned ${M}`]],
    [`messageId=${M}`, [`message mentioned ${M}`]],
    [`deleted messageId=${M}`, [`message mentioned ${M}`]],
    [`counted 3 for SAVE20 (event ${M}, topic message: ${R})`, [`event mentioned ${M}`, `message mentioned ${R}`]],
    ["Invoice stored { s3RequestId: '40A4C8CD0DFF6C30' }", ['request mentioned 40A4C8CD0DFF6C30']],
    // No id of a protocol: nothing is claimed.
    ['messageId=00000000-0000-0000-0000-000000000000', []],
    [`message ${M.slice(0, 30)}`, []],
    ['Message sent messageId=undefined', []],
    ['Message sent messageId=12', []],
    [`sent { order: { messageId: '${M}' } }`, []],
  ])('%s', (text, expected) => expect(refs(node(text))).toEqual(expected))

  test('a mentioned id says which place in the code names it, without what varies', () => {
    const places = ['Order 12 noted', 'Order 99 noted'].map(
      (message) => parseLine(JSON.stringify({ level: 'info', message, messageId: M }), '/aws/lambda/checkout').facts?.refs?.[0]?.place,
    )
    expect(places).toEqual(['checkout: Order * noted, messageId', 'checkout: Order * noted, messageId'])
  })

  test('in a JSON line the words are its message', () => {
    expect(refs(JSON.stringify({ level: 'INFO', message: 'Handling event', messageId: M }))).toEqual([`message consumed ${M}`])
    expect(refs(JSON.stringify({ level: 30, time: 1793606401467, executionArn: ARN, msg: 'StartExecution refund' }))).toEqual([`execution called ${ARN}`])
  })
})
