import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RULES } from '#lib/link/rules'
import { createBodyDecoder } from '#lib/sources/http/decode'
import type { RawRecord, Ref } from '#lib/model/event'
import { eventTerms } from '#lib/normalize/terms'
import { fieldTerm, valueTerm } from '#lib/model/terms'
import { hashHalves } from '#lib/base/hash'
import { isStorable } from '#lib/base/text-bytes'
import { parseRecord } from './index'
import { parseLine } from './testing'

const CONTEXT = { sourceName: 'app', receivedNs: 1_793_606_400_000_000_000n }
const DATA = '../shared/data'
const SAMPLES = '../shared/samples'
const skipWithout = (folder: string): typeof test | typeof test.skip => (existsSync(folder) || process.env.REQUIRE_DATA ? test : test.skip)

function records(file: string): RawRecord[] {
  const bytes = readFileSync(file)
  const decoder = createBodyDecoder({ nowMs: Date.UTC(2026, 10, 22) })
  const decoded = [...decoder.push(file.endsWith('.gz') ? gunzipSync(bytes) : bytes), ...decoder.end()]
  return decoded.map((record) => {
    if ('fate' in record) throw new Error(`${file}:${record.line} ${record.code} ${record.message}`)
    return record
  })
}

test('a line that nothing understands is a text event with its body as it came', () => {
  const body = '  ¿qué?\t\u200b <script>\r\n'
  const event = parseLine(body)
  expect(event.record.body).toBe(body)
  expect(event).toMatchObject({ severity: 0, facts: null, untimed: false })
})

test('an untimed line takes the file time, else the receipt', () => {
  const record: RawRecord = { form: 'log', body: 'x', timeNs: null, line: 1 }
  expect(parseRecord(record, { ...CONTEXT, fileTimeNs: 7n })).toMatchObject({ timeNs: 7n, untimed: true })
  expect(parseRecord(record, CONTEXT)).toMatchObject({ timeNs: CONTEXT.receivedNs, untimed: true })
})

describe('never throws, whatever a line holds', () => {
  const fragment = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'START RequestId: ',
      'REPORT RequestId: ',
      '42c183a4-fa29-40a4-9729-d3f14b9aef76',
      '\t',
      '\tINFO\t',
      '[INFO]\t',
      '2026-11-02T08:00:00.488Z',
      '{"Records":[{"eventSource":"aws:sqs","messageId":',
      '"requestContext":{',
      "{'a': ",
      '{ a: ',
      '$metadata',
      '{"trace_id":"1-6ae84300-7f6693a83263b99e9d2db8ce","id":"1f7e521a8acfcd46","start_time":',
      'messageId=',
      'sent ',
      '\\u0000',
      '\ud800',
    ),
  )
  const body = fc.array(fragment, { maxLength: 8 }).map((parts) => parts.join(''))

  test('as a log line, and what comes out fits the store', () => {
    fc.assert(
      fc.property(
        body,
        fc.constantFrom(undefined, '/aws/lambda/a', 'API-Gateway-Execution-Logs_a/b', '/aws/vendedlogs/states/x-Logs', '', '/'),
        (text, logGroup) => {
          const record: RawRecord = {
            form: 'log',
            body: text.replaceAll(/[\0\ud800-\udfff]/g, '\ufffd'),
            timeNs: null,
            line: 1,
            ...(logGroup === undefined ? {} : { logGroup }),
          }
          const event = parseRecord(record, CONTEXT)
          JSON.stringify({ ...event, record: null }, (_, value: unknown) => {
            if (typeof value === 'string') expect(isStorable(value)).toBe(true)
            return typeof value === 'bigint' ? String(value) : value
          })
          expect(event.message.length).toBeLessThanOrEqual(2000)
          expect(eventTerms(event).length).toBeLessThanOrEqual(128)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('as a segment of any shape', () => {
    const ids = { trace_id: '1-6ae84300-7f6693a83263b99e9d2db8ce', id: '1f7e521a8acfcd46', start_time: 1 }
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            'aws',
            'http',
            'subsegments',
            'origin',
            'namespace',
            'name',
            'parent_id',
            'end_time',
            'metadata',
            'annotations',
            'error',
            'in_progress',
          ),
          fc.jsonValue({ maxDepth: 4 }),
        ),
        (more) => {
          const document = { ...more, ...ids }
          parseRecord({ form: 'segment', body: JSON.stringify(document), json: document, timeNs: null, line: 1 }, CONTEXT)
        },
      ),
    )
  })
})

test('the index has every value and field of a line by the keys that search builds, once each', () => {
  const terms = eventTerms(parseLine('{"msg":"paid","order":{"id":"A-77123"},"coupon":"SAVE20","again":"SAVE20"}'))
  const has = (key: string): boolean => {
    const { hi, lo } = hashHalves(key)
    return terms.some((_, i) => i % 2 === 0 && terms[i] === hi && terms[i + 1] === lo)
  }
  for (const key of [valueTerm('a-77123'), fieldTerm('Order.Id', 'A-77123'), fieldTerm('id', 'a-77123'), valueTerm('save20'), fieldTerm('coupon', 'save20')])
    expect(has(key)).toBe(true)
  expect(has(valueTerm('other'))).toBe(false)
  expect(new Set(terms.flatMap((_, i) => (i % 2 === 0 ? [`${terms[i]}.${terms[i + 1]}`] : []))).size).toBe(terms.length / 2)
})

