/** The import against a server that behaves as the real one does at the edges of the protocol. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from './context'
import { run } from './main'
import { busy, json, readBody, startInstance, storeAll, testContext, type Handler, type TestInstance } from './test-instance'

let cwd = ''
let instance: TestInstance | undefined

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'specter-import-'))
})
afterEach(async () => {
  await instance?.close()
  instance = undefined
  rmSync(cwd, { recursive: true })
})

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(cwd, name), content)
  return name
}

/** Runs the command against a server with `handler`, and gives what it said. */
async function importWith(handler: Handler, argv: string[], over: Partial<Context> = {}) {
  instance = await startInstance(handler)
  const context = testContext({ cwd, ...over })
  const code = await run(['import', '--url', instance.url, ...argv], context)
  return { code, out: context.stdout.text, err: context.stderr.text, got: instance.got, relinks: instance.relinks }
}

const result = (stored: number, rest: Record<string, unknown> = {}) => ({
  received: stored,
  stored,
  duplicate: 0,
  quarantined: 0,
  rejected: 0,
  errors: [],
  ...rest,
})

/** Cuts the connection after so many bytes of the body. */
async function cutAfter(bytes: number, req: Parameters<Handler>[0]): Promise<void> {
  let seen = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    seen += chunk.length
    if (seen >= bytes) return void req.socket.destroy()
  }
}

