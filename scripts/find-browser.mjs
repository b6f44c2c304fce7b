/** A Chromium for the end-to-end tests: an installed one, else Playwright's, else the system's package manager. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/** Returns `{ path }`, or `{ reason }` where none can be had. */
export function findBrowser() {
  return installed() ?? playwrights() ?? packaged()
}

function installed() {
  for (const name of NAMES) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
    if (found.status === 0) return { path: found.stdout.trim() }
  }
  return existsSync(MAC) ? { path: MAC } : undefined
}

function playwrights() {
  const there = () => (existsSync(chromium.executablePath()) ? { path: chromium.executablePath() } : undefined)
  if (there()) return there()
  console.log("No Chromium is installed; trying Playwright's download …")
  spawnSync(process.execPath, ['node_modules/@playwright/test/cli.js', 'install', 'chromium'], { stdio: 'ignore', timeout: 180_000 })
  return there()
}

function packaged() {
  const isRoot = process.getuid?.() === 0
  if (!isRoot || spawnSync('sh', ['-c', 'command -v apt-get']).status !== 0)
    return { reason: "no Chromium is installed, Playwright's could not be downloaded, and this user can't install packages" }
  console.log("Playwright's Chromium could not be downloaded; trying apt-get …")
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore', env, timeout: 120_000 })
  spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { stdio: 'ignore', env, timeout: 400_000 })
  return installed() ?? { reason: "no Chromium is installed, and neither Playwright's nor apt-get's could be had" }
}
