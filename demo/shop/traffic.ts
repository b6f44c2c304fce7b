import type { Clock } from './runtime/clock'
import type { ClientResponse } from './runtime/gateway'
import type { AttributeValue, Item } from './runtime/expressions'
import type { Platform } from './runtime/platform'
import type { Random } from './runtime/random'

/** What reaches the shop from outside: customers, marketing's campaign sync, the night's schedule, and an operator. */
export interface Load {
  /** Visits a day; each makes two to four requests. */
  visitsPerDay: number
  /** Mean minutes between two runs of the campaign sync; each edits half of the coupons. */
  syncEveryMinutes: number
  /** The sync saves each coupon twice in a row: a draft, then the final terms. */
  syncSavesTwice: boolean
  /** Orders of the gift card a day. The warehouse has no shelf for it. */
  giftCardsPerDay: number
}

export const USUAL_LOAD: Load = { visitsPerDay: 2_750, syncEveryMinutes: 9, syncSavesTwice: false, giftCardsPerDay: 0 }

interface Customer {
  customerId: string
  region: string
  appVersion: string
  postcode: string
  ip: string
}

const CUSTOMERS = 480
const REGIONS = ['DE-NW', 'DE-BY', 'AT', 'CH', 'NL', 'FR-GE', 'PL']
const APP_VERSIONS = ['5.1.3', '5.2.0', '5.2.1', '5.3.0-rc2']
const SKUS = 60
const GIFT_CARD = 'GIFT-CARD-50'
const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS

const COUPONS = [
  { code: 'SAVE20', percent: 20, weight: 6 },
  { code: 'WELCOME10', percent: 10, weight: 4 },
  { code: 'AUTUMN15', percent: 15, weight: 3 },
  { code: 'VIP25', percent: 25, weight: 2 },
  { code: 'APPONLY5', percent: 5, weight: 2 },
  { code: 'BUNDLE12', percent: 12, weight: 2 },
  { code: 'FRIENDS15', percent: 15, weight: 2 },
  { code: 'COMEBACK8', percent: 8, weight: 1 },
]
/** Typed now and then: one that ended, and one with a letter for a digit. */
const DEAD_COUPONS = ['SUMMER24', 'SAVE2O']
const MINIMUM_CENTS = 1_500

/** Visits by hour of the day, as a share of the busiest. */
const BY_HOUR = [0.22, 0.14, 0.1, 0.1, 0.12, 0.2, 0.36, 0.55, 0.68, 0.74, 0.78, 0.84, 0.9, 0.82, 0.76, 0.74, 0.8, 0.88, 0.96, 1, 0.98, 0.86, 0.62, 0.4]

const text = (value: string): AttributeValue => ({ S: value })
const number = (value: number): AttributeValue => ({ N: String(value) })

/** What is in the tables before the day begins. */
export function stockTheShop(platform: Platform, random: Random): void {
  const catalog = platform.table('shop-catalog')
  const stock = platform.table('shop-stock')
  for (let i = 0; i < SKUS; i++) {
    const sku = text(`SKU-${1000 + i * 7}`)
    catalog.seed({ sku, price: number(490 + random.below(120) * 50) })
    stock.seed({ sku, onHand: number(5_000), shelf: text(`${'ABCDEF'[i % 6]}-${i}`) })
  }
  catalog.seed({ sku: text(GIFT_CARD), price: number(5_000) })
  for (const { code, percent } of COUPONS) {
    const offer: Item = {
      code: text(code),
      percent: number(percent),
      minimum: number(MINIMUM_CENTS),
      endsAt: text('2026-12-31T23:59:59Z'),
      revision: number(1),
    }
    platform.table('shop-offers').seed(offer)
    platform.table('shop-coupons').seed({ ...offer, active: { BOOL: true }, budget: number(50_000), campaign: text('autumn') })
  }
  platform
    .table('shop-offers')
    .seed({ code: text('SUMMER24'), percent: number(24), minimum: number(0), endsAt: text('2026-09-01T00:00:00Z'), revision: number(9) })
}

interface Stage {
  platform: Platform
  clock: Clock
  random: Random
  load: Load
  until: number
}

