import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { run } from './main'
import { json, startInstance, testContext, type Handler, type TestInstance } from './test-instance'

let instance: TestInstance | undefined
const folders: string[] = []

afterEach(async () => {
  await instance?.close()
  instance = undefined
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Files by path, in a folder of their own; what ends in .gz is packed. */
function write(files: Record<string, unknown[]>): string {
  const folder = mkdtempSync(join(tmpdir(), 'specter-evaluate-'))
  folders.push(folder)
  for (const [path, rows] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    const text = rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('')
    writeFileSync(join(folder, path), path.endsWith('.gz') ? gzipSync(text) : text)
  }
  return folder
}

/** a caused b, b caused c; d is a root. */
const TRUTH = [
  { requestId: 'a', trace: 't', parent: null, service: 's', sampled: false },
  { requestId: 'b', trace: 't', parent: 'a', service: 's', sampled: false },
  { requestId: 'c', trace: 't', parent: 'b', service: 's', sampled: false },
  { requestId: 'd', trace: 'u', parent: null, service: 's', sampled: false },
]
const end = (id: string) => ({ spanId: `span-${id}`, eventId: null, sourceEventId: null, requestId: id, service: 's', kind: 'function' })
const link = (cause: string, effect: string, confidence: number, tier = confidence === 1 ? 'A' : 'C') => ({
  cause: end(cause),
  effect: end(effect),
  kind: 'invokes',
  tier,
  confidence,
  rule: 'r',
  evidence: [],
  alternatives: [],
  delayMs: 1,
})
const streaming =
  (links: readonly unknown[]): Handler =>
  (_, res) =>
    void res.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(links.map((one) => `${JSON.stringify(one)}\n`).join(''))
/** One right and certain, one right and held back, one root given a cause. */
const LINKS = [link('a', 'b', 1), link('b', 'c', 0.9), link('c', 'd', 0.97)]

async function evaluate(handler: Handler, argv: string[], status: Record<string, unknown> = {}) {
  instance = await startInstance(handler)
  instance.status = status
  const context = testContext()
  const code = await run(['evaluate', '--url', instance.url, ...argv], context)
  return { code, out: context.stdout.text, err: context.stderr.text, asked: instance.got.map(({ path }) => path) }
}

describe('evaluate', () => {
  test('asks for every link and prints the figures of a folder', async () => {
    const folder = write({ 'truth.ndjson.gz': TRUTH })
    const { code, out, err, asked } = await evaluate(streaming(LINKS), ['--truth', folder])
    expect({ code, err, asked }).toEqual({ code: 0, err: '', asked: ['/api/v1/links?minConfidence=0'] })
    expect(out).toContain('2 true links and 2 roots\n3 links of Specter, with 4 of 4 executions\n')
    expect(out).toMatch(/^ {2}precision +0\.5000 /m)
    expect(out).toMatch(/^ {2}recall +0\.5000 /m)
    expect(out).toMatch(/^ {2}roots given a cause +0\.5000 /m)
    expect(out).toMatch(/^ {2}right +1\.0000 /m)
    expect(out).toMatch(/^A +1 +1 +1\.0000 +0\.5000 +0 +0\.0000$/m)
    expect(out).toMatch(/^C +1 +0 +0\.0000 +0\.0000 +1 +0\.4350$/m)
  })

  test('gives the same as JSON, where nothing to take a share of is null', async () => {
    const folder = write({ 'my-truth.ndjson': TRUTH.slice(0, 1) })
    const { code, out } = await evaluate(streaming([link('a', 'b', 1)]), ['--json', '--truth', join(folder, 'my-truth.ndjson')])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      threshold: 0.95,
      truth: { links: 0, roots: 1, executions: 1, sampledRows: 0 },
      instance: { links: 1, executionsSeen: 1 },
      measures: { recall: null, rootsGivenCause: 0 },
    })
  })

  test('reads executions and transactions beside a truth of links', async () => {
    const exec = (name: string) => ({ exec: name, eventIds: [] })
    const folder = write({
      'truth.ndjson': [
        { root: exec('x1'), tx: 1 },
        { root: exec('x9'), tx: 9 },
        { cause: exec('x1'), effect: exec('x2'), evidenceLevel: 'key' },
      ],
      'executions.ndjson': [
        { exec: 'x1', eventIds: ['e1', 'e2'] },
        { exec: 'x2', requestId: 'b', eventIds: [] },
      ],
      'transactions.ndjson.gz': [{ tx: 9, executions: ['x9'], sampled: true }],
    })
    const byEvent = { ...link('a', 'b', 0.99, 'B'), cause: { ...end('a'), sourceEventId: 'e2' } }
    const { out } = await evaluate(streaming([byEvent]), ['--json', '--truth', folder])
    expect(JSON.parse(out)).toMatchObject({
      truth: { links: 1, roots: 1, sampledRows: 1 },
      measures: { precision: 1, recall: 1, byLevel: { key: { recall: 1 } }, byTier: { B: { shown: 1 } } },
    })
  })

  test('ends with 1 where the figures are lower than asked for', async () => {
    const folder = write({ 'truth.ndjson': TRUTH })
    const { code, out, err } = await evaluate(streaming(LINKS), ['--truth', folder, '--min-precision', '0.9', '--min-recall', '0.5'])
    expect(code).toBe(1)
    expect(out).toContain('precision')
    expect(err).toBe('precision is 0.5000, lower than 0.9\n')
    expect((await evaluate(streaming(LINKS), ['--truth', folder, '--threshold', '0.98', '--min-precision', '0.9'])).code).toBe(0)
  })

  test('says that linking goes on', async () => {
    const folder = write({ 'truth.ndjson': TRUTH })
    const { err } = await evaluate(streaming(LINKS), ['--truth', folder], { linking: { pending: 1200, linkedThrough: null } })
    expect(err).toBe('1,200 events are not linked yet; the figures are those of now\n')
  })

  test('takes the truth of other data for a mistake, an instance without links not', async () => {
    const folder = write({ 'truth.ndjson': TRUTH })
    const other = await evaluate(streaming([link('y', 'z', 1)]), ['--truth', folder])
    expect(other).toMatchObject({ code: 1, out: '' })
    expect(other.err).toContain('None of the 4 executions')
    expect((await evaluate(streaming([]), ['--truth', folder])).code).toBe(0)
  })
})

