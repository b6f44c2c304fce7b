import { expect, test } from 'vitest'
import { batchKeys } from './batch-keys'

const keys = (...values: string[]): string[] => batchKeys(values.map((value) => ({ name: 'x', value })))

test('ids and business keys tell messages apart, upper and lower case alike; dates, times, words, addresses and prices do not', () => {
  expect(keys('ord_18b7048fbadd', '8f067f86-1dbf-418b-a751-11e1af44c51d', 'SAVE20')).toHaveLength(3)
  expect(keys('SAVE20')).toEqual(keys('save20'))
  expect(keys('1793606404836', '2026-11-02T08:00:00Z', 'approved', 'arn:aws:sqs:eu-west-1:1:orders', 'https://x/1234567', '3270', 'a'.repeat(65))).toEqual([])
})

test('no more than a dozen of a line', () => {
  expect(keys(...Array.from({ length: 40 }, (_, i) => `order-${i}`))).toHaveLength(12)
})
