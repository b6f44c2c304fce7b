import { expect, test } from 'vitest'
import { restingWords } from './resting'

const linking = { pending: 50_000, linkedThrough: null, model: null }

test('a page says that inferred links wait while they do, and nothing else', () => {
  expect(restingWords({ linking: { ...linking, skipping: 'C' } })).toBe('Inferred links wait until the exact ones have caught up.')
  expect(restingWords({ linking: { ...linking, skipping: null } })).toBe('')
  expect(restingWords(undefined)).toBe('')
})
