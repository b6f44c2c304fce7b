/**
 * The main job on real data: import, map, search an order id, one click to its graph, timeline and raw lines.
 * Story of the order: see ../shared/data/trainticket-a; the causes asserted here are those of its truth file.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test, type APIRequestContext } from '@playwright/test'
import type { Status, TransactionDetail, TransactionList } from '#lib/model/api'

const DATA = resolve('../shared/data/trainticket-a')
const ORDER = 'c3b932b4-a1f7-445d-9ee4-ea25c707497e'
const PRESERVE = 'b712e8ed-9928-4527-8d9f-1d51e3cb2f0a'
/** effect -> cause, by RequestId, of the order's transaction. */
const CAUSES = {
  'fa83257c-1148-4fdf-8da9-c5b552cb628a': PRESERVE,
  '451f4756-09fc-42af-822e-a5bda1679e59': 'fa83257c-1148-4fdf-8da9-c5b552cb628a',
  '0c6587b6-8017-4172-84bb-812f4fc1709c': '5e6b93d1-6983-4141-887d-3b49c4693758',
}

const present = existsSync(resolve(DATA, 'logs.ndjson.gz'))
if (!present && process.env.REQUIRE_DATA === '1') throw new Error(`REQUIRE_DATA=1, but ${DATA} is missing`)

/** The nearest cause that logged under a RequestId, through segments that logged nothing. */
function causeOf(transaction: TransactionDetail, requestId: string): string | undefined {
  const spans = new Map(transaction.spans.map((span) => [span.id, span]))
  let at = transaction.spans.find((span) => span.requestId === requestId)?.id
  while (at !== undefined) {
    at = transaction.links.find((link) => link.effect.spanId === at)?.cause.spanId
    const request = at === undefined ? undefined : spans.get(at)?.requestId
    if (request) return request
  }
  return undefined
}

async function linked(request: APIRequestContext): Promise<Status> {
  let status: Status | undefined
  await expect
    .poll(
      async () => {
        status = (await (await request.get('/api/v1/status')).json()) as Status
        return status.linking.pending
      },
      { timeout: 120_000 },
    )
    .toBe(0)
  if (!status) throw new Error('no status')
  return status
}

test.describe('Train Ticket', () => {
  test.skip(!present, `no data in ${DATA}`)
  test.describe.configure({ mode: 'serial' })

  test('an empty instance leads to the first import', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByText('No events yet', { exact: false }).first()).toBeVisible()
    await expect(page.getByText('bin/specter import', { exact: false }).first()).toBeVisible()
  })

  test('bin/specter import stores the logs and the traces', async ({ request, baseURL }) => {
    for (const name of ['logs.ndjson.gz', 'xray.ndjson.gz']) {
      await promisify(execFile)(process.execPath, ['bin/specter', 'import', resolve(DATA, name), '--url', baseURL ?? ''])
    }
    const status = await linked(request)
    const sum = (field: 'received' | 'stored' | 'duplicate' | 'quarantined' | 'rejected'): number =>
      status.sources.reduce((total, source) => total + source[field], 0)
    expect(sum('stored')).toBe(168_597 + 16_686)
    expect(sum('received')).toBe(sum('stored') + sum('duplicate') + sum('quarantined') + sum('rejected'))
  })

  test('the map shows the services, the edges between them, and the range of the data', async ({ page, request }) => {
    await page.goto('/')
    await expect(page.getByText(/\d+ services/).first()).toBeVisible({ timeout: 30_000 })
    const data = (await linked(request)).data
    const url = new URL(page.url())
    const map = (await (await request.get(`/api/v1/map?from=${data?.from}&to=${new Date(Date.parse(data?.to ?? '') + 1).toISOString()}`)).json()) as {
      edges: { source: string; target: string }[]
    }
    expect(map.edges.filter((edge) => edge.source !== edge.target).length).toBeGreaterThan(40)
    expect(url.searchParams.get('from') ?? '').toContain('2023-01-29')
  })

  test('searching an order id leads in one click to its graph, timeline, causes and raw lines', async ({ page, request }) => {
    await page.goto('/')
    await page.keyboard.press('/')
    await page.keyboard.type(ORDER)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/search/)
    const row = page
      .getByRole('row')
      .filter({ hasText: 'preserve' })
      .or(page.getByRole('link').filter({ hasText: 'preserve' }))
      .first()
    await row.click()
    await page.waitForURL(/\/transactions\/[0-9a-f]{16}/)

    const list = (await (await request.get(`/api/v1/transactions?q=${ORDER}&from=2023-01-01&to=2023-02-28`)).json()) as TransactionList
    expect(list.items).toHaveLength(1)
    const id = new URL(page.url()).pathname.split('/').pop() ?? ''
    expect(id).toBe(list.items[0]?.id)
    const transaction = (await (await request.get(`/api/v1/transactions/${id}`)).json()) as TransactionDetail
    expect(transaction.spans.length).toBeGreaterThanOrEqual(5)
    expect(new Set(transaction.spans.map((span) => span.service)).size).toBeGreaterThanOrEqual(4)
    for (const [effect, cause] of Object.entries(CAUSES)) expect(causeOf(transaction, effect), effect).toBe(cause)

    await expect(page.getByRole('heading', { name: 'Timeline' })).toBeVisible()
    await expect(page.getByText('ts-security-service').first()).toBeVisible()
    await expect(page.getByText('[preserve][Preserve Account order][from shanghai to suzhou at 2023-01-29]').first()).toBeVisible()
  })
})
