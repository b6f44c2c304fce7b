import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isJsonObject, parseJson } from '#lib/base/json'
import { shuffles } from '#lib/link/testing'
import type { RawRecord } from '#lib/model/event'
import { createBodyDecoder } from '#lib/sources/http/decode'
import type { Draft } from './draft'
import { OBJECT_FORMATS, TEXT_FORMATS, StreamHints } from './formats'
import { createParser, parseRecord } from './index'
import { serviceOfGroup } from './service'
import { AT_MS } from './testing'

const CONTEXT = { sourceName: 'app', receivedNs: BigInt(AT_MS) * 1_000_000n }
const SAMPLES = '../shared/samples'

/** Lines of every format at once, in three streams, so that a hint is as often wrong as right. */
const LINES = [
  'START RequestId: 42c183a4-fa29-40a4-9729-d3f14b9aef76 Version: $LATEST',
  '{"time":"2026-11-02T08:00:00.000Z","type":"platform.start","record":{"requestId":"42c183a4-fa29-40a4-9729-d3f14b9aef76"}}',
  '{"id":"5","type":"TaskSucceeded","details":{},"previous_event_id":"4","event_timestamp":"1793606400250","execution_arn":"arn:aws:states:eu-west-1:1:execution:refund:8d80fbe2"}',
  '{"requestId":"abcdefg=","httpMethod":"GET","path":"/x","status":200,"requestTimeEpoch":1793606400,"responseLatency":5,"integrationStatus":200}',
  '10.0.0.1 - bob [02/Nov/2026:07:59:59 +0000] "GET /a?b=1 HTTP/1.1" 404 - "-" "Mozilla/5.0 (X11)"',
  '{"level":"info","msg":"paid","order":"A-77123"}',
  'sent message 5 to orders',
  '{"type":"platform.start"}',
  '{"execution_arn":"x","type":"y"}',
  '(ec916a63-56d0-4458-ac8e-18e39e0467a7) Method completed with status: 200',
  'dbe87af3-c114-4b32-ae79-8af11f3f96f1 Begin Request',
  '<request id="ec916a63-56d0-4458-ac8e-18e39e0467a7"> <httpMethod>GET</httpMethod> <resourcePath>/pets</resourcePath> <status>200</status> </request>',
  '1.2.3.4,02/Nov/2026:07:59:59 +0000,GET,GET /a,HTTP/1.1,200,328,4Gk_sCJf4KtA08f=',
  'http 2026-11-02T08:00:00.000000Z app/shop/49 192.168.1.14:44750 - -1 -1 -1 400 - 203 167 "GET http://shop:80/ HTTP/1.1" "-" - - - "Root=1-6ae84300-a7c9983f3f244039c4d784f6" "-" "-" - 2026-11-02T08:00:00.000000Z "-" "-" "-" "-" "-" "-" "-"',
  '2026-11-02\t08:00:01\tCDG50-P2\t703\t1.2.3.4\tGET\td111.cloudfront.net\t/a/b.js\t200\t-\tcurl/7.81.0\tq=42\t-\tMiss\t375WZmnR4hhhnlZKNn0D==\tcdn.example.com\thttps\t62\t0.113\t-\tTLSv1.3\tX\tMiss\tHTTP/2.0\t-\t-\t51754\t0.113\tMiss\ttext/plain\t20\t-\t-',
  '#Fields: date time x-edge-location',
  '{"id":"1","type":"ExecutionStarted","details":{"input":"{"a": 1}"},"previous_event_id":"0","event_timestamp":"1793606400250","execution_arn":"arn:aws:states:eu-west-1:1:execution:refund:8d80fbe2"}',
  '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be receipts [02/Nov/2026:08:00:00 +0000] 192.0.2.3 requester 3E57427F3EXAMPLE REST.PUT.OBJECT 7.pdf "PUT /7.pdf HTTP/1.1" 200 - - 113 70 41 "-" "aws-sdk-js/3" - s9lz=',
  '2 123456789012 eni-0050644426037aa0f 10.26.1.153 3.239.232.29 60220 443 6 48 21869 1793606400 1793606402 REJECT OK',
  '{"resource_arn":"arn:aws:events:eu-west-1:1:event-bus/shop","event_id":"5fea7756-0ea4-451a-a703-a558b933e274","message_type":"EVENT_RECEIPT"}',
  '{"executionId":"5fea7756-0ea4-451a-a703-a558b933e274","messageType":"EXECUTION_STARTED","resourceArn":"arn:aws:pipes:eu-west-1:1:pipe/p"}',
  '{"notification":{"messageId":"5fea7756-0ea4-451a-a703-a558b933e274","topicArn":"arn:aws:sns:eu-west-1:1:t"},"delivery":{"destination":"arn:aws:sqs:eu-west-1:1:q"},"status":"SUCCESS"}',
  '{"eventVersion":"1.09","eventTime":"2026-11-02T08:00:00Z","eventSource":"sqs.amazonaws.com","eventName":"SendMessage","eventID":"5fea7756-0ea4-451a-a703-a558b933e274"}',
  '{"logType":"RequestSummary","requestId":"5fea7756-0ea4-451a-a703-a558b933e274","graphQLAPIId":"x","statusCode":200,"latency":242000000}',
  '{"timestamp":1793606400000,"webaclId":"a","action":"BLOCK","httpRequest":{"requestId":"tQTltz4_zK0YPK4=","httpMethod":"GET","uri":"/"}}',
  '{"traceId":"6ae84300a7c9983f3f244039c4d784f6","spanId":"1a2b3c4d5e6f7a8b","name":"POST /orders","startTimeUnixNano":1793606400000000000,"durationNano":25000000,"attributes":{}}',
  '{"date":"2026-11-02","time":"08:00:01","x-edge-request-id":"abc123DEF==","cs-method":"GET","cs-uri-stem":"/x"}',
]

