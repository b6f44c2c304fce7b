import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { createFront } from './front'

/** A handler that echoes what it was given, as Next would see it. */
const seen: string[] = []
const front = createFront(
  async (req, res) => {
    seen.push(`${req.method} ${req.url} ${JSON.stringify(req.headers)}`)
    if (req.url === '/fails') throw new Error('a secret reason')
    let bytes = 0
    for await (const chunk of req) bytes += (chunk as Buffer).length
    res.end(String(bytes))
  },
  () => {},
)
front.listen(0, '127.0.0.1')
await once(front, 'listening')
const { port } = front.address() as AddressInfo
const base = `http://127.0.0.1:${port}`
afterAll(() => front.close())

/** Bytes as they are, which no HTTP client would send. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk.toString()))
  socket.on('error', () => {})
  await once(socket, 'close')
  return answer
}

const untouched = async (text: string): Promise<string> => {
  const before = seen.length
  const answer = await raw(text)
  expect(seen.length).toBe(before)
  return answer
}

test('a request target of another host never reaches Next', async () => {
  expect(await untouched(`GET http://169.254.169.254/latest HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /)
})

test('an upgrade is refused, in either form of the target', async () => {
  for (const target of ['/', 'http://169.254.169.254/'])
    expect(await untouched(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /)
})

test('a foreign Host is answered with a problem document and the end of the connection', async () => {
  const answer = await untouched(`POST /api/v1/ingest HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 1000000\r\n\r\nx`)
  expect(answer).toMatch(/^HTTP\/1.1 403 /)
  expect(answer).toContain('application/problem+json')
  expect(answer).toContain('"code":"foreign-host"')
})

test('headers above 16 KiB, and both lengths at once, are refused by the parser', async () => {
  expect(await untouched(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /)
  expect(await untouched(`POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 400 /,
  )
})

test('headers that steer Next from outside are dropped', async () => {
  await fetch(`${base}/`, { headers: { 'x-forwarded-host': 'evil.example', 'x-middleware-subrequest': 'a', 'x-nonce': 'mine' } })
  expect(seen.at(-1)).not.toMatch(/evil\.example|subrequest|mine/)
})

test('every page has a nonce of its own', async () => {
  const nonces = await Promise.all([1, 2].map(async () => (await fetch(base)).headers.get('content-security-policy')?.match(/'nonce-([^']+)'/)?.[1]))
  expect(nonces[0]).toMatch(/^[A-Za-z0-9+/]{22}==$/)
  expect(nonces[0]).not.toBe(nonces[1])
})

test('a handler that fails is answered with 500 without its reason', async () => {
  const answer = await fetch(`${base}/fails`)
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('secret')
})

test('a body of 300 MB passes in a stream: nothing of it is kept', async () => {
  const block = Buffer.alloc(1 << 20, 'x')
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  const body = Readable.from(
    (function* () {
      for (let i = 0; i < 300; i++) {
        most = Math.max(most, process.memoryUsage().arrayBuffers)
        yield block
      }
    })(),
  )
  const answer = await fetch(`${base}/api/v1/ingest`, { method: 'POST', body: Readable.toWeb(body) as ReadableStream, duplex: 'half' } as RequestInit)
  expect(await answer.text()).toBe(String(300 << 20))
  expect(most - before).toBeLessThan(100 << 20)
})
