import { describe, expect, test } from 'vitest'
import { TruthReader } from './truth'

const read = (rows: unknown[], beside: { executions?: unknown[]; transactions?: unknown[] } = {}) => {
  const reader = new TruthReader()
  for (const row of rows) reader.addTruth(row)
  for (const row of beside.executions ?? []) reader.addExecution(row)
  for (const row of beside.transactions ?? []) reader.addTransaction(row)
  return reader.finish()
}

describe('rows with a parent', () => {
  const row = (requestId: string, parent: string | null, trace: string, sampled = false) => ({ requestId, trace, parent, service: 's', sampled })

  test('give a link or a root each, but for sampled ones', () => {
    const { truth, executions, sampled } = read([row('a', null, 't'), row('b', 'a', 't'), row('x', null, 'u', true), row('y', 'x', 'u', true)])
    expect(truth.roots).toEqual([{ effect: 'a', transaction: 't' }])
    expect(truth.links).toEqual([{ effect: 'b', causes: ['a'], transaction: 't', level: 'any' }])
    expect(sampled).toBe(2)
    expect([...executions.keys()]).toEqual(['a', 'b', 'x', 'y'])
  })
})

describe('rows of links', () => {
  const end = (exec: string, requestId?: string) => ({ exec, eventIds: [`${exec}-1`], ...(requestId ? { requestId } : {}) })
  const link = (cause: string, effect: string, more: Record<string, unknown> = {}) => ({
    cause: end(cause),
    effect: end(effect, `r-${effect}`),
    kind: 'sqs',
    evidenceLevel: 'exact',
    sampled: false,
    ...more,
  })

  test('of one anyOf are alternatives of one link', () => {
    const { truth } = read([{ root: end('a'), tx: 1 }, link('a', 'b', { anyOf: 'm:2:b' }), link('z', 'b', { anyOf: 'm:2:b', evidenceLevel: 'timing' })])
    expect(truth.links).toEqual([{ effect: 'b', causes: ['a', 'z'], transaction: '1', level: 'exact' }])
  })

  test('belong to the transaction of the root above them', () => {
    const { truth } = read([{ root: end('a'), tx: 7 }, { root: end('m'), tx: 8 }, link('a', 'b'), link('b', 'c'), link('m', 'n')])
    expect(truth.links.map(({ effect, transaction }) => [effect, transaction])).toEqual([
      ['b', '7'],
      ['c', '7'],
      ['n', '8'],
    ])
  })

  test('of sampled transactions are set apart, with their roots', () => {
    const { truth, sampled } = read([{ root: end('a'), tx: 1 }, { root: end('x'), tx: 2 }, link('x', 'y', { sampled: true })])
    expect(truth.roots).toEqual([{ effect: 'a', transaction: '1' }])
    expect(truth.also).toMatchObject([{ effect: 'y', causes: ['x'] }])
    expect(sampled).toBe(2)
  })

  test('take from the files beside them the events of executions, and which lone roots are sampled', () => {
    const beside = {
      executions: [{ exec: 'a', requestId: null, eventIds: ['a-1', 'a-2'] }].map(({ exec, eventIds }) => ({ exec, eventIds, service: 's' })),
      transactions: [{ tx: 1, executions: ['a'], sampled: true }],
    }
    const { truth, executions } = read([{ root: end('a'), tx: 1 }], beside)
    expect(truth.roots).toEqual([])
    expect(executions.get('a')).toEqual({ requestId: null, eventIds: ['a-1', 'a-2'] })
  })
})

test('a row of neither form is refused', () => {
  expect(() => read([{ message: 'a log line' }])).toThrow('neither')
})
