import { defineConfig } from '@playwright/test'

/** The product runs once for all specs (e2e/start-product.ts); scripts/test.mjs finds the browser. */
const executablePath = process.env.SPECTER_E2E_BROWSER ?? '/usr/bin/chromium'

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/start-product.ts',
  outputDir: 'test-results',
  // One product, one database, two cores.
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  globalTimeout: 12 * 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  // In this order: the main job begins with an instance that has stored nothing, and its data are there for the others.
  projects: [
    { name: 'main job', testMatch: 'main-job.spec.ts' },
    { name: 'stories', testIgnore: 'main-job.spec.ts' },
  ],
  use: {
    baseURL: process.env.SPECTER_E2E_URL,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    timezoneId: 'UTC',
    locale: 'en-GB',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] },
  },
})
