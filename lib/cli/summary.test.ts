import { describe, expect, test } from 'vitest'
import { fileLines, isWhole, pageAddress, readOutcome, totalOf } from './summary'

const FILE = { label: 'a.log', bytes: 14_824_247, elapsedMs: 9800 }
const counts = (stored: number, duplicate = 0, quarantined = 0, rejected = 0) => ({
  received: stored + duplicate + quarantined + rejected,
  stored,
  duplicate,
  quarantined,
  rejected,
  errors: [] as { line: number; code: string; message: string }[],
})
const answered = (body: unknown, status = 200) => readOutcome({ kind: 'answered', status, body, retryAfterMs: undefined }, FILE)

describe('a file', () => {
  test('is said with its counts and its pace', () => {
    const file = answered(counts(168_597))
    expect(fileLines(file)).toEqual(['a.log: received 168,597 = stored 168,597 + duplicate 0 + quarantined 0 + rejected 0 (14.8 MB in 10 s, 17,204 events/s)'])
    expect(isWhole(file)).toBe(true)
  })

  test('that was there already is whole', () => {
    expect(isWhole(answered(counts(0, 5)))).toBe(true)
  })

  test('with bad records is not whole, and its first errors stand by line', () => {
    const errors = Array.from({ length: 12 }, (_, i) => ({ line: i + 1, code: 'invalid_json', message: 'no JSON' }))
    const file = answered({ ...counts(1, 0, 200, 3), errors })
    const lines = fileLines(file)
    expect(lines[1]).toBe('  line 1: invalid_json: no JSON')
    expect(lines).toHaveLength(12)
    expect(lines.at(-1)).toBe('  and 193 more')
    expect(isWhole(file)).toBe(false)
  })

  test('that broke off shows the counts that came with the problem', () => {
    const file = answered(
      { type: 't', title: 'The body ended too early', status: 400, detail: 'the gzip body can’t be read', code: 'invalid-encoding', result: counts(5000) },
      400,
    )
    expect(fileLines(file)).toEqual([
      'a.log: received 5,000 = stored 5,000 + duplicate 0 + quarantined 0 + rejected 0 (14.8 MB in 10 s, 510 events/s)',
      '  not whole: the gzip body can’t be read (status 400)',
    ])
    expect(isWhole(file)).toBe(false)
  })

  test('whose counts don’t add up is not believed', () => {
    const file = answered({ ...counts(5), received: 6 })
    expect(isWhole(file)).toBe(false)
    expect(fileLines(file).join()).toContain('don’t add up')
  })

  test('whose answer is no answer of ours says so', () => {
    expect(fileLines(answered('<html>', 200))).toEqual(['a.log: the server answered 200 and nothing that can be read'])
    expect(fileLines(readOutcome({ kind: 'broken', code: 'ECONNRESET', reason: 'the connection was cut' }, FILE))).toEqual([
      'a.log: not sent to its end: the connection was cut',
    ])
    expect(fileLines(readOutcome({ kind: 'unreadable', reason: 'the disk reports an error' }, FILE))).toEqual(['a.log: the disk reports an error'])
  })
})

test('the total sums counts and unites ranges, also of files that failed half way', () => {
  const { result, bytes } = totalOf([
    answered({ ...counts(3, 1), data: { from: '2023-01-29T08:00:00.000Z', to: '2023-01-29T09:00:00.000Z' } }),
    answered({ ...counts(2), data: { from: '2023-01-29T07:59:59.999999999Z', to: '2023-01-29T08:30:00.000Z' } }),
    readOutcome({ kind: 'unreadable', reason: 'x' }, FILE),
    answered(counts(0)),
  ])
  expect(result).toMatchObject({ received: 6, stored: 5, duplicate: 1, data: { from: '2023-01-29T07:59:59.999999999Z', to: '2023-01-29T09:00:00.000Z' } })
  expect(bytes).toBe(FILE.bytes * 4)
})

test('the page opens on the range of the data', () => {
  expect(pageAddress('http://127.0.0.1:3000/', { from: '2023-01-29T08:00:00.000Z', to: '2023-01-29T09:00:00.000Z' })).toBe(
    'http://127.0.0.1:3000/?from=2023-01-29T08%3A00%3A00.000Z&to=2023-01-29T09%3A00%3A00.000Z',
  )
  expect(pageAddress('http://127.0.0.1:3000/', null)).toBe('http://127.0.0.1:3000/')
})
