import { expect, it } from 'vitest'
import { compareRange } from './compare-range'

const nowMs = Date.parse('2026-11-22T12:00:00Z')

it('keeps a relative range relative, so that the question stays the same between two refreshes', () => {
  expect(compareRange({ from: '-24h', to: 'now', mode: 'day', nowMs })).toEqual({ from: '-172800s', to: '-86400s' })
  expect(compareRange({ from: '-1h', to: 'now', mode: 'previous', nowMs })).toEqual({ from: '-7200s', to: '-3600s' })
})

it('shifts an absolute range by a day, a week or its own length', () => {
  const range = { from: '2026-11-22T10:00:00.000Z', to: '2026-11-22T11:00:00.000Z', nowMs }
  expect(compareRange({ ...range, mode: 'day' })).toEqual({ from: '2026-11-21T10:00:00.000Z', to: '2026-11-21T11:00:00.000Z' })
  expect(compareRange({ ...range, mode: 'week' })).toEqual({ from: '2026-11-15T10:00:00.000Z', to: '2026-11-15T11:00:00.000Z' })
  expect(compareRange({ ...range, mode: 'previous' })).toEqual({ from: '2026-11-22T09:00:00.000Z', to: '2026-11-22T10:00:00.000Z' })
})

it('has none where none is asked for, or the range is none', () => {
  expect(compareRange({ from: '-1h', to: 'now', mode: 'off', nowMs })).toBeNull()
  expect(compareRange({ from: 'soon', to: 'now', mode: 'day', nowMs })).toBeNull()
  expect(compareRange({ from: 'now', to: '-1h', mode: 'day', nowMs })).toBeNull()
})