describe('what is sent', () => {
  test('each file is one request with its name, its time and its packing', async () => {
    const packed = gzipSync('one\ntwo\n')
    const files = [write('ä b.log', 'one\n'), write('x.gz', packed), write('all.zip', zipSync({ 'in/a.log': Buffer.from('a\nb\n') }))]
    const { code, out, got } = await importWith(storeAll, files)
    expect(got.map(({ path }) => path)).toEqual(['/api/v1/ingest?source=%C3%A4%20b.log', '/api/v1/ingest?source=x.gz', '/api/v1/ingest?source=in%2Fa.log'])
    expect(got.map(({ body }) => body)).toEqual([Buffer.from('one\n'), packed, Buffer.from('a\nb\n')])
    expect(got.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip', undefined])
    for (const { headers } of got) expect(Math.abs(Number(headers['specter-file-time']) - Date.now())).toBeLessThan(3_700_000)
    expect(out).toMatch(/^all 3 files: received \d+ = stored \d+ \+ duplicate 0 \+ quarantined 0 \+ rejected 0/m)
    expect(code).toBe(0)
  })

  test('the page opens on the range of what was imported', async () => {
    const data = { from: '2023-01-29T08:00:00.000Z', to: '2023-01-29T09:00:00.000Z' }
    const { out } = await importWith(async (req, res, got) => json(res, 200, result((await readBody(req, got)).length, { data })), [write('a', 'x')])
    expect(out).toContain(`Open ${instance!.url}?from=2023-01-29T08%3A00%3A00.000Z&to=2023-01-29T09%3A00%3A00.000Z`)
  })

  test('asks for the links to be made anew once, at its end, and only where it stored something', async () => {
    expect((await importWith(storeAll, [write('a', 'x\n'), write('b', 'y\n')])).relinks).toBe(1)
    await instance?.close()
    const known: Handler = async (req, res, got) => json(res, 200, result(0, { received: 1, duplicate: (await readBody(req, got)).length }))
    expect((await importWith(known, [write('a', 'x')])).relinks).toBe(0)
  })

  test('one that can’t be sent leaves the others alone, and the exit code says so', async () => {
    const { code, out, err, got } = await importWith(storeAll, ['typo.log', write('a.log', 'x\n')])
    expect(got).toHaveLength(1)
    expect(err).toContain('left out: typo.log: does not exist')
    expect(out).toContain('a.log: received 1 = stored 1')
    expect(code).toBe(1)
  })
})

describe('a server that refuses for now', () => {
  test.each([429, 503] as const)('%i with Retry-After is obeyed, then all is sent again', async (status) => {
    const startMs = Date.now()
    const { code, err, got } = await importWith(
      (req, res, one, nth) => (nth === 1 ? json(res, status, busy(status), { 'retry-after': '1' }) : storeAll(req, res, one, nth)),
      [write('a.log', 'one\ntwo\n')],
    )
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(1000)
    expect(err).toContain(`a.log: Specter is busy (${status}); try 2 of 8 in 1 s`)
    expect(got.map(({ body }) => body?.toString() ?? null)).toEqual([null, 'one\ntwo\n'])
    expect(code).toBe(0)
  })

  test('in the middle of a large file, without reading the rest, is heard or taken for a cut, and obeyed', async () => {
    write('big.log', '')
    truncateSync(join(cwd, 'big.log'), 40 << 20)
    const { code, got } = await importWith(
      async (req, res, one, nth) => {
        if (nth > 1) return json(res, 200, result((await readBody(req, one)).length))
        res.on('finish', () => req.socket.destroySoon())
        json(res, 503, busy(503), { 'retry-after': '0', connection: 'close' })
      },
      ['big.log'],
    )
    expect(got.length).toBe(2)
    expect(got[1]!.body!.length).toBe(40 << 20)
    expect(code).toBe(0)
  })

  test('for ever is given up after 8 tries, in its own words', async () => {
    const { code, out, got } = await importWith(
      (_req, res) => json(res, 503, { ...busy(503), detail: '24 deliveries are being stored' }, { 'retry-after': '0' }),
      [write('a.log', 'x\n')],
    )
    expect(got).toHaveLength(8)
    expect(out).toContain('a.log: 24 deliveries are being stored (status 503)')
    expect(code).toBe(1)
  })
})

describe('a connection that breaks', () => {
  test('in the middle is said with how far it was, and the file is sent again whole', async () => {
    const content = Buffer.alloc(8 << 20, 'a line of a log\n')
    const { code, out, err, got } = await importWith(
      async (req, res, one, nth) => (nth === 1 ? await cutAfter(2 << 20, req) : json(res, 200, result((await readBody(req, one)).length))),
      [write('a.log', content)],
    )
    expect(err).toMatch(/a\.log: the connection was cut; try 2 of 8 in 1 s \([\d.]+ MB of 8\.39 MB, \d+ %, had gone/)
    expect(got).toHaveLength(2)
    expect(got[1]!.body!.equals(content)).toBe(true)
    expect(out).toContain('received 8,388,608')
    expect(code).toBe(0)
  })

  test('before the answer counts as broken too: without a 200 nothing is believed', async () => {
    const { code, out, got } = await importWith(
      async (req, res, one, nth) => {
        await readBody(req, one)
        if (nth === 1) req.socket.destroy()
        else json(res, 200, result(0, { received: 1, duplicate: 1 }))
      },
      [write('a.log', 'x\n')],
    )
    expect(got).toHaveLength(2)
    expect(out).toContain('sent 2 times: what the earlier tries stored counts as duplicate')
    expect(code).toBe(0)
  })

  test('an answer that is cut is no answer', async () => {
    const { code, got } = await importWith(
      async (req, res, one, nth) => {
        if (nth > 1) return storeAll(req, res, one, nth)
        await readBody(req, one)
        res.writeHead(200, { 'content-length': '1000' })
        res.write('{"received":1,')
        await sleep(20)
        req.socket.destroy()
      },
      [write('a.log', 'x\n')],
    )
    expect(got).toHaveLength(2)
    expect(code).toBe(0)
  })
})

describe('a refusal that is final', () => {
  test('shows the counts that came with it, is not repeated, and the next file goes', async () => {
    const problem = {
      type: 't',
      title: 'The body ended too early',
      status: 400,
      detail: 'the gzip body can’t be read after 900 bytes',
      code: 'invalid-encoding',
    }
    const { code, out, got } = await importWith(
      async (req, res, one, nth) => {
        await readBody(req, one)
        if (nth === 1)
          json(res, 400, { ...problem, result: result(5, { received: 6, quarantined: 1, errors: [{ line: 3, code: 'invalid_json', message: 'no JSON' }] }) })
        else json(res, 200, result(1))
      },
      [write('cut.gz', gzipSync('x\n').subarray(0, 12)), write('a.log', 'x\n')],
    )
    expect(got).toHaveLength(2)
    expect(out).toContain('cut.gz: received 6 = stored 5 + duplicate 0 + quarantined 1 + rejected 0')
    expect(out).toContain('  not whole: the gzip body can’t be read after 900 bytes (status 400)\n  line 3: invalid_json: no JSON')
    expect(out).toContain('all 2 files: received 7 = stored 6')
    expect(code).toBe(1)
  })

  test('in the middle of a large file stops the sending', async () => {
    write('big.log', '')
    truncateSync(join(cwd, 'big.log'), 200 << 20)
    let read = 0
    const { code, out } = await importWith(
      async (req, res) => {
        // Leaving a loop over the request would close its connection.
        await new Promise<void>((enough) =>
          req.on('data', (chunk: Buffer) => {
            read += chunk.length
            if (read < 1 << 20) return
            req.pause()
            enough()
          }),
        )
        // Ending here would close the connection on bytes that are unread, and the answer may be lost with it, as the cut further up shows.
        const body = JSON.stringify({ type: 't', title: 'The body is too large', status: 413, code: 'body-too-large' })
        res.writeHead(413, { 'content-type': 'application/problem+json', 'content-length': Buffer.byteLength(body) })
        res.write(body)
        req.once('close', () => res.end())
      },
      ['big.log'],
    )
    expect(out).toContain('big.log: The body is too large (status 413)')
    expect(read).toBeLessThan(20 << 20)
    expect(code).toBe(1)
  })

  test('a record that was quarantined makes the command fail: not everything is stored', async () => {
    const { code } = await importWith(
      async (req, res, got) => (await readBody(req, got), json(res, 200, result(1, { received: 2, quarantined: 1 }))),
      [write('a', 'x')],
    )
    expect(code).toBe(1)
  })
})

test('a slow server makes the reading wait: memory is bounded, whatever the size of the file', async () => {
  write('big.log', '')
  const size = 160 << 20
  truncateSync(join(cwd, 'big.log'), size)
  const held = (): number => process.memoryUsage().arrayBuffers
  let most = 0
  let received = 0
  const before = held()
  const { code } = await importWith(
    async (req, res) => {
      // Long enough for a client that doesn't wait to read the whole file.
      await sleep(1500)
      most = held() - before
      for await (const chunk of req as AsyncIterable<Buffer>) {
        received += chunk.length
        most = Math.max(most, held() - before)
      }
      json(res, 200, result(1))
    },
    ['big.log'],
  )
  expect(received).toBe(size)
  expect(most).toBeLessThan(64 << 20)
  expect(code).toBe(0)
})

describe('standard input', () => {
  test('is sent again as long as its beginning is kept', async () => {
    const { code, got } = await importWith(
      (req, res, one, nth) => (nth === 1 ? json(res, 503, busy(503), { 'retry-after': '0' }) : storeAll(req, res, one, nth)),
      ['-', '--source', 'shop'],
      { stdin: Readable.from([Buffer.from('one\n'), Buffer.from('two\n')]) },
    )
    expect(got.map(({ path }) => path)).toEqual(['/api/v1/ingest?source=shop', '/api/v1/ingest?source=shop'])
    expect(got[1]!.body!.toString()).toBe('one\ntwo\n')
    expect(got[1]!.headers['specter-file-time']).toBeUndefined()
    expect(code).toBe(0)
  })

  test('that is too long to be kept is not sent half: the person is told to give it again', async () => {
    const stdin = Readable.from(
      (async function* () {
        for (let i = 0; i < 400; i++) yield Buffer.alloc(1 << 16, 'x\n')
      })(),
    )
    const { code, out, got } = await importWith(async (req) => cutAfter(20 << 20, req), ['-'], { stdin })
    expect(got).toHaveLength(1)
    expect(out).toContain('standard input: not sent to its end: the connection was cut, and it can’t be read again; give the same input once more')
    expect(code).toBe(1)
  })
})

describe('where nothing can begin', () => {
  test('no instance: one line that says how to start it', async () => {
    const gone = await startInstance(storeAll)
    await gone.close()
    const context = testContext({ cwd })
    expect(await run(['import', '--url', gone.url, write('a.log', 'x')], context)).toBe(1)
    expect(context.stderr.text).toBe(`Specter does not run at ${gone.url} (nothing listens there). Start it with: npm start\n`)
    expect(context.stdout.text).toBe('')
  })

  test('another program on the port gets no log lines', async () => {
    const { code, err, got } = await importWith(storeAll, ['--url', 'http://127.0.0.1:1/', write('a.log', 'x')])
    expect([code, got.length]).toEqual([1, 0])
    expect(err).toContain('does not run')
    await instance?.close()
    instance = await startInstance(storeAll)
    instance.status = { linking: 'what?' }
    const context = testContext({ cwd })
    expect(await run(['import', '--url', instance.url, 'a.log'], context)).toBe(1)
    expect(context.stderr.text).toContain('is not Specter (status 200)')
    expect(instance.got).toEqual([])
  })

  test('the instance of SPECTER_DATA is found by its run.json', async () => {
    instance = await startInstance(storeAll)
    write('run.json', JSON.stringify({ pid: 1, address: instance.url, databaseUrl: 'postgres://x' }))
    const context = testContext({ cwd, env: { SPECTER_DATA: '.', PORT: '1' } })
    expect(await run(['import', write('a.log', 'x\n')], context)).toBe(0)
    expect(instance.got).toHaveLength(1)
  })

  test('without SPECTER_DATA the instance of the checkout is found from any folder', async () => {
    instance = await startInstance(storeAll)
    mkdirSync(join(cwd, 'checkout/.specter'), { recursive: true })
    write('checkout/.specter/run.json', JSON.stringify({ pid: 1, address: instance.url, databaseUrl: 'postgres://x' }))
    const context = testContext({ cwd, root: join(cwd, 'checkout'), env: { PORT: '1' } })
    expect(await run(['import', write('a.log', 'x\n')], context)).toBe(0)
    expect(instance.got).toHaveLength(1)
  })

  test('paths are those of the folder where npm was called', async () => {
    instance = await startInstance(storeAll)
    const context = testContext({ cwd: '/nonexistent', env: { npm_lifecycle_event: 'specter', INIT_CWD: cwd } })
    expect(await run(['import', '--url', instance.url, write('a.log', 'x\n')], context)).toBe(0)
    expect(instance.got).toHaveLength(1)
  })

  test('a wrong environment is one line', async () => {
    const context = testContext({ cwd, env: { PORT: 'abc' } })
    expect(await run(['import', write('a.log', 'x')], context)).toBe(1)
    expect(context.stderr.text).toBe('PORT must be a number (PORT is "abc")\n')
  })

  test('wrong usage is 2, help is 0', async () => {
    const wrong = testContext()
    expect(await run(['import', '--frm'], wrong)).toBe(2)
    expect(wrong.stderr.text).toContain('Usage: bin/specter import')
    const help = testContext()
    expect(await run(['import', '--help'], help)).toBe(0)
    expect(help.stdout.text).toContain('Usage: bin/specter import')
  })
})

test('stopping says where it was, what stays, and that the same command goes on', async () => {
  const stop = new AbortController()
  write('big.log', '')
  truncateSync(join(cwd, 'big.log'), 64 << 20)
  const { code, err } = await importWith(
    async (req, res, one, nth) => {
      if (nth === 1) return storeAll(req, res, one, nth)
      await sleep(100)
      stop.abort(new Error('stopped'))
    },
    [write('a.log', 'x\n'), 'big.log'],
    { signal: stop.signal },
  )
  expect(err).toMatch(/Stopped in big\.log \([\d.]+ [kM]?B of 67\.1 MB, \d+ %, sent\); 1 of 2 files are through\./)
  expect(err).toContain('The same command goes on')
  expect(code).toBe(1)
})

describe('--wait', () => {
  test('comes back when nothing is pending any more', async () => {
    let answer: ServerResponse | undefined
    const handler: Handler = async (req, res, got, nth) => {
      answer = res
      instance!.status = { linking: { pending: 50, linkedThrough: null } }
      await storeAll(req, res, got, nth)
      setTimeout(() => (instance!.status = { linking: { pending: 0, linkedThrough: '2023-01-29T09:00:00.000Z' } }), 700)
    }
    const { code, out } = await importWith(handler, ['--wait', write('a.log', 'x\n')])
    expect(answer).toBeDefined()
    expect(out).toMatch(/linked: everything through 2023-01-29T09:00:00\.000Z, (0\.[6-9]|1\.\d) s after the last answer/)
    expect(code).toBe(0)
  })

  test('can be stopped: all is stored', async () => {
    const stop = new AbortController()
    const handler: Handler = async (req, res, got, nth) => {
      instance!.status = { linking: { pending: 50, linkedThrough: null } }
      await storeAll(req, res, got, nth)
      setTimeout(() => stop.abort(new Error('stopped')), 300)
    }
    const { code, out, err } = await importWith(handler, ['--wait', write('a.log', 'x\n')], { signal: stop.signal })
    expect(out).toContain('received 1 = stored 1')
    expect(err).toContain('All is stored, and linking goes on by itself')
    expect(code).toBe(1)
  })
})
