import { describe, expect, it } from 'vitest'
import { commonRanges, completeUntil, isComplete, type SourceCoverage } from './coverage'
import { RUNNING_WAIT_NS, transactionStatus } from './transaction-status'

const MINUTE = 60_000_000_000n
const NOW = 1_795_305_600_000_000_000n
const source = (lastMinutesAgo: bigint, receivedMinutesAgo: bigint): SourceCoverage => ({
  lastNs: NOW - lastMinutesAgo * MINUTE,
  lastReceivedNs: NOW - receivedMinutesAgo * MINUTE,
})
const asked = (toMinutesAgo: bigint, pending = 0) => ({ toNs: NOW - toMinutesAgo * MINUTE, nowNs: NOW, pending })

describe('an answer is complete', () => {
  it('where every source that still delivers has come as far', () => {
    expect(isComplete([source(1n, 1n)], asked(2n))).toBe(true)
    expect(isComplete([source(3n, 1n)], asked(2n))).toBe(false)
    expect(isComplete([source(1n, 1n), source(3n, 1n)], asked(2n))).toBe(false)
  })
  it('whatever a silent source has, or one that brought history a moment ago', () => {
    expect(isComplete([source(500n, 499n)], asked(0n))).toBe(true)
    expect(isComplete([source(1_000_000n, 1n)], asked(0n))).toBe(true)
  })
  it('not while events wait to be linked, nor about the future', () => {
    expect(isComplete([source(1n, 1n)], asked(2n, 1))).toBe(false)
    expect(isComplete([], { toNs: NOW + 60n * MINUTE, nowNs: NOW, pending: 0 })).toBe(false)
  })
  it('as far as a polled source was asked, whatever it had to say', () => {
    const polled = (minutesAgo: bigint): SourceCoverage => ({ ...source(500n, 499n), polled: { completeNs: NOW - minutesAgo * MINUTE } })
    expect(isComplete([polled(2n)], asked(2n))).toBe(true)
    expect(isComplete([polled(3n)], asked(2n))).toBe(false)
    expect(isComplete([{ lastNs: null, lastReceivedNs: null, polled: { completeNs: null } }], asked(1_000_000n))).toBe(false)
    expect(completeUntil(polled(2n))).toBe(NOW - 2n * MINUTE)
  })
  it('where all who read a source have read it', () => {
    const range = (from: bigint, to: bigint) => ({ fromNs: from, toNs: to })
    expect(commonRanges([[range(0n, 10n), range(20n, 30n)], [range(5n, 25n)]])).toEqual([range(5n, 10n), range(20n, 25n)])
    expect(commonRanges([[range(0n, 10n)], []])).toEqual([])
    expect(commonRanges([])).toEqual([])
  })
  it('and nothing is claimed of a source without events', () => {
    expect(completeUntil({ lastNs: null, lastReceivedNs: null })).toBeNull()
  })
})

describe('the status of a transaction', () => {
  const of = (given: { failed?: boolean; open?: boolean; ageMinutes: bigint }) =>
    transactionStatus({ failed: given.failed ?? false, open: given.open ?? false, startNs: NOW - given.ageMinutes * MINUTE, endNs: null }, NOW)
  it('is error by a failure, even while it runs', () => {
    expect(of({ failed: true, open: true, ageMinutes: 1n })).toBe('error')
  })
  it('is running while young, unknown after that, ok once all has ended', () => {
    expect(of({ open: true, ageMinutes: 14n })).toBe('running')
    expect(of({ open: true, ageMinutes: 15n })).toBe('unknown')
    expect(of({ ageMinutes: 1000n })).toBe('ok')
  })
  it('counts from the last sign of life', () => {
    const old = { failed: false, open: true, startNs: NOW - 100n * MINUTE, endNs: NOW - MINUTE }
    expect(transactionStatus(old, NOW)).toBe('running')
    expect(transactionStatus(old, NOW + RUNNING_WAIT_NS)).toBe('unknown')
  })
})