/** What a line of each kind may grow into where somebody attacks. */
const HOSTILE = ['(', '"', '\\', ' ', ',', '\t', '[', '<a>', '-', '1 ', 'a=b ', '{"a":', '.', '{ ', '[{"a":"']

function sampleLines(): string[] {
  if (!existsSync(SAMPLES)) return []
  return readdirSync(SAMPLES).flatMap((folder) =>
    readdirSync(`${SAMPLES}/${folder}`)
      .filter((name) => name !== 'SOURCES.md')
      .flatMap((name) => {
        const bytes = readFileSync(`${SAMPLES}/${folder}/${name}`)
        const decoder = createBodyDecoder({ nowMs: Date.UTC(2026, 10, 22) })
        const decoded = [...decoder.push(name.endsWith('.gz') ? gunzipSync(bytes) : bytes), ...decoder.end()]
        return decoded.flatMap((record) => ('fate' in record || record.form === 'segment' ? [] : [record.body]))
      }),
  )
}

const ALL = [...LINES, ...sampleLines()]

test('a parser with a memory says of every line what one without says, in any order of lines', () => {
  const records = ALL.flatMap((body, i) =>
    [undefined, `/aws/lambda/f${i % 3}`, 'API-Gateway-Execution-Logs_a1b2/prod'].map((logGroup): RawRecord => ({
      form: 'log',
      body,
      timeNs: null,
      line: 1,
      ...(logGroup === undefined ? {} : { logGroup, logStream: String(i % 2) }),
    })),
  )
  const expected = new Map(records.map((record) => [record, parseRecord(record, CONTEXT)]))
  for (const order of shuffles(records, 8)) {
    const parse = createParser()
    for (const record of order) expect(parse(record, CONTEXT), record.body).toEqual(expected.get(record))
  }
})

function draftOf(group: string): Draft {
  return {
    eventNs: CONTEXT.receivedNs,
    lineNs: null,
    severity: 0,
    requestId: undefined,
    traceId: undefined,
    service: serviceOfGroup(group),
    message: '',
    template: '',
    fields: [],
    facts: {},
  }
}

describe.each(['/aws/lambda/f', '/team/app', 'API-Gateway-Execution-Logs_a1b2/prod', '/aws/apigateway/a'])('lines of %s', (group) => {
  test('a decisive format claims no line that one before it would have, and a format that refuses a line leaves nothing behind', () => {
    for (const line of ALL) {
      const parsed = line.startsWith('{') ? parseJson(line) : null
      const value = parsed?.ok && isJsonObject(parsed.value) ? parsed.value : null
      const claims = (value === null ? TEXT_FORMATS : OBJECT_FORMATS).map((format) => {
        const draft = draftOf(group)
        const sniffs = format.sniff === undefined || format.sniff((value ?? line) as never, draft)
        const reads = sniffs && format.read((value ?? line) as never, draft)
        if (!reads) expect(draft, `${format.name}: ${line}`).toEqual(draftOf(group))
        return { name: format.name, decisive: format.decisive === true, reads }
      })
      const first = claims.findIndex((claim) => claim.reads)
      for (const claim of claims.slice(first + 1)) expect(claim.decisive && claim.reads ? `${claim.name} too: ${line}` : '').toBe('')
    }
  })
})

