import { describe, expect, it } from 'vitest'
import { contract } from './contract'
import { problemOf, problemResponse, SpecterError } from './problem'
import { compareRangeOf, fileTimeOf, isGzip, ndjsonResponse, rangeOf, withRoute } from './route'

const NOW = 1_795_305_600_000_000_000n
const ask = (handle: () => Promise<unknown>, query = ''): Promise<Response> =>
  withRoute(contract.transactions, handle)(new Request(`http://127.0.0.1/api/v1/transactions${query}`), { params: Promise.resolve({}) })

describe('a route', () => {
  it('never shows the message of an error that it does not know', async () => {
    const response = await ask(() => Promise.reject(new Error('password=hunter2 at /srv/app.ts:3')))
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(text).not.toContain('hunter2')
    expect(text).toContain(response.headers.get('x-request-id') ?? 'no id')
  })
  it.each([
    [{ code: '57014' }, 503, 'timeout'],
    [{ code: '53100' }, 507, 'disk-full'],
    [{ code: '57P01' }, 503, 'unavailable'],
    [{ code: 'ECONNREFUSED' }, 503, 'unavailable'],
    [{ code: '53300' }, 503, 'overloaded'],
  ])('turns %o of the database into %i with advice and Retry-After', async (given, status, code) => {
    const response = await ask(() => Promise.reject(Object.assign(new Error('secret detail'), given)))
    const body = (await response.json()) as { code: string; detail: string }
    expect([response.status, body.code]).toEqual([status, code])
    expect(body.detail).not.toContain('secret')
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  })
  it('answers JSON that nobody may cache', async () => {
    const response = await ask(() => Promise.resolve({ a: 1 }))
    expect(await response.json()).toEqual({ a: 1 })
    expect(response.headers.get('cache-control')).toBe('private, no-store')
  })
  it('takes an empty parameter as none, and refuses one that is given twice', async () => {
    expect((await ask(() => Promise.resolve({}), '?limit=&q=')).status).toBe(200)
    expect((await ask(() => Promise.resolve({}), '?limit=1&limit=2')).status).toBe(400)
  })
})

describe('a problem', () => {
  it('keeps what an interrupted import has stored, and cannot be overwritten by it', () => {
    const { body } = problemOf(new SpecterError('truncated-body', 'cut', { extra: { result: { stored: 3 }, status: 200, code: 'ok' } }), 'r')
    expect(body).toMatchObject({ status: 400, code: 'truncated-body', result: { stored: 3 }, requestId: 'r' })
    expect(problemResponse(new SpecterError('overloaded', 'busy', { retryAfter: 7 }), 'r').headers.get('retry-after')).toBe('7')
  })
})

describe('what a request says beside its parameters', () => {
  const request = (headers: Record<string, string>): Request => new Request('http://127.0.0.1/', { headers })
  it('is gzip or none, and nothing else', () => {
    expect(isGzip(request({}))).toBe(false)
    expect(isGzip(request({ 'content-encoding': 'identity' }))).toBe(false)
    expect(isGzip(request({ 'content-encoding': 'GZIP' }))).toBe(true)
    for (const encoding of ['br', 'gzip, gzip', 'deflate']) expect(() => isGzip(request({ 'content-encoding': encoding }))).toThrow(SpecterError)
  })
  it('may name the time of a file', () => {
    expect(fileTimeOf(request({}))).toBeNull()
    expect(fileTimeOf(request({ 'specter-file-time': '1500000000123' }))).toBe(1_500_000_000_123_000_000n)
    for (const text of ['-1', '1e9', 'now', '9'.repeat(16)]) expect(() => fileTimeOf(request({ 'specter-file-time': text }))).toThrow(SpecterError)
  })
})

describe('ranges', () => {
  it('default to the last day, and to the same length for the one compared with', () => {
    const range = rangeOf({}, NOW)
    expect(range.toNs - range.fromNs).toBe(86_400_000_000_000n)
    expect(compareRangeOf({}, range, NOW)).toBeNull()
    expect(compareRangeOf({ compareFrom: '-2d' }, range, NOW)).toEqual({ fromNs: range.fromNs - 86_400_000_000_000n, toNs: range.fromNs })
  })
  it('that are reversed or no times name the parameter', () => {
    expect(() => rangeOf({ from: 'now', to: '-1h' }, NOW)).toThrow(/from/)
    expect(() => compareRangeOf({ compareTo: 'x' }, rangeOf({}, NOW), NOW)).toThrow(/compareTo/)
  })
})

describe('a stream of lines', () => {
  it('reads no piece before it is asked for, and stops reading when the reader leaves', async () => {
    let read = 0
    let ended = false
    async function* pieces(): AsyncGenerator<number[]> {
      try {
        for (;;) yield [read++]
      } finally {
        ended = true
      }
    }
    const reader = ndjsonResponse(pieces(), 'r').body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('0\n')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(read).toBeLessThanOrEqual(2)
    await reader?.cancel()
    expect(ended).toBe(true)
  })
  it('breaks off where an error comes on the way', async () => {
    async function* pieces(): AsyncGenerator<number[]> {
      yield [1]
      throw new Error('gone')
    }
    await expect(ndjsonResponse(pieces(), 'r').text()).rejects.toThrow()
  })
})