/** Schedules the outside world from now until `until`. */
export function startTraffic(platform: Platform, clock: Clock, random: Random, load: Load, until: number): void {
  const stage: Stage = { platform, clock, random, load, until }
  const people = random.fork('customers')
  const customers = Array.from({ length: CUSTOMERS }, () => newCustomer(people))
  arriveVisits(stage, customers)
  if (load.giftCardsPerDay > 0) arriveGiftCards(stage, customers)
  runSync(stage)
  everyDayAt(stage, 2 * 60 + 15, () =>
    platform.bus.tick({ name: 'shop-nightly', function: 'shop-nightly-settlement', op: 'nightly' }, platform.xray.begin(clock.now())),
  )
  for (const minute of [14 * 60 + 45, 20 * 60 + 15]) everyDayAt(stage, minute, () => platform.queue('shop-orders-dlq').redrive(platform.queue('shop-orders')))
}

function newCustomer(random: Random): Customer {
  return {
    customerId: `cus_${random.text(8, '0123456789')}`,
    region: random.pick(REGIONS),
    appVersion: random.pick(APP_VERSIONS),
    postcode: random.text(5, '0123456789'),
    ip: `${[random.between(11, 223), random.below(256), random.below(256), random.between(1, 255)].map(Math.floor).join('.')}`,
  }
}

function everyDayAt({ clock, until }: Stage, minute: number, action: () => void): void {
  const midnight = Math.floor(clock.now() / DAY_MS) * DAY_MS
  for (let at = midnight + minute * MINUTE_MS; at < until; at += DAY_MS) if (at >= clock.now()) clock.at(at, action)
}

/** A Poisson process whose rate follows the hour: drawn at the busiest hour's rate and thinned. */
function arriveVisits(stage: Stage, customers: Customer[]): void {
  const { clock, random, load, until } = stage
  const mean = BY_HOUR.reduce((sum, share) => sum + share, 0) / 24
  const gapMs = (DAY_MS / load.visitsPerDay) * mean
  const next = (): void => {
    const at = clock.now() + random.gap(gapMs)
    if (at >= until) return
    clock.at(at, () => {
      const hour = new Date(clock.now()).getUTCHours()
      // Drawn whether the visit takes place or not, so that one visit's length doesn't move the others.
      const visit = random.fork(`visit ${clock.now()}`)
      if (random.chance(BY_HOUR[hour] ?? 1)) startVisit({ ...stage, random: visit }, visit.pick(customers))
      next()
    })
  }
  next()
}

function headersOf(customer: Customer): Record<string, string> {
  return {
    'x-customer-id': customer.customerId,
    'x-region': customer.region,
    'x-app-version': customer.appVersion,
    'user-agent': `ShopApp/${customer.appVersion}`,
  }
}

interface Visit extends Stage {
  customer: Customer
  cartId: string
}

function startVisit(stage: Stage, customer: Customer): void {
  const { random, clock } = stage
  const visit: Visit = { ...stage, customer, cartId: `crt_${random.hex(12)}` }
  const items = random.chance(0.25) ? 2 : 1
  const withCoupon = random.chance(0.9)
  const addNext = (left: number): void => {
    if (left === 0) {
      clock.at(clock.now() + random.around(15_000, 0.6), () => (withCoupon ? enterCoupon(visit, true) : decide(visit)))
      return
    }
    const sku = `SKU-${1000 + random.below(SKUS) * 7}`
    addItem(visit, sku, () => clock.at(clock.now() + random.around(9_000, 0.6), () => addNext(left - 1)))
  }
  addNext(items)
}

function send(
  visit: Visit,
  request: { gateway: string; method: string; route: string; op: string; body: unknown; keys?: Record<string, string | number> },
  answered: (response: ClientResponse) => void,
): void {
  const { customer, cartId } = visit
  visit.platform.gateway(request.gateway).request(
    {
      method: request.method,
      route: request.route,
      parameters: { cartId },
      headers: headersOf(customer),
      body: request.body,
      ip: customer.ip,
      facts: { op: request.op, keys: { customerId: customer.customerId, cartId, ...request.keys } },
    },
    answered,
  )
}

function addItem(visit: Visit, sku: string, then: () => void): void {
  const quantity = 1 + visit.random.below(3)
  send(visit, { gateway: 'shop-storefront', method: 'POST', route: '/carts/{cartId}/items', op: 'add-item', body: { sku, quantity } }, () => then())
}

