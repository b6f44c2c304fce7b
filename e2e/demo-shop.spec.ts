/**
 * The story of the first minutes: an empty instance, one click, the demo shop's map, a refused coupon, and one refused redemption.
 * With SPECTER_PICTURES=1 it also takes the pictures of demo/shop/README.md.
 */
import { resolve } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import type { Status, TransactionDetail, TransactionList } from '#lib/model/api'
import startProduct from './start-product'

const PICTURES = resolve('demo/shop/pictures')

/** An instance of its own: the story begins before the first event. */
let address = ''
let stop: (() => Promise<void>) | undefined

test.describe.configure({ mode: 'serial' })
test.setTimeout(300_000)

test.beforeAll(async () => {
  const { SPECTER_E2E_URL, SPECTER_E2E_DATA } = process.env
  stop = await startProduct()
  address = (process.env.SPECTER_E2E_URL ?? '').replace(/\/$/, '')
  Object.assign(process.env, { SPECTER_E2E_URL, SPECTER_E2E_DATA })
})

test.afterAll(async () => {
  await stop?.()
})

async function picture(page: Page, name: string): Promise<void> {
  if (process.env.SPECTER_PICTURES !== '1') return
  // The picture shows the page at rest: all answers are there, layout and colours have come to their end.
  await page.waitForTimeout(6_000)
  await expect(page.locator('.skeleton')).toHaveCount(0, { timeout: 60_000 })
  // A machine that is busy with other things may not have laid out the map in time; that is no picture of it.
  await expect(page.getByText('took too long')).toHaveCount(0)
  await page.screenshot({ path: resolve(PICTURES, `${name}.png`) })
}

/** A database that is busy storing answers 503 now and then, and says when to come back. */
async function status(page: Page): Promise<Status> {
  for (let attempt = 1; ; attempt++) {
    const response = await page.request.get(`${address}/api/v1/status`)
    if (response.ok()) return (await response.json()) as Status
    if (response.status() !== 503 || attempt === 30) throw new Error(`${response.status()} ${await response.text()}`)
    await page.waitForTimeout(1_000)
  }
}

function hopsOf({ spans, links }: TransactionDetail): string[] {
  const nodes = new Map(spans.map((span) => [span.id, `${span.kind} ${span.service}`]))
  return links.map(({ cause, effect, tier }) => `${nodes.get(cause.spanId)} > ${nodes.get(effect.spanId)} ${tier}`)
}

/** Pairs of names on the map that cover each other, as the browser has set them. */
async function overlappingNames(page: Page): Promise<string[]> {
  const names = page.locator('.map-name')
  await expect(names.first()).toBeVisible()
  return names.evaluateAll((elements) => {
    const boxes = elements.map((element) => ({ name: element.textContent, box: element.getBoundingClientRect() }))
    const over = (a: DOMRect, b: DOMRect) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1
    return boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap((b) => (over(a.box, b.box) ? [`${a.name} / ${b.name}`] : [])))
  })
}

test('one click on the empty page shows the map of the demo shop within a minute', async ({ page }) => {
  await page.goto(address)
  const clicked = Date.now()
  await page.getByRole('button', { name: 'Load the demo shop' }).click()
  await expect(page.getByText(/\d+ services/).first()).toBeVisible({ timeout: 60_000 })
  await expect
    .poll(async () => (await status(page)).sources.reduce((sum, source) => sum + source.stored, 0), { timeout: 60_000 - (Date.now() - clicked) })
    .toBeGreaterThan(100_000)
  await expect.poll(async () => (await status(page)).linking.pending, { timeout: 180_000 }).toBe(0)
  const { sources, data } = await status(page)
  expect(sources.reduce((sum, source) => sum + source.quarantined + source.rejected + source.duplicate, 0)).toBe(0)
  // Shifted so that it ends now.
  expect(Math.abs(Date.parse(data?.to ?? '') - clicked)).toBeLessThan(20 * 60_000)
  await page.goto(`${address}/?from=-24h&to=now`)
  await expect(page.getByText('shop-coupon-redeem').first()).toBeAttached({ timeout: 30_000 })
  expect(await overlappingNames(page)).toEqual([])
  await picture(page, 'map')
})

