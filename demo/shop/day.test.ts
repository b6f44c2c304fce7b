import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { beforeAll, describe, expect, it } from 'vitest'

import { DAY_FOLDER, hashOf, readDay, type DayFacts } from './day-files'
import type { LogLine } from './runtime/ledger'
import { createRandom } from './runtime/random'

/** One entry of a live coupon, as its own lines tell it. */
interface Redemption {
  customer: string
  region: string
  version: string
  amount: number
  hour: number
  refused: boolean
}

interface PowertoolsLine {
  message: string
  function_request_id: string
  customerId: string
  region: string
  appVersion: string
  amount: number
}

let facts: DayFacts
let lines: LogLine[]
let redemptions: Redemption[]

beforeAll(async () => {
  facts = await readDay()
  const text = gunzipSync(readFileSync(join(DAY_FOLDER, 'logs.ndjson.gz'))).toString('utf8')
  expect(hashOf(text)).toBe(facts.sha256['logs.ndjson'])
  lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
  redemptions = readRedemptions(lines)
})

function readRedemptions(all: LogLine[]): Redemption[] {
  const byRequest = new Map<string, Partial<Redemption>>()
  for (const { logGroup, message, timestamp } of all) {
    if (logGroup !== '/aws/lambda/shop-coupon-redeem' || !message.includes('"function_request_id"')) continue
    const line = JSON.parse(message) as PowertoolsLine
    const found = byRequest.get(line.function_request_id) ?? {}
    byRequest.set(line.function_request_id, found)
    if (line.message === 'Coupon entered')
      Object.assign(found, { customer: line.customerId, region: line.region, version: line.appVersion, hour: new Date(timestamp).getUTCHours() })
    if (line.message === 'Cart loaded for coupon') found.amount = line.amount
    if (line.message === 'Coupon redeemed') found.refused = false
    if (line.message === 'Coupon refused') found.refused = true
  }
  return [...byRequest.values()].filter((found): found is Redemption => found.refused !== undefined)
}

describe('the recorded day', () => {
  it('is at most 8 MB, and holds what day.json says', () => {
    const bytes = ['logs.ndjson.gz', 'xray.ndjson.gz'].reduce((sum, name) => sum + statSync(join(DAY_FOLDER, name)).size, 0)
    expect(bytes).toBeLessThanOrEqual(8 * 1024 * 1024)
    expect(lines.length).toBe(facts.logs)
    expect(lines.filter(({ logStream, timestamp }) => logStream === facts.first.logStream && timestamp < facts.first.timestamp)).toEqual([])
  })

  it('holds at least 5,000 transactions of 8 to 20 lines, by the truth that is recorded with it', () => {
    expect(facts.transactions.of8To20Lines).toBeGreaterThanOrEqual(5_000)
    expect(facts.transactions.all).toBeGreaterThanOrEqual(facts.transactions.of8To20Lines)
  })

  it('holds thousands of requests by hundreds of customers', () => {
    const requests = lines.filter(({ logGroup }) => /apigateway|API-Gateway/.test(logGroup)).length
    const customers = new Set(lines.flatMap(({ message }) => /"customerId":"(cus_\d+)"/.exec(message)?.[1] ?? []))
    expect(requests).toBeGreaterThanOrEqual(5_000)
    expect(customers.size).toBeGreaterThanOrEqual(400)
  })

  it('refuses 0.5 to 3 % of the redemptions of valid coupons, each with an ERROR', () => {
    const refused = redemptions.filter((redemption) => redemption.refused)
    expect(refused.length / redemptions.length).toBeGreaterThan(0.005)
    expect(refused.length / redemptions.length).toBeLessThan(0.03)
    expect(lines.filter(({ message }) => message.includes('"level":"ERROR"') && message.includes('"Coupon refused"')).length).toBe(refused.length)
  })
})

/**
 * How well an attribute's values, scored by how often they were refused in one half of the redemptions, rank those of the
 * other half: the area under the ROC curve, 0.5 for chance. Both halves take a turn.
 */
function rankingPower(all: readonly Redemption[], valueOf: (redemption: Redemption) => string): number {
  const random = createRandom('halves')
  const halves: [Redemption[], Redemption[]] = [[], []]
  for (const redemption of all) halves[redemption.refused ? (Number(random.chance(0.5)) as 0 | 1) : (random.below(2) as 0 | 1)].push(redemption)
  const areas = [0, 1].map((side) => areaUnderCurve(halves[side as 0 | 1], halves[(1 - side) as 0 | 1], valueOf))
  return areas.reduce((sum, area) => sum + area, 0) / areas.length
}

function areaUnderCurve(learned: Redemption[], tested: Redemption[], valueOf: (redemption: Redemption) => string): number {
  const overall = learned.filter(({ refused }) => refused).length / learned.length
  const counts = new Map<string, { all: number; refused: number }>()
  for (const redemption of learned) {
    const count = counts.get(valueOf(redemption)) ?? { all: 0, refused: 0 }
    counts.set(valueOf(redemption), count)
    count.all += 1
    count.refused += Number(redemption.refused)
  }
  // Drawn towards the overall share: a value seen once says little.
  const score = (redemption: Redemption): number => {
    const count = counts.get(valueOf(redemption)) ?? { all: 0, refused: 0 }
    return (count.refused + 20 * overall) / (count.all + 20)
  }
  const refused = tested.filter((redemption) => redemption.refused).map(score)
  const passed = tested.filter((redemption) => !redemption.refused).map(score)
  let wins = 0
  for (const bad of refused) for (const good of passed) wins += bad > good ? 1 : bad === good ? 0.5 : 0
  return wins / (refused.length * passed.length)
}

describe('nothing that a redemption says of itself predicts its refusal', () => {
  const attributes: [string, (redemption: Redemption) => string][] = [
    ['customer', ({ customer }) => customer],
    ['region', ({ region }) => region],
    ['amount', ({ amount }) => String(Math.floor(amount / 2_500))],
    ['version', ({ version }) => version],
    ['hour', ({ hour }) => String(hour)],
  ]

  // Of n refusals the area's standard error under chance is 1/sqrt(12 n): the bound is 2.6 of them, which chance passes in 99 of 100 days.
  it.each(attributes)('%s ranks refusals no better than chance does in 99 of 100 days', (_name, valueOf) => {
    const refused = redemptions.filter((redemption) => redemption.refused).length
    const bound = 2.6 / Math.sqrt(12 * refused)
    expect(Math.abs(rankingPower(redemptions, valueOf) - 0.5)).toBeLessThan(bound)
  })

  it('and the measure sees a cause where there is one', () => {
    const planted = redemptions.map((redemption, i) => ({ ...redemption, refused: redemption.region === 'CH' && i % 12 === 0 }))
    const refused = planted.filter((redemption) => redemption.refused).length
    expect(rankingPower(planted, ({ region }) => region) - 0.5).toBeGreaterThan(2.6 / Math.sqrt(12 * refused))
  })
})
