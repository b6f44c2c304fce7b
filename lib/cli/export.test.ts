import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Context } from './context'
import { run } from './main'
import type { Output } from './screen'
import { busy, json, startInstance, testContext, type Handler, type TestInstance } from './test-instance'

const DATA = { from: '2023-01-29T08:00:00.000Z', to: '2023-01-29T09:00:00.000Z' }
let instance: TestInstance | undefined

afterEach(async () => {
  await instance?.close()
  instance = undefined
})

async function exportWith(handler: Handler, argv: string[], over: { data?: typeof DATA | null; context?: Partial<Context> } = {}) {
  instance = await startInstance(handler)
  instance.status = { data: over.data === undefined ? DATA : over.data }
  const context = testContext(over.context)
  const code = await run(['export', '--url', instance.url, ...argv], context)
  return { code, out: context.stdout.text, err: context.stderr.text, asked: instance.got.map(({ path }) => new URL(path, 'http://x')) }
}

/** A stdout whose reader goes away, as `head` does. */
function closingPipe(afterBytes: number): Output {
  let seen = 0
  return new Writable({
    write(chunk: Buffer, _, done) {
      seen += chunk.length
      done(seen > afterBytes ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null)
    },
  })
}

/** `out` overrides stdout, which testContext would replace. */
async function exportTo(stdout: Output, handler: Handler, argv: string[]) {
  instance = await startInstance(handler)
  instance.status = { data: DATA }
  const context = { ...testContext(), stdout }
  return { code: await run(['export', '--url', instance.url, ...argv], context), err: context.stderr.text, asked: instance.got.length }
}

const pages: Handler = (req, res) => {
  const at = Number(new URL(req.url ?? '', 'http://x').searchParams.get('cursor') ?? 0)
  json(res, 200, {
    items: [
      { id: `${at}a`, n: 1.5 },
      { id: `${at}b`, nested: { deep: ['ä'] } },
    ],
    nextCursor: at < 2 ? String(at + 1) : null,
    complete: true,
  })
}

describe('events and transactions', () => {
  test('follow the cursor to the end, one object a line, over all data', async () => {
    const { code, out, err, asked } = await exportWith(pages, ['events', '--q', 'coupon:SAVE20 status:error'])
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['0a', '0b', '1a', '1b', '2a', '2b'])
    expect(out.split('\n')[1]).toBe('{"id":"0b","nested":{"deep":["ä"]}}')
    expect(asked.map(({ pathname }) => pathname)).toEqual(Array(3).fill('/api/v1/events'))
    expect(asked.map(({ searchParams }) => searchParams.get('cursor'))).toEqual([null, '1', '2'])
    // A transaction may begin before the first line that is stored of it.
    const everything = { from: '1970-01-01T00:00:00Z', to: '2261-01-01T00:00:00Z' }
    for (const { searchParams } of asked)
      expect(Object.fromEntries(searchParams)).toMatchObject({ q: 'coupon:SAVE20 status:error', limit: '1000', ...everything })
    expect(err).toBe('6 events\n')
    expect(code).toBe(0)
  })

  test('a range that is given is passed on as it was written', async () => {
    const { asked } = await exportWith(pages, ['transactions', '--from', '-1h', '--to', 'now'])
    expect(asked[0]?.pathname).toBe('/api/v1/transactions')
    expect([asked[0]?.searchParams.get('from'), asked[0]?.searchParams.get('to')]).toEqual(['-1h', 'now'])
  })

  test('an empty instance has nothing to write', async () => {
    const { code, out, err, asked } = await exportWith(pages, ['events'], { data: null })
    expect([code, out, err, asked.length]).toEqual([0, '', 'Nothing is stored yet\n0 events\n', 0])
  })

  test('a busy server is asked again, a refusal is said in its words', async () => {
    const first = await exportWith(
      (req, res, got, nth) => (nth === 1 ? json(res, 503, busy(503), { 'retry-after': '0' }) : pages(req, res, got, nth)),
      ['events'],
    )
    expect([first.code, first.asked.length]).toEqual([0, 4])
    await instance?.close()
    const second = await exportWith(
      (_req, res) => json(res, 400, { type: 't', title: 'wrong', status: 400, code: 'invalid-params', detail: 'q: a quote is not closed' }),
      ['events', '--q', '"'],
    )
    expect([second.code, second.err]).toEqual([1, 'q: a quote is not closed\n'])
  })

  test('a reader that has seen enough ends it quietly', async () => {
    const endless: Handler = (_req, res) => json(res, 200, { items: Array.from({ length: 1000 }, (_, id) => ({ id })), nextCursor: 'more' })
    const { code, err } = await exportTo(closingPipe(50_000), endless, ['events'])
    expect([code, err]).toEqual([0, ''])
  })
})

describe('links', () => {
  test('stream as they come, with what selects them', async () => {
    const { code, out, err, asked } = await exportWith(
      async (_req, res) => {
        res.writeHead(200, { 'content-type': 'application/x-ndjson' })
        res.write('{"a":1}\n{"a"')
        await sleep(20)
        res.end(':2}\n')
      },
      ['links', '--tier', 'A', '--min-confidence', '0'],
    )
    expect(out).toBe('{"a":1}\n{"a":2}\n')
    expect(err).toBe('2 links\n')
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({ tier: 'A', minConfidence: '0' })
    expect(code).toBe(0)
  })

  test('that break off are said to be cut: what is there is not all', async () => {
    const { code, err } = await exportWith(
      async (_req, res) => {
        res.write('{"a":1}\n')
        await sleep(20)
        res.destroy()
      },
      ['links'],
    )
    expect(err).toBe('The answer broke off after 1 links: the connection was cut\n')
    expect(code).toBe(1)
  })

  test('a reader that has seen enough ends it quietly', async () => {
    const endless: Handler = async (_req, res) => {
      while (!res.destroyed) {
        res.write('{"a":1}\n'.repeat(1000))
        await sleep(1)
      }
    }
    const { code, err } = await exportTo(closingPipe(50_000), endless, ['links'])
    expect([code, err]).toEqual([0, ''])
  })

  test('a refusal is said in its words', async () => {
    const { code, err } = await exportWith((_req, res) => json(res, 503, { ...busy(503), detail: 'The database is starting' }), ['links'])
    expect([code, err]).toEqual([1, 'The database is starting\n'])
  })
})
