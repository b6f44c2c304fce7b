import { expect, test } from 'vitest'
import { fitIsDue } from './fit-round'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const quiet = {
  waiting: 0n,
  relinkRequested: null,
  dueMs: null,
  idleMs: 10_000,
  modelAgeMs: 10 * MINUTE,
  events: 1_000n,
  fittedEvents: 1_000n,
}

test('nothing is fitted where nothing is new, however old the model', () => {
  expect(fitIsDue(quiet)).toBe(false)
  expect(fitIsDue({ ...quiet, modelAgeMs: 30 * DAY })).toBe(false)
})

test('a day after the last fit one new event is enough, and before that it is not', () => {
  expect(fitIsDue({ ...quiet, events: 1_001n, modelAgeMs: DAY - 1 })).toBe(false)
  expect(fitIsDue({ ...quiet, events: 1_001n, modelAgeMs: DAY })).toBe(true)
})

test('a model of yesterday is fitted anew where input never pauses as well', () => {
  const busy = { ...quiet, events: 1_001n, waiting: 2_000n, idleMs: 0 }
  expect(fitIsDue({ ...busy, modelAgeMs: DAY + 4 * MINUTE })).toBe(false)
  expect(fitIsDue({ ...busy, modelAgeMs: DAY + 5 * MINUTE })).toBe(true)
})

test('growth is learned from when input pauses, or after five minutes without a pause', () => {
  const grown = { ...quiet, events: 2_000n, dueMs: 100 }
  expect(fitIsDue(grown)).toBe(true)
  expect(fitIsDue({ ...grown, idleMs: 500 })).toBe(false)
  expect(fitIsDue({ ...grown, waiting: 1n })).toBe(false)
  expect(fitIsDue({ ...grown, waiting: 2_000n, idleMs: 0, dueMs: 5 * MINUTE })).toBe(true)
})

test('exact links come first: while too many events wait for them, only what pauses is fitted', () => {
  expect(fitIsDue({ ...quiet, events: 9_000_000n, dueMs: 60 * MINUTE, idleMs: 0, waiting: 50_000n, modelAgeMs: 3 * DAY })).toBe(false)
})

test('with millions of events growth waits for as long as scoring them took, and a day is still a day', () => {
  const large = { ...quiet, fittedEvents: 10_170_000n, events: 12_000_000n, dueMs: 10 * MINUTE }
  expect(fitIsDue({ ...large, modelAgeMs: 16 * MINUTE })).toBe(false)
  expect(fitIsDue({ ...large, modelAgeMs: 17 * MINUTE })).toBe(true)
  expect(fitIsDue({ ...large, modelAgeMs: DAY })).toBe(true)
})

test('what is asked for is done as soon as all that is stored went through the exact rules', () => {
  expect(fitIsDue({ ...quiet, relinkRequested: '2026-11-01', idleMs: 0 })).toBe(true)
  expect(fitIsDue({ ...quiet, relinkRequested: '2026-11-01', waiting: 1n })).toBe(false)
})
