import { describe, expect, it } from 'vitest'
import type { SourceStatus } from '#lib/model/api'
import { sourceWords } from './search-head-sources'

const NOW = Date.UTC(2026, 10, 2, 12)
const MINUTE = 60_000
const iso = (ms: number): string => new Date(ms).toISOString()

/** A source whose last event is that old, delivered a minute ago. */
function source(name: string, ageMs: number, more: Partial<SourceStatus> = {}): SourceStatus {
  return {
    name, kind: 'cloudwatch', received: 1, stored: 1, duplicate: 0, quarantined: 0, rejected: 0, completeUntil: iso(NOW - ageMs), lagMs: ageMs,
    firstEvent: iso(NOW - ageMs), lastEvent: iso(NOW - ageMs), lastReceived: iso(NOW - MINUTE), services: [], ...more,
  } // prettier-ignore
}

const words = (sources: SourceStatus[], toMs = NOW): string => sourceWords({ sources, complete: false, toMs, now: NOW, zone: 'utc' }).replace(/\s/g, ' ')

describe('what the search page says of its sources', () => {
  it('never calls what was pushed or imported behind', () => {
    const demo = [source('/aws/lambda/cart', 3 * MINUTE), source('/aws/lambda/checkout', 40 * MINUTE), source('/aws/lambda/old', 9 * 3_600_000)]
    expect(words(demo)).toBe('2 sources sent events up to 11:57:00; more may come.')
    expect(words([source('export.ndjson', 3 * MINUTE, { kind: 'file' })])).toBe('')
  })

  it('says of what is read how far it is, and which group is behind', () => {
    const read = [
      source('/aws/lambda/cart', MINUTE, { polled: true }),
      source('/aws/lambda/checkout', 2 * MINUTE, { polled: true }),
      source('/aws/lambda/slow', 20 * MINUTE, { polled: true }),
      source('/aws/lambda/new', 0, { polled: true, completeUntil: null, lagMs: null }),
    ]
    expect(words(read)).toBe('2 of 4 sources read until 11:58:00. slow is 20 min behind. new is being read for the first time.')
  })

  it('is silent where nothing of them is missing in the range, and where the answer is complete says so', () => {
    expect(words([source('/aws/lambda/cart', MINUTE, { polled: true })], NOW - 5 * MINUTE)).toBe('')
    expect(sourceWords({ sources: [source('a', 0)], complete: true, toMs: NOW, now: NOW, zone: 'utc' })).toBe('All 1 source complete.')
    expect(sourceWords({ sources: [], complete: true, toMs: NOW, now: NOW, zone: 'utc' })).toBe('')
  })
})
