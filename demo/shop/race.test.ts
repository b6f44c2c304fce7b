import { beforeEach, describe, expect, it } from 'vitest'

import { createVirtualClock, type VirtualClock } from './runtime/clock'
import type { LogLine } from './runtime/ledger'
import { createPlatform, type Platform } from './runtime/platform'
import { createRandom } from './runtime/random'
import { shopDefinition } from './shop'
import { stockTheShop } from './traffic'

const START = Date.UTC(2026, 10, 17, 12)
const CART = 'crt_test00000001'

/** The shop without customers: the test sends what it wants, when it wants. */
let clock: VirtualClock
let platform: Platform
let lines: LogLine[]

beforeEach(async () => {
  clock = createVirtualClock(START)
  lines = []
  const random = createRandom('race')
  platform = await createPlatform(shopDefinition(), { clock, random, sampleRate: 0, keepTruth: true, sink: (line) => lines.push(line) })
  stockTheShop(platform, random.fork('stock'))
  platform.table('shop-carts').seed({
    cartId: { S: CART },
    customerId: { S: 'cus_1' },
    amount: { N: '5000' },
    discount: { N: '0' },
    lines: { L: [{ M: { sku: { S: 'SKU-1000' }, quantity: { N: '1' }, price: { N: '5000' } } }] },
  })
}, 120_000)

const edit = (afterMs: number): void => {
  clock.at(START + afterMs, () =>
    platform.gateway('shop-backoffice').request(
      {
        method: 'PUT',
        route: '/coupons/{code}',
        parameters: { code: 'SAVE20' },
        headers: {},
        body: { budget: 100, campaign: 'test' },
        ip: '198.51.100.1',
        facts: { op: 'edit', keys: {} },
      },
      () => undefined,
    ),
  )
}

const redeem = async (afterMs: number): Promise<number> => {
  let status = 0
  clock.at(START + afterMs, () =>
    platform.gateway('shop-storefront').request(
      {
        method: 'POST',
        route: '/carts/{cartId}/coupon',
        parameters: { cartId: CART },
        headers: { 'x-customer-id': 'cus_1' },
        body: { coupon: 'SAVE20' },
        ip: '198.51.100.2',
        facts: { op: 'redeem', keys: {} },
      },
      (answer) => {
        status = answer.status
      },
    ),
  )
  await clock.runUntil(START + afterMs + 10_000)
  return status
}

const errors = (): string[] => {
  platform.logs.flush()
  return lines.map(({ message }) => message).filter((message) => message.includes('"level":"ERROR"'))
}

describe('an edit of a coupon, its way to the offers, and a redemption', () => {
  it('edit, redemption, offer: the valid coupon is refused, and an ERROR says so', async () => {
    edit(0)
    expect(await redeem(5_000)).toBe(409)
    expect(errors()).toHaveLength(1)
  })

  it('edit, offer, redemption: the same coupon is redeemed', async () => {
    edit(0)
    expect(await redeem(40_000)).toBe(200)
    expect(errors()).toHaveLength(0)
  })

  it('redemption, edit, offer: it is redeemed too', async () => {
    edit(3_000)
    expect(await redeem(0)).toBe(200)
    expect(errors()).toHaveLength(0)
  })

  it('a copy that a sandbox kept from before the edit refuses nobody once the offer is there', async () => {
    expect(await redeem(0)).toBe(200)
    edit(11_000)
    expect(await redeem(45_000)).toBe(200)
    expect(errors()).toHaveLength(0)
  })

  it('refused once, redeemed when tried again later', async () => {
    edit(0)
    expect(await redeem(5_000)).toBe(409)
    expect(await redeem(40_000)).toBe(200)
  })
})
