import { expect, it } from 'vitest'
import { confirmedCause, verdictsOf, type Feedback, type Verdict, type Verdicts } from './feedback'

const isRejected = (verdicts: Verdicts, effect: bigint, cause: bigint): boolean => verdicts.get(effect)?.rejected.has(cause) ?? false

const word = (verdict: Verdict, cause: bigint, alternative: bigint | null = null): Feedback => ({ effect: 1n, cause, verdict, alternative })

it('the latest word on a pair counts', () => {
  expect(isRejected(verdictsOf([word('confirm', 2n), word('reject', 2n)]), 1n, 2n)).toBe(true)
  expect(confirmedCause(verdictsOf([word('confirm', 2n), word('reject', 2n)]), 1n)).toBeNull()
  expect(confirmedCause(verdictsOf([word('reject', 2n), word('confirm', 2n)]), 1n)).toBe(2n)
})

it('a pick rejects what was shown and confirms the other; taking it back undoes both', () => {
  const picked = [word('pick', 2n, 3n)]
  expect([isRejected(verdictsOf(picked), 1n, 2n), confirmedCause(verdictsOf(picked), 1n)]).toEqual([true, 3n])
  expect(verdictsOf([...picked, word('undo', 2n)]).size).toBe(0)
})

it('a word on one pair leaves what was said of others', () => {
  const verdicts = verdictsOf([word('reject', 2n), word('reject', 3n), word('undo', 3n)])
  expect([isRejected(verdicts, 1n, 2n), isRejected(verdicts, 1n, 3n)]).toEqual([true, false])
})
