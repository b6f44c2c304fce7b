import { expect, test } from '@playwright/test'

const PAGES = ['/', '/search', '/sources']

for (const path of PAGES) {
  test(`${path} runs under the policy: no script is blocked, nothing is asked of another host`, async ({ page, baseURL }) => {
    const complaints: string[] = []
    const foreign: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(baseURL ?? '').origin) foreign.push(request.url())
    })
    const answer = await page.goto(path)
    expect(answer?.status()).toBe(200)
    expect(answer?.headers()['content-security-policy']).toMatch(/script-src 'self' 'nonce-[^']+';/)
    // The box takes text only when React has woken up, which it can't where its scripts are blocked.
    const box = page.getByRole('combobox', { name: /search/i }).first()
    await box.fill('coupon:SAVE20')
    await expect(box).toHaveValue('coupon:SAVE20')
    await page.waitForLoadState('networkidle')
    expect(complaints).toEqual([])
    expect(foreign).toEqual([])
  })
}

test('an inline script that a page was tricked into holding does not run', async ({ page }) => {
  await page.goto('/')
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.tricked = true'
    document.body.append(script)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return 'tricked' in window
  })
  expect(ran).toBe(false)
})

test('a page of another site can neither read nor write', async ({ page, baseURL }) => {
  await page.goto('about:blank')
  const outcome = await page.evaluate(async (url) => {
    const read = await fetch(url + 'api/v1/status').then(
      () => 'read',
      () => 'refused',
    )
    const written = await fetch(url + 'api/v1/ingest?source=evil', { method: 'POST', mode: 'no-cors', body: 'x' }).then(
      (answer) => answer.type,
      () => 'refused',
    )
    return { read, written }
  }, baseURL ?? '')
  expect(outcome.read).toBe('refused')
  const status = await page.request.get('/api/v1/status')
  expect(status.status()).toBe(200)
  expect(await status.text()).not.toContain('evil')
})

test('the API answers under this machine’s names only', async ({ request }) => {
  expect((await request.get('/api/v1/status', { headers: { Host: 'evil.example' } })).status()).toBe(403)
  const posted = await request.post('/api/v1/ingest?source=evil', { headers: { Origin: 'https://evil.example' }, data: 'x' })
  expect(posted.status()).toBe(403)
  expect(posted.headers()['content-type']).toBe('application/problem+json')
})
