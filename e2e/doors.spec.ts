/** What comes through the front door broken: the good records of the delivery are stored, the sum is right, and the next one is served. */
import { gzipSync } from 'node:zlib'
import { expect, test, type APIRequestContext } from '@playwright/test'
import type { EventDetail, EventList, IngestResult } from '#lib/model/api'

const T0 = Date.UTC(2026, 9, 5, 12)
let serial = 0

/** A good CloudWatch event that can be found again by its word. */
function good(word: string): string {
  return JSON.stringify({ logGroup: '/app/doors', logStream: 's', timestamp: T0 + ++serial, message: `good id=${word}` })
}

interface Answer {
  status: number
  result: IngestResult
}

async function send(request: APIRequestContext, body: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await request.post('/api/v1/ingest?source=doors', {
    data: Buffer.from(body),
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  })
  const answer = (await response.json()) as IngestResult & { result?: IngestResult }
  const result = answer.result ?? answer
  expect(result.received).toBe(result.stored + result.duplicate + result.quarantined + result.rejected)
  return { status: response.status(), result }
}

/** The stored event that has this word; exactly one. */
async function find(request: APIRequestContext, word: string): Promise<EventDetail> {
  const list = (await (await request.get(`/api/v1/events?q=${word}&from=2000-01-01&to=2027-01-01`)).json()) as EventList
  expect(list.items, word).toHaveLength(1)
  return (await (await request.get(`/api/v1/events/${list.items[0]?.id}`)).json()) as EventDetail
}

test('nothing at all counts nothing', async ({ request }) => {
  for (const body of ['', '\n\n', '[]', '   ']) expect(await send(request, body)).toMatchObject({ status: 200, result: { received: 0 } })
})

test('truncated JSON is quarantined alone', async ({ request }) => {
  const { status, result } = await send(
    request,
    [good('before-cut-1'), '{"logGroup":"/app/doors","timestamp":17', good('after-cut-2'), '{"logGroup":"/app'].join('\n'),
  )
  expect({ status, ...result }).toMatchObject({ status: 200, received: 4, stored: 2, quarantined: 2 })
  expect(result.errors.map((error) => error.line)).toEqual([2, 4])
  await find(request, 'before-cut-1')
  await find(request, 'after-cut-2')
})

test('a truncated gzip keeps what was whole and says that it broke', async ({ request }) => {
  // Enough of it that whole batches have left the decompressor when it breaks.
  const lines = Array.from({ length: 30_000 }, (_, i) => good(`gz-${i}-${Math.sin(i)}`))
  const whole = gzipSync(lines.join('\n'))
  const { status, result } = await send(request, whole.subarray(0, Math.floor(whole.length / 2)), { 'content-encoding': 'gzip' })
  expect(status).toBe(400)
  expect(result.stored).toBeGreaterThan(5_000)
  const again = await send(request, whole, { 'content-encoding': 'gzip' })
  expect(again).toMatchObject({ status: 200, result: { received: 30_000, stored: 30_000 - result.stored, duplicate: result.stored } })
})

test('a gzip bomb is refused before it fills anything', async ({ request }) => {
  const bomb = gzipSync(Buffer.alloc(200 << 20))
  const { status, result } = await send(request, Buffer.concat([gzipSync(good('before-bomb') + '\n'), bomb]), { 'content-encoding': 'gzip' })
  expect(status).toBe(413)
  expect(result.stored).toBe(1)
  await find(request, 'before-bomb')
})

test('what is not text is stored with its bytes', async ({ request }) => {
  const odd = {
    'nul-1': Buffer.from('a\0b id=nul-1'),
    'utf8-2': Buffer.concat([Buffer.from('bad '), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(' id=utf8-2')]),
    'surrogate-3': Buffer.from(JSON.stringify({ msg: 'x \ud800 y', id: 'surrogate-3' })),
    'escaped-4': Buffer.from('{"msg":"a\\u0000b","id":"escaped-4"}'),
  }
  const body = Buffer.concat(Object.values(odd).flatMap((line) => [line, Buffer.from('\n')]))
  expect(await send(request, body)).toMatchObject({ status: 200, result: { received: 4, stored: 4 } })
  for (const [word, bytes] of Object.entries(odd)) {
    const event = await find(request, word)
    expect(Buffer.from(event.rawBase64 ?? Buffer.from(event.raw).toString('base64'), 'base64').equals(bytes), word).toBe(true)
  }
})

