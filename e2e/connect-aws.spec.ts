/**
 * Connecting to AWS as a user does: region, log groups, a permission that is missing and then given, cost, the first events, a range of
 * the past, a pause. AWS is testing/fake-aws, spoken to by the product's own SDK client; its clock follows ours.
 */
import { resolve } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { createVirtualClock } from '#testing/fake-aws/clock'
import { startFakeAws, type FakeAws } from '#testing/fake-aws/server'
import type { Status } from '#lib/model/api'
import startProduct from './start-product'

const GROUPS = ['/aws/lambda/shipping-label', '/aws/lambda/shipping-track', '/aws/lambda/billing']
const REQUEST = (n: number): string => `${String(n).padStart(8, '0')}-1111-4222-8333-444444444444`
const HOUR = 3_600_000

let address = ''
let stop: (() => Promise<void>) | undefined
let aws: FakeAws
let ticking: NodeJS.Timeout

test.describe.configure({ mode: 'serial' })
test.setTimeout(240_000)

/** START, a line, END and REPORT of one execution. */
function execution(group: string, atMs: number, n: number): void {
  const id = REQUEST(n)
  const messages = [
    `START RequestId: ${id} Version: $LATEST\n`,
    `${new Date(atMs).toISOString()}\t${id}\tINFO\tparcel pcl-${n} labelled\n`,
    `END RequestId: ${id}\n`,
    `REPORT RequestId: ${id}\tDuration: 9.00 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\t\n`,
  ]
  aws.logs().put(
    group,
    messages.map((message, i) => ({ stream: '2026/11/22/[$LATEST]aa', timestamp: atMs + i, message, delayMs: 200 })),
  )
}

test.beforeAll(async () => {
  const { SPECTER_E2E_URL, SPECTER_E2E_DATA } = process.env
  const clock = createVirtualClock(Date.now())
  ticking = setInterval(() => void clock.advance(Math.max(0, Date.now() - clock.nowMs())), 100)
  aws = await startFakeAws({ seed: 'e2e', clock })
  for (const group of GROUPS) aws.logs().createGroup(group)
  aws.logs().createGroup('/aws/lambda/archive', { groupClass: 'INFREQUENT_ACCESS' })
  for (let n = 0; n < 40; n++) execution(GROUPS[n % 2] ?? '', Date.now() - 50 * 60_000 + n * 60_000, n)
  for (let n = 100; n < 110; n++) execution(GROUPS[0] ?? '', Date.now() - 20 * HOUR + n * 1000, n)
  aws.logs().deny('logs:FilterLogEvents')
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIA123456789012', AWS_SECRET_ACCESS_KEY: 'x', AWS_EC2_METADATA_DISABLED: 'true' })
  stop = await startProduct()
  address = (process.env.SPECTER_E2E_URL ?? '').replace(/\/$/, '')
  Object.assign(process.env, { SPECTER_E2E_URL, SPECTER_E2E_DATA })
})

test.afterAll(async () => {
  await stop?.()
  clearInterval(ticking)
  await aws.close()
})

async function picture(page: Page, name: string): Promise<void> {
  if (process.env.SPECTER_PICTURES !== '1') return
  await page.waitForTimeout(1_500)
  await page.screenshot({ path: resolve('test-results', `${name}.png`) })
}

async function storedOf(page: Page, group: string): Promise<number> {
  const status = (await (await page.request.get(`${address}/api/v1/status`)).json()) as Status
  return status.sources.find((source) => source.name === group)?.stored ?? 0
}

