import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
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
]

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

test('every name is used once, and a decisive format has a look to decide by', () => {
  const formats = [...TEXT_FORMATS, ...OBJECT_FORMATS]
  expect(new Set(formats.map(({ name }) => name)).size).toBe(formats.length)
  expect(formats.filter(({ decisive, sniff }) => decisive && sniff === undefined)).toEqual([])
})

test('the memory of streams is bounded, and forgetting one changes nothing', () => {
  const hints = new StreamHints()
  const first = hints.of('g', '0')
  for (let i = 1; i <= 10_000; i++) hints.of('g', String(i))
  expect(hints.of('g', '0')).not.toBe(first)
})
