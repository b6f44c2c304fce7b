import { describe, expect, it } from 'vitest'
import { apiUrl, problemToError } from './api'

it('leaves out what is empty, escapes the rest', () => {
  expect(apiUrl('map', { q: 'a:"b c" & d', from: '-1h', to: '', points: 0, by: undefined })).toBe('/api/v1/map?q=a%3A%22b+c%22+%26+d&from=-1h&points=0')
  expect(apiUrl('status')).toBe('/api/v1/status')
})

describe('what failed', () => {
  it("is said in the API's own words, with its request", () => {
    const error = problemToError({ type: 'about:blank', title: 'Busy', status: 503, code: 'overloaded', detail: 'Try again in a moment' }, 503, 'req-1')
    expect([error.message, error.code, error.status, error.requestId]).toEqual(['Try again in a moment', 'overloaded', 503, 'req-1'])
  })
  it('is said in ours where the answer is none of the API', () => {
    expect(problemToError('<html>', 502, null).message).toBe('The server answered 502.')
  })
})