describe('what fails is one line and exit code 1', () => {
  const broken: Handler = (_, res) => {
    res.writeHead(200, { 'content-type': 'application/x-ndjson' })
    res.write(`${JSON.stringify(LINKS[0])}\n`, () => res.destroy())
  }
  test.each<[string, Handler, string]>([
    ['a stream that breaks off', broken, 'The answer broke off after 1 links: '],
    ['a line that is no link', streaming([LINKS[0], { hello: 1 }]), 'line 2 is no link'],
    ['a refusal', (_, res) => json(res, 503, { type: 't', title: 'Specter is busy', status: 503, code: 'overloaded' }), 'Specter is busy'],
  ])('%s', async (_, handler, words) => {
    const folder = write({ 'truth.ndjson': TRUTH })
    const { code, out, err } = await evaluate(handler, ['--truth', folder])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(words)
    expect(err.trimEnd()).not.toContain('\n')
  })

  test.each<[string, Record<string, unknown[]>, string, string]>([
    ['no such file', {}, 'nowhere', 'nowhere does not exist'],
    ['a folder without truth', { 'logs.ndjson': [{}] }, '', 'holds no truth.ndjson'],
    ['an empty file', { 'truth.ndjson': [] }, '', 'holds no truth'],
    ['a file of something else', { 'truth.ndjson': [...TRUTH, { message: 'hi' }] }, '', 'truth.ndjson, line 5: it is neither'],
    ['a file that is no JSON', { 'truth.ndjson': ['START RequestId'] }, '', 'truth.ndjson, line 1: it is no JSON'],
    ['a broken row beside it', { 'truth.ndjson': TRUTH, 'transactions.ndjson': [{ tx: 1 }] }, '', 'transactions.ndjson, line 1: it lacks'],
  ])('%s', async (_, files, path, words) => {
    const { code, out, err } = await evaluate(streaming(LINKS), ['--truth', join(write(files), path)])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(words)
  })
})

test.each([
  [[], 'name the truth'],
  [['--truth', 'f', 'g'], '"g" is too much'],
  [['--truth', 'f', '--threshold', '1.5'], 'no number from 0 to 1'],
  [['--truth', 'f', '--min-recall', 'all'], '--min-recall "all" is no number'],
  [['--truth', 'f', '--frobnicate'], 'unknown option'],
])('wrong usage %j is exit code 2', async (argv, words) => {
  const context = testContext()
  expect(await run(['evaluate', ...argv], context)).toBe(2)
  expect(context.stderr.text.toLowerCase()).toContain(words.toLowerCase())
  expect(context.stderr.text).toContain('Usage: bin/specter evaluate')
})
