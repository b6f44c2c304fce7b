import { describe, expect, test } from 'vitest'
import { parseLine, tell } from './testing'

const U = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
const facts = (body: string): unknown => {
  const { request, severity, marker, trace } = tell(parseLine(body))
  return { request, severity, marker, trace }
}

describe('text', () => {
  test.each([
    [`START RequestId: ${U} Version: $LATEST\n`, { request: U, severity: 9, marker: { type: 'start', version: '$LATEST' } }],
    [`END RequestId: ${U}\n`, { request: U, severity: 9, marker: { type: 'end' } }],
    [
      `REPORT RequestId: ${U}\tDuration: 130.32 ms\tBilled Duration: 131 ms\tMemory Size: 512 MB\tMax Memory Used: 63 MB\tInit Duration: 375.73 ms\t\n`,
      { request: U, severity: 9, marker: { type: 'report', status: 'ok', durationMs: 130.32, initMs: 375.73 } },
    ],
    [
      `REPORT RequestId: ${U}\tInit Duration: 0.12 ms\tDuration: 79.67 ms\tBilled Duration: 80 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB\t`,
      { request: U, severity: 9, marker: { type: 'report', status: 'ok', durationMs: 79.67, initMs: 0.12 } },
    ],
    [
      `REPORT RequestId: ${U} Duration: 0.62 ms  Billed Duration: 100 ms Memory Size: 128 MB Max Memory Used: 51 MB`,
      { request: U, severity: 9, marker: { type: 'report', status: 'ok', durationMs: 0.62 } },
    ],
    [
      `REPORT RequestId: ${U}  Duration: 79.67 ms      Billed Duration: 80 ms         Memory Size: 128 MB     Max Memory Used: 73 MB`,
      { request: U, severity: 9, marker: { type: 'report', status: 'ok', durationMs: 79.67 } },
    ],
    [
      `REPORT RequestId: ${U}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\tStatus: timeout\n`,
      { request: U, severity: 17, marker: { type: 'report', status: 'timeout', durationMs: 3000 } },
    ],
    [
      `REPORT RequestId: ${U}\tDuration: 12.00 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\tStatus: error\tError Type: Runtime.ExitError\n`,
      { request: U, severity: 17, marker: { type: 'report', status: 'error', durationMs: 12 } },
    ],
    [
      `REPORT RequestId: ${U}\tDuration: 38.66 ms\tBilled Duration: 39 ms\tMemory Size: 128 MB\tMax Memory Used: 54 MB\t\nXRAY TraceId: 1-5e7d7595-212f0aad9ee07c4884191322\tSegmentId: 42ff0aad0645f474\tSampled: true\t\n`,
      { request: U, severity: 9, trace: '1-5e7d7595-212f0aad9ee07c4884191322', marker: { type: 'report', status: 'ok', durationMs: 38.66 } },
    ],
    [
      `2026-11-02T08:00:03.000Z ${U} Task timed out after 3.00 seconds\n\n`,
      { request: U, severity: 17, marker: { type: 'timeout', status: 'timeout', durationMs: 3000 } },
    ],
    [
      `RequestId: ${U} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n`,
      { request: U, severity: 17, marker: { type: 'crash', status: 'error' } },
    ],
    [`RequestId: ${U} Process exited before completing request\n`, { request: U, severity: 17, marker: { type: 'crash', status: 'error' } }],
    ['INIT_START Runtime Version: nodejs:20.v30\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:a57f\n', { severity: 9, marker: { type: 'init' } }],
    ['INIT_REPORT Init Duration: 9999.94 ms\tPhase: init\tStatus: timeout\n', { severity: 17, marker: { type: 'init', initMs: 9999.94 } }],
    ['EXTENSION\tName: agent\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n', { severity: 9 }],
  ])('%j', (body, expected) => expect(facts(body)).toEqual({ request: undefined, trace: undefined, marker: undefined, ...expected }))

  test.each([
    ['words of the platform inside user text', `user said: START RequestId: ${U} Version: $LATEST`],
    ['words of the platform with no uuid', 'START RequestId: undefined Version: $LATEST'],
    ['an id of zeros', 'END RequestId: 00000000-0000-0000-0000-000000000000'],
    ['a cut line', 'REPORT RequestId: 42c183a4-fa29'],
    ['an indented one', ` START RequestId: ${U} Version: 1`],
  ])('%s: no marker', (_, body) => expect(parseLine(body)).toMatchObject({ facts: null }))
})

describe('JSON', () => {
  const event = (type: string, record: object): string => JSON.stringify({ time: '2026-11-02T08:00:00.000Z', type, record })
  test.each([
    [event('platform.initStart', { initializationType: 'on-demand', functionName: 'orders' }), { severity: 9, marker: { type: 'init' } }],
    [event('platform.start', { requestId: U, version: '7' }), { request: U, severity: 9, marker: { type: 'start', version: '7' } }],
    [event('platform.runtimeDone', { requestId: U, status: 'success' }), { request: U, severity: 9, marker: { type: 'end' } }],
    [event('platform.runtimeDone', { requestId: U, status: 'timeout' }), { request: U, severity: 17, marker: { type: 'end', status: 'timeout' } }],
    [
      event('platform.report', {
        requestId: U,
        metrics: { durationMs: 18.84, billedDurationMs: 19, memorySizeMB: 256, maxMemoryUsedMB: 94, initDurationMs: 387.997 },
        status: 'success',
      }),
      { request: U, severity: 9, marker: { type: 'report', status: 'ok', durationMs: 18.84, initMs: 387.997 } },
    ],
    [
      event('platform.report', { requestId: U, metrics: { durationMs: 1 }, status: 'failure', errorType: 'Function.Error' }),
      { request: U, severity: 17, marker: { type: 'report', status: 'error', durationMs: 1 } },
    ],
    [event('platform.logsDropped', { reason: 'slow', droppedRecords: 12 }), { severity: 13 }],
  ])('%s', (body, expected) => expect(facts(body)).toEqual({ request: undefined, trace: undefined, marker: undefined, ...expected }))

  test('start names the trace and its parent segment', () => {
    const body = event('platform.start', {
      requestId: U,
      tracing: { spanId: '54565fb41ac79632', type: 'X-Amzn-Trace-Id', value: 'Sampled=1;Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05' },
    })
    expect(tell(parseLine(body))).toMatchObject({
      trace: '1-62e900b2-710d76f009d6e7785905449a',
      refs: ['span parent 1-62e900b2-710d76f009d6e7785905449a:0efbd19962d95b05'],
    })
  })
})