test('a connection is made in tested steps, and its first events appear', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 1200 })
  await page.goto(`${address}/sources`)
  await page.getByRole('button', { name: 'Connect to AWS' }).click()
  await page.getByLabel('Region').fill('eu-west-1')
  await page.getByRole('button', { name: 'Another endpoint than AWS’s own' }).click()
  await page.getByLabel('Endpoint').fill(aws.url)
  await page.getByRole('button', { name: 'Find log groups' }).click()

  await expect(page.getByRole('checkbox', { name: /shipping-label/ })).toBeVisible({ timeout: 30_000 })
  await page.getByLabel(/Find log groups/).fill('/aws/lambda/shipping-')
  await page.getByRole('button', { name: 'Add pattern' }).click()
  await expect(page.getByText('2 of 4 chosen')).toBeVisible()
  await expect(page.getByText('infrequent access')).toBeVisible()
  await picture(page, 'connect-groups')
  await page.getByRole('button', { name: 'Test the permissions' }).click()

  await expect(page.getByRole('listitem').filter({ hasText: 'logs:FilterLogEvents' }).getByText('denied').first()).toBeVisible({ timeout: 30_000 })
  await expect(page.getByLabel('The policy that this needs')).toContainText('logs:FilterLogEvents')
  await picture(page, 'connect-denied')
  aws.logs().allow('logs:FilterLogEvents')
  await page.getByRole('button', { name: 'Test again' }).click()
  await expect(page.getByRole('button', { name: 'Start reading' })).toBeVisible({ timeout: 30_000 })
  await picture(page, 'connect-cost')
  await page.getByRole('button', { name: 'Start reading' }).click()
  await expect(page.getByText(/events stored so far/)).toBeVisible({ timeout: 90_000 })
  await expect.poll(() => storedOf(page, GROUPS[0] ?? ''), { timeout: 60_000 }).toBe(80)
  await expect.poll(() => storedOf(page, GROUPS[1] ?? ''), { timeout: 60_000 }).toBe(80)
  await page.getByRole('button', { name: 'Show the connection' }).click()
  await expect(page.getByRole('list', { name: 'Log groups' }).getByText('shipping-label')).toBeVisible()
  await picture(page, 'connection')
})

test('a range of the past is read when asked for', async ({ page }) => {
  await page.goto(`${address}/sources`)
  await page.getByRole('list', { name: 'Connections to AWS' }).getByRole('button').click()
  await page.getByRole('textbox', { name: 'From', exact: true }).fill('-22h')
  await page.getByRole('button', { name: 'Read it' }).click()
  await expect.poll(() => storedOf(page, GROUPS[0] ?? ''), { timeout: 90_000 }).toBe(120)
  await expect(page.getByText(/2 of 2 groups done/)).toBeVisible({ timeout: 60_000 })
})

test('what is logged from now on follows; a group can be watched as it logs, and nothing of that is stored twice', async ({ page }) => {
  await page.goto(`${address}/sources`)
  await page.getByRole('list', { name: 'Connections to AWS' }).getByRole('button').click()
  await page.getByRole('listitem').filter({ hasText: 'shipping-track' }).getByRole('button', { name: 'Watch' }).click()
  await expect(page.getByText('Lines appear here as they are logged')).toBeVisible({ timeout: 30_000 })
  execution(GROUPS[0] ?? '', Date.now(), 60)
  execution(GROUPS[1] ?? '', Date.now(), 61)
  await expect(page.getByRole('list', { name: 'Lines, newest first' }).getByText('parcel pcl-61 labelled')).toBeVisible({ timeout: 30_000 })
  await expect.poll(() => storedOf(page, GROUPS[1] ?? ''), { timeout: 90_000 }).toBe(84)
  await expect.poll(() => storedOf(page, GROUPS[0] ?? ''), { timeout: 90_000 }).toBe(124)
})

test('a paused connection reads nothing, and goes on where it was', async ({ page }) => {
  await page.goto(`${address}/sources`)
  await page.getByRole('list', { name: 'Connections to AWS' }).getByRole('button').click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible()
  execution(GROUPS[0] ?? '', Date.now(), 70)
  await page.waitForTimeout(15_000)
  expect(await storedOf(page, GROUPS[0] ?? '')).toBe(124)
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect.poll(() => storedOf(page, GROUPS[0] ?? ''), { timeout: 90_000 }).toBe(128)
})

test('a connection that is removed keeps its events', async ({ page }) => {
  await page.goto(`${address}/sources`)
  await page.getByRole('list', { name: 'Connections to AWS' }).getByRole('button').click()
  await page.getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('button', { name: 'Remove it, keep its events' }).click()
  await expect(page.getByRole('list', { name: 'Connections to AWS' })).toBeHidden()
  expect(await storedOf(page, GROUPS[0] ?? '')).toBe(128)
})
