import { expect, test } from 'vitest'
import { frontHeaders, refusalOf, type RequestHead } from './front-rules'

const head = (change: Partial<RequestHead> = {}): RequestHead => ({ method: 'GET', url: '/api/v1/status', headers: { host: '127.0.0.1:3000' }, ...change })

test.each(['localhost', 'LOCALHOST:80', '127.0.0.1:3000', '127.1.2.3', '[::1]:3000'])('Host %s is this machine', (host) => {
  expect(refusalOf(head({ headers: { host } }))).toBeUndefined()
})

test.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.1@evil.example',
  '169.254.169.254',
  '0.0.0.0',
  '[::]',
  'localhost:3000:1',
])('Host %s is refused: its name may have been rebound to us', (host) => {
  expect(refusalOf(head({ headers: { host } }))?.status).toBe(403)
})

test.each(['http://127.0.0.1:3000', 'https://127.0.0.1:3000'])('our own Origin %s may post', (origin) => {
  expect(refusalOf(head({ method: 'POST', url: '/api/v1/ingest', headers: { host: '127.0.0.1:3000', origin } }))).toBeUndefined()
})

test.each(['null', 'http://evil.example', 'http://localhost:3000', 'http://127.0.0.1:3001', 'file://127.0.0.1:3000', '127.0.0.1:3000', ''])(
  'Origin %s is foreign, whatever the method',
  (origin) => {
    for (const method of ['GET', 'POST', 'DELETE']) expect(refusalOf(head({ method, headers: { host: '127.0.0.1:3000', origin } }))?.status).toBe(403)
  },
)

test.each(['http://169.254.169.254/latest', '//evil.example/x', '*', '', 'evil.example:443'])('the request target %s is no path of ours', (url) => {
  expect(refusalOf(head({ url }))?.status).toBe(400)
})

test.each(['/%', '/a%zz', '/%c3%28'])('the broken escape in %s is refused before anything decodes it', (url) => {
  expect(refusalOf(head({ url }))?.status).toBe(400)
})

test('a Server Action is refused, and so is anything but reading on a page', () => {
  expect(refusalOf(head({ method: 'POST', headers: { host: 'localhost', 'next-action': 'x' } }))?.status).toBe(400)
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE']) expect(refusalOf(head({ method, url: '/search' }))?.status).toBe(405)
  for (const url of ['/api/v1/ingest', '/v1/logs']) expect(refusalOf(head({ method: 'POST', url }))).toBeUndefined()
})

test.each([
  ['DELETE', '/api/v1/events?q=x', 'GET, HEAD, OPTIONS'],
  ['GET', '/api/v1/ingest', 'POST, OPTIONS'],
  ['TRACE', '/api/v1/status', 'GET, HEAD, OPTIONS'],
  ['PUT', '/v1/logs', 'POST, OPTIONS'],
  ['TRACE', '/api/v1/nothing', 'GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE'],
])('%s %s is a 405 that names what is allowed', (method, url, allow) => {
  expect(refusalOf(head({ method, url }))).toMatchObject({ status: 405, code: 'method-not-allowed', allow })
})

test('what the API does not have is left to the answer that says so', () => {
  for (const method of ['GET', 'POST', 'DELETE']) expect(refusalOf(head({ method, url: '/api/v1/nothing' }))).toBeUndefined()
})

test('a page gets a policy with the nonce, on the request too, where Next reads it; the API gets one that allows nothing', () => {
  const page = frontHeaders('/search?q=x', 'abc')
  expect(page.response['Content-Security-Policy']).toContain("script-src 'self' 'nonce-abc';")
  expect(page.response['Content-Security-Policy']).not.toContain('unsafe-eval')
  expect(page.request['content-security-policy']).toBe(page.response['Content-Security-Policy'])
  expect(frontHeaders('/api/v1/map', 'abc').response['Content-Security-Policy']).toBe("default-src 'none'; frame-ancestors 'none'")
})

test('nothing but the hashed files of the build may be cached', () => {
  for (const url of ['/', '/api/v1/map', '/theme.js']) expect(frontHeaders(url, 'n').response['Cache-Control']).toBe('private, no-store')
  expect(frontHeaders('/_next/static/chunks/x.js', 'n').response['Cache-Control']).toBeUndefined()
})
