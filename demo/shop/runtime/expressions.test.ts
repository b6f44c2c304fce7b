import { describe, expect, it } from 'vitest'

import { meets, updated } from './expressions'

const item = { code: { S: 'SAVE20' }, revision: { N: '9' }, active: { BOOL: true } }

describe('conditions', () => {
  it.each([
    ['revision = :n', { ':n': { N: '9' } }, true],
    ['revision < :n', { ':n': { N: '10' } }, true],
    ['active = :yes AND revision = :n', { ':yes': { BOOL: true }, ':n': { N: '8' } }, false],
    ['attribute_not_exists(code) OR revision < :n', { ':n': { N: '10' } }, true],
    ['NOT (attribute_exists(code) AND revision >= :n)', { ':n': { N: '9' } }, false],
    ['missing <> :n', { ':n': { N: '1' } }, true],
    ['missing = :n', { ':n': { N: '1' } }, false],
  ])('%s', (condition, values, expected) => {
    expect(meets(item, condition, { ExpressionAttributeValues: values })).toBe(expected)
  })

  it('compares numbers as numbers and takes an absent item for one without attributes', () => {
    expect(meets({ n: { N: '10' } }, 'n > :n', { ExpressionAttributeValues: { ':n': { N: '9' } } })).toBe(true)
    expect(meets(undefined, 'attribute_not_exists(code)', {})).toBe(true)
  })

  it('refuses what it does not know instead of guessing', () => {
    expect(() => meets(item, 'code = :unknown', {})).toThrow(':unknown has no value')
    expect(() => meets(item, 'size(code) > :n', { ExpressionAttributeValues: { ':n': { N: '1' } } })).toThrow('no operator')
  })
})

describe('updates', () => {
  it('sets, computes, adds and removes in one go', () => {
    const names = { ExpressionAttributeNames: { '#state': 'state' }, ExpressionAttributeValues: { ':s': { S: 'paid' }, ':one': { N: '1' } } }
    expect(updated(item, 'SET #state = :s, uses = if_not_exists(uses, :one) + :one ADD revision :one REMOVE active', names)).toEqual({
      code: { S: 'SAVE20' },
      revision: { N: '10' },
      state: { S: 'paid' },
      uses: { N: '2' },
    })
  })
})
