/** What a page owes its reader: entries of a log read as one, lines that cannot act, commands by the keyboard, results that a slip does not take. */
import { expect, test, type APIRequestContext, type Page } from '@playwright/test'
import type { Status, TransactionList } from '#lib/model/api'

/** A minute of its own, so that other specs' data are not in the way. */
const AT = Date.parse('2026-03-01T10:00:00Z')
const RANGE = `from=${new Date(AT).toISOString()}&to=${new Date(AT + 60_000).toISOString()}`

const TRACE = ['ERROR no seat left for \u202ecust-481', 'Traceback (most recent call last):', '  File "cart.py", line 7, in reserve', "KeyError: 'seat'"]

function lines(): string {
  const written = TRACE.map((log, i) => ({
    logGroup: '/ecs/reading',
    logStream: 'reading/1',
    timestamp: AT,
    eventId: `3900000000000000000000000000000000000000000000000${String(i).padStart(7, '0')}`,
    message: JSON.stringify({ log, stream: 'stderr', container_id: 'c1' }),
  }))
  return written.map((line) => JSON.stringify(line)).join('\n')
}

async function transactionOf(request: APIRequestContext): Promise<string> {
  await request.post('/api/v1/ingest?source=reading', { data: lines() })
  await expect.poll(async () => ((await (await request.get('/api/v1/status')).json()) as Status).linking.pending, { timeout: 90_000 }).toBe(0)
  const { items } = (await (await request.get(`/api/v1/transactions?${RANGE}`)).json()) as TransactionList
  expect(items).toHaveLength(1)
  return items[0]?.id ?? ''
}

const rows = (page: Page) => page.getByRole('region', { name: 'Events' }).getByRole('button', { expanded: false }).filter({ hasText: '+0.000' })

test('a stack trace is one entry under its error, and each of its raw lines is one click away', async ({ page, request }) => {
  await page.goto(`/transactions/${await transactionOf(request)}`)
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page)).toContainText('+3')
  await rows(page).click()
  const rest = page.getByRole('list', { name: 'Lines that go on with it' }).getByRole('listitem')
  await expect(rest).toHaveCount(3)
  for (const [i, text] of TRACE.slice(1).entries()) await expect(rest.nth(i)).toContainText(JSON.stringify(text).slice(1, -1))
  // An override would make the name after it read backwards.
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('‹RLO›cust-481')
})

test('Ctrl-K leads to every page and setting, and searches for what is no command', async ({ page }) => {
  await page.goto('/')
  const box = page.getByRole('combobox', { name: 'Command or search' })
  // The page listens once React has woken up.
  await expect(async () => {
    await page.keyboard.press('Control+k')
    await expect(box).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await box.fill('qual')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/quality/)
  await page.keyboard.press('Control+k')
  await box.fill('theme dark')
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.keyboard.press('Control+k')
  await box.fill('ord-90317')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/search\?.*q=ord-90317/)
})

test('a search with a fault in it is underlined and takes no results away', async ({ page, request }) => {
  await transactionOf(request)
  await page.goto(`/search?${RANGE}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('1 transaction')
  const url = page.url()
  await page.keyboard.press('/')
  await page.keyboard.type('seat AND (')
  await page.keyboard.press('Enter')
  await expect(page.getByText('This ( is never closed')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('1 transaction')
  expect(page.url()).toBe(url)
})
