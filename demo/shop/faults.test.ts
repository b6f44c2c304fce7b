import { describe, expect, it } from 'vitest'

import { FAULTS } from './faults'
import { record, RECORDED_DAY, type Recording } from './recording'
import type { Load } from './traffic'

interface ExecutionLine {
  service: string
  attempt: number
  start: number
  end: number
}

const HOUR_MS = 3_600_000

/** Seven minutes of a busy hour, away from the postal outage. */
const run = (faults: string[], load: Partial<Load> = {}): Promise<Recording> =>
  record({ seed: 'faults', start: RECORDED_DAY + 19 * HOUR_MS, minutes: 7, faults, load: { visitsPerDay: 12_000, ...load } })

const sound = new Map<string, Promise<Recording>>()

/** The same minutes without a fault, recorded once for each load. */
function runSound(load: Partial<Load>): Promise<Recording> {
  const key = JSON.stringify(load)
  const known = sound.get(key) ?? run([], load)
  sound.set(key, known)
  return known
}

const messages = (recording: Recording, service: string): string[] =>
  recording.lines.filter(({ logGroup }) => logGroup === `/aws/lambda/shop-${service}`).map(({ message }) => message)
const executionsOf = (recording: Recording, service: string): ExecutionLine[] =>
  (recording.truth.executions as ExecutionLine[]).filter((line) => line.service === `shop-${service}`)
const count = (texts: string[], part: string): number => texts.filter((text) => text.includes(part)).length

/** Orders that the provider was asked to charge more than once and approved. */
function chargedTwice(recording: Recording): number {
  const charges = messages(recording, 'payment').flatMap((text) => /"orderId":"(\w+)","chargeId":"\w+","approved":true/.exec(text)?.[1] ?? [])
  return charges.length - new Set(charges).size
}

/** Coupons whose offer is an older one although everything has come to rest. */
function outdated({ platform }: Recording): number {
  const current = platform.table('shop-coupons').scan()
  return current.filter(({ code, revision }) => code !== undefined && platform.table('shop-offers').get({ code })?.revision?.N !== revision?.N).length
}

/** What each fault does to the shop, seen from outside: none of it without the fault. */
const SYMPTOMS: Record<string, { load?: Partial<Load>; seen(recording: Recording): number; atLeast: number }> = {
  'duplicate-charge': { seen: chargedTwice, atLeast: 1 },
  'lost-event': {
    // Placed, by the worker's own word, and never heard of by payment.
    seen: (recording) =>
      count(messages(recording, 'order-worker'), '"Order placed"') -
      new Set(messages(recording, 'payment').flatMap((text) => /"orderId":"(\w+)","eventId"/.exec(text)?.[1] ?? [])).size,
    atLeast: 1,
  },
  // Few visitors: a customer who is refused has the offer refreshed.
  'reordered-updates': { load: { syncEveryMinutes: 2, visitsPerDay: 40 }, seen: outdated, atLeast: 1 },
  'poisoned-key': { load: { giftCardsPerDay: 400 }, seen: (recording) => count(messages(recording, 'inventory'), 'TypeError'), atLeast: 3 },
  'slow-dependency': { seen: (recording) => executionsOf(recording, 'payment').filter(({ start, end }) => end - start > 2_500).length, atLeast: 10 },
  'throttled-retry': {
    // Attempts of one event that started late though it was the first: it waited out a throttle.
    seen: (recording) => {
      const placed = messages(recording, 'order-worker').length
      const busy = executionsOf(recording, 'payment').toSorted((a, b) => a.start - b.start)
      const overlapping = busy.filter((execution, i) => execution.start < (busy[i - 1]?.end ?? 0)).length
      return placed > 0 && overlapping === 0 ? busy.filter(({ start, end }) => end - start > 1_000).length : 0
    },
    atLeast: 10,
  },
  'version-skew': { seen: (recording) => count(messages(recording, 'order-worker'), 'has no amount'), atLeast: 5 },
  'cold-start-timeout': { seen: (recording) => count(messages(recording, 'email'), 'Task timed out after 3.00 seconds'), atLeast: 1 },
  'short-visibility': { seen: (recording) => executionsOf(recording, 'order-worker').filter(({ attempt }) => attempt > 1).length, atLeast: 3 },
}

describe('faults', () => {
  it('are nine, each with a symptom to look for', () => {
    expect(Object.keys(SYMPTOMS).toSorted()).toEqual(Object.keys(FAULTS).toSorted())
    expect(Object.keys(FAULTS).length).toBeGreaterThanOrEqual(8)
  })

  it.each(Object.entries(SYMPTOMS))(
    '%s shows when it is on, and only then',
    async (name, { load, seen, atLeast }) => {
      const { giftCardsPerDay: _onlyWithTheFault, ...usual } = load ?? {}
      const without = seen(await runSound(usual))
      const withFault = seen(await run([name], load))
      expect(without).toBeLessThan(atLeast)
      expect(withFault).toBeGreaterThanOrEqual(atLeast)
    },
    120_000,
  )

  it('log no fault by its name', async () => {
    for (const name of Object.keys(FAULTS)) {
      const { lines } = await record({ seed: 'names', start: RECORDED_DAY + 19 * HOUR_MS, minutes: 1, faults: [name] })
      expect(lines.filter(({ message }) => message.includes(name))).toEqual([])
    }
  }, 120_000)

  it('are refused by a name that nobody knows', async () => {
    await expect(run(['coffee-break'])).rejects.toThrow('There is no fault "coffee-break"')
  })
})