test('every format has a line here', () => {
  const groups = ['/aws/lambda/f', '/aws/appsync/apis/x', 'API-Gateway-Execution-Logs_a1b2/prod']
  const seen = new Set<string>()
  for (const line of LINES) {
    const parsed = line.startsWith('{') ? parseJson(line) : null
    const value = parsed?.ok && isJsonObject(parsed.value) ? parsed.value : null
    for (const group of groups) {
      for (const format of value === null ? TEXT_FORMATS : OBJECT_FORMATS) {
        const draft = draftOf(group)
        if ((format.sniff === undefined || format.sniff((value ?? line) as never, draft)) && format.read((value ?? line) as never, draft)) {
          seen.add(format.name)
          if ('first' in format) expect(format.first, format.name).toContain(line.charAt(0))
        }
      }
    }
  }
  expect([...TEXT_FORMATS, ...OBJECT_FORMATS].map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([])
})

test('what a function prints of other services’ logs is part of its execution', () => {
  for (const body of LINES) {
    const event = parseRecord({ form: 'log', body, timeNs: null, logGroup: '/aws/lambda/forwarder', line: 1 }, CONTEXT)
    expect([event.service, event.facts?.own], body).toEqual([{ kind: 'function', name: 'forwarder' }, undefined])
  }
})

test('no format throws at a line that was cut, spliced or filled with anything, nor leaves anything behind where it refuses it', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('"', '\t', ' - ', '\\', '}', 'null', '-1', '99999999999999999999', '1e400', '__proto__'),
  )
  fc.assert(
    fc.property(fc.constantFrom(...LINES), fc.nat(), fc.nat(), piece, (line, from, length, insert) => {
      const at = from % (line.length + 1)
      const text = line.slice(0, at) + insert + line.slice(at + (length % 40))
      const parsed = parseJson(text)
      const value = parsed.ok && isJsonObject(parsed.value) ? parsed.value : null
      for (const format of value === null ? TEXT_FORMATS : OBJECT_FORMATS) {
        const draft = draftOf('API-Gateway-Execution-Logs_a1b2/prod')
        if (format.sniff !== undefined && !format.sniff((value ?? text) as never, draft)) continue
        if (!format.read((value ?? text) as never, draft)) expect(draft, `${format.name}: ${text}`).toEqual(draftOf('API-Gateway-Execution-Logs_a1b2/prod'))
      }
    }),
    { numRuns: 3_000 },
  )
})

test('no format throws at a value of another kind than its specification has', () => {
  const values = LINES.flatMap((line) => {
    const parsed = parseJson(line)
    return parsed.ok && isJsonObject(parsed.value) ? [parsed.value] : []
  })
  const keys = [
    ...new Set(values.flatMap((value) => Object.keys(value))),
    'details',
    'error',
    'payload',
    'awsResponse',
    'responseElements',
    'requestParameters',
    'errorCode',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...values), fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }), (value, others) => {
      const line = { ...value, ...others }
      for (const format of OBJECT_FORMATS) {
        const draft = draftOf('/team/app')
        if (format.sniff === undefined || format.sniff(line, draft)) format.read(line, draft)
      }
    }),
    { numRuns: 3_000 },
  )
})

// A pattern that went back over its line would not end within the runner's time-out.
test('a line of any format with a hostile megabyte in it costs its length', () => {
  for (const line of LINES) {
    for (const piece of HOSTILE) {
      const long = piece.repeat(Math.ceil(250_000 / piece.length))
      // Longer than any object that is looked into.
      const longer = long.repeat(4)
      const half = line.length >> 1
      for (const body of [line + longer, line.slice(0, half) + long + line.slice(half)])
        parseRecord(
          { form: 'log', body, timeNs: null, logGroup: line.startsWith('dbe') ? '/aws/appsync/apis/x' : 'API-Gateway-Execution-Logs_a/b', line: 1 },
          CONTEXT,
        )
    }
  }
}, 60_000)

test('every name is used once, and a decisive format has a look to decide by', () => {
  const formats = [...TEXT_FORMATS, ...OBJECT_FORMATS]
  expect(new Set(formats.map(({ name }) => name)).size).toBe(formats.length)
  expect(formats.filter(({ decisive, sniff }) => decisive && sniff === undefined)).toEqual([])
})

test('the memory of streams is bounded, and forgetting one changes nothing', () => {
  const hints = new StreamHints()
  const format = TEXT_FORMATS.find(({ decisive }) => decisive) ?? null
  hints.at('g', '0').text = format
  expect([hints.at('g', '0').text, hints.at('g', '1').text, hints.at('g', '0').object]).toEqual([format, null, null])
  for (let i = 1; i <= 10_000; i++) hints.at('g', String(i)).text = format
  expect([hints.at('g', '0').text, hints.at('g', '10000').text]).toEqual([null, format])
})
