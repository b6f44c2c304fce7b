import { expect, test } from 'vitest'
import { regionOfTrace, xrayTraceUrl } from './xray-link'

const A = '1-6ae84300-a7c9983f3f244039c4d784f6'
const B = '1-6ae84300-b7c9983f3f244039c4d784f6'

test.each([
  ['an ARN', '{"aws":{"function_arn":"arn:aws:lambda:eu-west-1:123456789012:function:f"}}', 'eu-west-1'],
  ['a queue url', '{"queue_url":"https://sqs.ap-southeast-2.amazonaws.com/1/q"}', 'ap-southeast-2'],
  ['a member', '{"aws":{"region":"us-gov-west-1"}}', 'us-gov-west-1'],
  ['a role, which has none', 'arn:aws:iam::123456789012:role/r', null],
  ['words that look like one', 'the order eu-west-1 of arn:aws', null],
])('%s names the region', (_, raw, region) => {
  expect(regionOfTrace(A, [{ traceId: A, raw }])).toBe(region)
})

test("a trace's own documents come before those of its transaction's other traces", () => {
  const texts = [
    { traceId: B, raw: 'arn:aws:sqs:us-east-1:123456789012:q' },
    { traceId: A, raw: 'arn:aws:sqs:eu-north-1:123456789012:q' },
  ]
  expect([regionOfTrace(A, texts), regionOfTrace(B, texts), regionOfTrace('1-0', texts)]).toEqual(['eu-north-1', 'us-east-1', 'us-east-1'])
})

test('the address is that of the region and its partition, else the console decides', () => {
  expect(xrayTraceUrl(A, 'eu-west-1')).toBe(`https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/${A}`)
  expect(xrayTraceUrl(A, 'cn-north-1')).toContain('https://cn-north-1.console.amazonaws.cn/')
  expect(xrayTraceUrl(A, null)).toBe(`https://console.aws.amazon.com/xray/home#/traces/${A}`)
})