test('depth, length and huge numbers are kept exactly', async ({ request }) => {
  const deep = '{"deep-word-1":' + '['.repeat(100_000) + ']'.repeat(100_000) + '}'
  const long = JSON.stringify({ id: 'long-word-2', text: 'x'.repeat(2 << 20) })
  const number = '{"id":"number-word-3","order":90071992547409931234567,"small":9007199254740993}'
  const { status, result } = await send(request, [deep, long, number, good('after-deep')].join('\n'))
  expect({ status, ...result }).toMatchObject({ status: 200, received: 4, stored: 4 })
  expect((await find(request, 'long-word-2')).raw).toBe(long)
  expect((await find(request, 'order:90071992547409931234567')).raw).toBe(number)
  expect((await find(request, 'small:9007199254740993')).fields).toContainEqual({ name: 'small', value: '9007199254740993' })
  await find(request, 'after-deep')
})

test('keys named like prototypes pollute nothing, duplicate keys lose nothing', async ({ request }) => {
  const lines = [
    '{"__proto__":{"polluted":"yes"},"id":"proto-1"}',
    '{"constructor":{"prototype":{"polluted":"yes"}},"id":"proto-2"}',
    '{"a":1,"a":2,"id":"twice-3"}',
  ]
  expect(await send(request, lines.join('\n'))).toMatchObject({ status: 200, result: { received: 3, stored: 3 } })
  expect((await find(request, 'twice-3')).raw).toBe(lines[2])
  expect((await find(request, 'proto-1')).raw).toBe(lines[0])
  const status = (await (await request.get('/api/v1/status')).json()) as Record<string, unknown>
  expect(status['polluted']).toBeUndefined()
})

test('a wrong content type does not matter, an unknown encoding is refused', async ({ request }) => {
  expect(await send(request, good('type-1'), { 'content-type': 'image/png' })).toMatchObject({ status: 200, result: { stored: 1 } })
  const response = await request.post('/api/v1/ingest?source=doors', { data: Buffer.from(good('br-1')), headers: { 'content-encoding': 'br' } })
  expect(response.status()).toBe(415)
})

test('timestamps in s, ms, µs and ns mean the same time, absurd ones are quarantined', async ({ request }) => {
  const at = (timestamp: number | string, word: string): string => `{"logGroup":"/app/units","logStream":"s","timestamp":${timestamp},"message":"id=${word}"}`
  const ms = Date.UTC(2026, 9, 5, 13)
  const lines = [
    at(ms / 1000, 'unit-s'),
    at(ms, 'unit-ms'),
    at(`${ms}000`, 'unit-us'),
    at(`${ms}000000`, 'unit-ns'),
    at(-5, 'absurd-1'),
    at('1e40', 'absurd-2'),
    at(99, 'absurd-3'),
    at('"soon"', 'absurd-4'),
  ]
  expect(await send(request, lines.join('\n'))).toMatchObject({ status: 200, result: { received: 8, stored: 4, quarantined: 4 } })
  for (const word of ['unit-s', 'unit-ms', 'unit-us', 'unit-ns']) expect((await find(request, word)).time).toBe('2026-10-05T13:00:00.000Z')
})

test('sending the same again stores nothing, equal lines within one delivery are each kept', async ({ request }) => {
  const lines = ['2026-10-05T14:00:00Z same line', '2026-10-05T14:00:00Z same line', 'no time here', 'no time here', 'no time here']
  expect(await send(request, lines.join('\n'))).toMatchObject({ result: { received: 5, stored: 5 } })
  expect(await send(request, lines.join('\r\n'))).toMatchObject({ result: { received: 5, stored: 0, duplicate: 5 } })
})