test('a search finds the refused coupons, and leads to one refused redemption', async ({ page }) => {
  const query = 'coupon:SAVE20 status:error'
  await page.goto(`${address}/search?${new URLSearchParams({ q: query, from: '-24h', to: 'now' }).toString()}`)
  const list = (await (await page.request.get(`${address}/api/v1/transactions?${new URLSearchParams({ q: query }).toString()}`)).json()) as TransactionList
  expect(list.items.length).toBeGreaterThan(3)
  expect(list.items.every((item) => item.status === 'error')).toBe(true)
  await expect(page.getByRole('link').filter({ hasText: 'POST /carts/{cartId}/coupon' }).first()).toBeVisible({ timeout: 30_000 })
  await picture(page, 'search')

  // The queue behind the bus and the table's change stream log nothing: what their consumers got makes them hops of its story.
  const refused = '"Coupon refused" service:shop-redemptions service:shop-coupon-refresher'
  const all = (await (
    await page.request.get(`${address}/api/v1/transactions?${new URLSearchParams({ q: '"Coupon refused"', limit: '100' }).toString()}`)
  ).json()) as TransactionList
  const whole = (await (
    await page.request.get(`${address}/api/v1/transactions?${new URLSearchParams({ q: refused, limit: '100' }).toString()}`)
  ).json()) as TransactionList
  expect(whole.items.length).toBeGreaterThan(all.items.length * 0.8)
  await page.goto(`${address}/search?${new URLSearchParams({ q: refused, from: '-24h', to: 'now' }).toString()}`)
  await page.getByRole('link').filter({ hasText: 'POST /carts/{cartId}/coupon' }).first().click()
  await page.waitForURL(/\/transactions\/[0-9a-f]{16}/)
  await expect(page.getByText('Coupon refused').first()).toBeVisible({ timeout: 30_000 })
  for (const service of ['shop-coupon-redeem', 'shop-bus', 'shop-redemptions', 'shop-campaign-stats', 'shop-coupons', 'shop-coupon-refresher'])
    await expect(page.getByText(service).first()).toBeVisible()
  const id = /transactions\/([0-9a-f]{16})/.exec(page.url())?.[1] ?? ''
  expect(hopsOf((await (await page.request.get(`${address}/api/v1/transactions/${id}`)).json()) as TransactionDetail)).toEqual(
    expect.arrayContaining([
      'function shop-coupon-redeem > bus shop-bus A',
      'bus shop-bus > queue shop-redemptions A',
      'queue shop-redemptions > function shop-campaign-stats A',
      'function shop-coupon-redeem > stream shop-coupons B',
      'stream shop-coupons > function shop-coupon-refresher A',
    ]),
  )
  await picture(page, 'redemption')
})

test('a second load stores nothing', async ({ page }) => {
  const before = await status(page)
  const day = await (await page.request.get(`${address}/api/v1/demo`, { timeout: 60_000 })).body()
  const answer = (await (await page.request.post(`${address}/api/v1/ingest?source=coupon-shop.ndjson`, { data: day, timeout: 120_000 })).json()) as {
    stored: number
    duplicate: number
  }
  expect(answer).toMatchObject({ stored: 0, duplicate: before.sources.reduce((sum, source) => sum + source.stored, 0) })
})

test('one click removes it and loads it afresh, another one leaves the empty page', async ({ page }) => {
  const before = await status(page)
  const stored = ({ sources }: Status): number => sources.reduce((sum, source) => sum + source.stored, 0)
  await page.goto(`${address}/sources`)
  await page.getByRole('button', { name: 'Load afresh' }).click()
  await expect.poll(async () => (await status(page)).data?.to ?? '', { timeout: 120_000 }).not.toBe(before.data?.to ?? '')
  await expect.poll(async () => stored(await status(page)), { timeout: 120_000 }).toBe(stored(before))
  const after = await status(page)
  expect(Date.parse(after.data?.to ?? '')).toBeGreaterThan(Date.parse(before.data?.to ?? ''))
  expect(after.sources.reduce((sum, source) => sum + source.duplicate, 0)).toBe(0)

  await page.getByRole('button', { name: 'Remove the demo' }).click()
  await expect(page.getByText('No source has delivered anything yet')).toBeVisible({ timeout: 120_000 })
  expect(await status(page)).toMatchObject({ sources: [], data: null })
  await page.goto(address)
  await expect(page.getByRole('button', { name: 'Load the demo shop' })).toBeVisible()
})