function enterCoupon(visit: Visit, mayRetry: boolean): void {
  const { random, clock, customer } = visit
  const coupon = random.chance(0.03)
    ? random.pick(DEAD_COUPONS)
    : random.pick(COUPONS.flatMap(({ code, weight }) => Array.from({ length: weight }, () => code)))
  const keys = { coupon, region: customer.region, appVersion: customer.appVersion }
  send(
    visit,
    { gateway: 'shop-storefront', method: 'POST', route: '/carts/{cartId}/coupon', op: 'redeem', body: { coupon }, keys },
    ({ status, body, transactions }) => {
      for (const transaction of transactions) {
        if (status === 422 || status === 404) transaction.op = 'redeem-rejected'
      }
      // The customer's code was live and the cart large enough: the shop says no to what it promised.
      if (status === 409) visit.platform.ledger.fail(transactions, 'valid-coupon-refused')
      const again = mayRetry && (body as { reason?: string }).reason !== 'minimum' && status !== 200 && random.chance(0.4)
      clock.at(clock.now() + random.around(25_000, 0.5), () => (again ? enterCoupon(visit, false) : decide(visit)))
    },
  )
}

/** Leave, look at the cart once more, or buy. */
function decide(visit: Visit): void {
  const { random, clock, customer, cartId } = visit
  const mood = random.unit()
  if (mood < 0.58) return
  if (mood < 0.7) {
    send(visit, { gateway: 'shop-storefront', method: 'GET', route: '/carts/{cartId}', op: 'show-cart', body: null }, () => undefined)
    return
  }
  clock.at(clock.now() + random.around(20_000, 0.5), () =>
    send(
      visit,
      { gateway: 'shop-checkout-api', method: 'POST', route: '/checkout', op: 'checkout', body: { cartId, postcode: customer.postcode } },
      ({ body, transactions }) => {
        const { orderId } = (body ?? {}) as { orderId?: string }
        if (orderId !== undefined) for (const transaction of transactions) transaction.keys.orderId = orderId
      },
    ),
  )
}

/** Gift cards sell at any hour. */
function arriveGiftCards(stage: Stage, customers: Customer[]): void {
  const { clock, load, until } = stage
  const random = stage.random.fork('gift cards')
  const next = (): void => {
    const at = clock.now() + random.gap(DAY_MS / load.giftCardsPerDay)
    if (at >= until) return
    clock.at(at, () => {
      const own = random.fork(`gift ${clock.now()}`)
      const visit: Visit = { ...stage, random: own, customer: own.pick(customers), cartId: `crt_${own.hex(12)}` }
      const { postcode } = visit.customer
      addItem(visit, GIFT_CARD, () =>
        send(
          visit,
          { gateway: 'shop-checkout-api', method: 'POST', route: '/checkout', op: 'checkout', body: { cartId: visit.cartId, postcode } },
          () => undefined,
        ),
      )
      next()
    })
  }
  next()
}

/** Marketing's campaign sync: day and night it spreads the campaigns' budgets over the coupons anew. */
function runSync(stage: Stage): void {
  const { clock, load, until } = stage
  const random = stage.random.fork('sync')
  const edit = (codes: string[]): void => {
    const [code, ...rest] = codes
    if (code === undefined) return
    const request = {
      method: 'PUT',
      route: '/coupons/{code}',
      parameters: { code },
      headers: { 'user-agent': 'campaign-sync/3.2' },
      body: { budget: 10_000 + random.below(900) * 100, campaign: 'autumn' },
      ip: '198.51.100.24',
      facts: { op: 'edit-coupon', keys: { coupon: code } },
    }
    stage.platform.gateway('shop-backoffice').request(request, () => clock.at(clock.now() + random.around(700), () => edit(rest)))
  }
  const next = (): void => {
    const at = clock.now() + random.gap(load.syncEveryMinutes * MINUTE_MS)
    if (at >= until) return
    clock.at(at, () => {
      const codes = COUPONS.map(({ code }) => code).filter(() => random.chance(0.5))
      edit(load.syncSavesTwice ? codes.flatMap((code) => [code, code]) : codes)
      next()
    })
  }
  next()
}