skipWithout(SAMPLES)('every sample file is read, record by record, and some are known to hold what they hold', () => {
  const counts: Record<string, number> = {}
  for (const folder of [
    'lambda-events',
    'lambda-platform',
    'cloudwatch-subscription',
    'xray',
    'text-servers',
    'text-multiline',
    'postgres-rds',
    'step-functions',
  ]) {
    for (const name of readdirSync(`${SAMPLES}/${folder}`)) {
      if (name === 'SOURCES.md') continue
      const decoder = createBodyDecoder({ nowMs: Date.UTC(2026, 10, 22) })
      for (const record of [...decoder.push(readFileSync(`${SAMPLES}/${folder}/${name}`)), ...decoder.end()]) {
        if ('fate' in record) continue
        const event = parseRecord(record, CONTEXT)
        for (const ref of [...(event.facts?.refs ?? []), ...(event.facts?.more ?? []).flatMap((fact) => fact.refs)])
          counts[`${ref.kind} ${ref.role}`] = (counts[`${ref.kind} ${ref.role}`] ?? 0) + 1
      }
    }
  }
  expect(counts['message consumed']).toBeGreaterThan(5)
  expect(counts['request parent']).toBeGreaterThan(5)
  expect(counts['position consumed']).toBeGreaterThan(5)
})

skipWithout(DATA)('xray-real: every document of the seven traces is a span, with its parent where it has one', () => {
  const events = readdirSync(`${DATA}/xray-real`).flatMap((name) => records(`${DATA}/xray-real/${name}`).map((record) => parseRecord(record, CONTEXT)))
  expect(events.length).toBeGreaterThan(40)
  for (const event of events) {
    const document = event.record.json as { id: string; parent_id?: string; trace_id: string }
    const refs = event.facts?.own?.refs.map(({ kind, role, value }) => `${kind} ${role} ${value}`)
    expect(refs).toContain(`span self ${document.trace_id}:${document.id}`)
    if (document.parent_id !== undefined) expect(refs).toContain(`span parent ${document.trace_id}:${document.parent_id}`)
  }
})

for (const set of ['ferry', 'ferry-hard']) {
  skipWithout(DATA)(`${set}: an id of the protocol that stands in lines of both sides is a ref on both, and no ref joins what is not joined`, () => {
    const lines = <T>(name: string): T[] =>
      gunzipSync(readFileSync(`${DATA}/${set}/${name}.ndjson.gz`))
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as T)
    const execOf = new Map(lines<{ exec: string; eventIds: string[] }>('executions').flatMap(({ exec, eventIds }) => eventIds.map((id) => [id, exec] as const)))
    const [causes, effects] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()]
    const add = (map: Map<string, Set<string>>, value: string, exec: string): void => void map.set(value, (map.get(value) ?? new Set()).add(exec))
    for (const record of records(`${DATA}/${set}/logs.ndjson.gz`)) {
      const { facts, requestId } = parseRecord(record, CONTEXT)
      const exec = execOf.get(record.sourceEventId ?? '')
      if (exec === undefined) continue
      const own: Ref[] = requestId === undefined ? [] : [{ kind: 'request', role: 'self', value: requestId }]
      for (const { kind, role, value } of [...own, ...(facts?.refs ?? []), ...(facts?.own?.refs ?? []), ...(facts?.more ?? []).flatMap(({ refs }) => refs)]) {
        for (const rule of RULES) {
          if (rule.kind !== kind || kind === 'span') continue
          if (rule.cause === role) add(causes, `${rule.name} ${value}`, exec)
          if (rule.effect === role) add(effects, `${rule.name} ${value}`, exec)
        }
      }
    }
    const truth = lines<{ cause?: { exec: string }; effect: { exec: string }; kind: string; evidenceLevel: string; id: string }>('truth')
    const exact = truth.filter(({ cause, evidenceLevel, kind }) => cause !== undefined && evidenceLevel === 'exact' && kind !== 'retry')
    const joins = (id: string, cause: string | undefined, effect: string): boolean =>
      RULES.some(({ name }) => cause !== undefined && causes.get(`${name} ${id}`)?.has(cause) && effects.get(`${name} ${id}`)?.has(effect))
    expect(exact.filter(({ cause, effect, id }) => !joins(id, cause?.exec, effect.exec))).toEqual([])
    expect(exact.length).toBeGreaterThan(1_500)
    const joined = new Set(truth.flatMap(({ cause, effect }) => (cause === undefined ? [] : [`${cause.exec} ${effect.exec}`])))
    const wrong = [...causes].flatMap(([value, from]) =>
      [...from].flatMap((cause) =>
        [...(effects.get(value) ?? [])]
          .filter((effect) => effect !== cause && !joined.has(`${cause} ${effect}`))
          .map((effect) => `${value}: ${cause} ${effect}`),
      ),
    )
    expect(wrong).toEqual([])
  })
}
