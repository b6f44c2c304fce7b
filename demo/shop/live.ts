import { asLines } from './day-files'
import { SAMPLE_RATE } from './recording'
import { createRealClock } from './runtime/clock'
import type { LogLine } from './runtime/ledger'
import { createPlatform } from './runtime/platform'
import { createRandom } from './runtime/random'
import { pause, send, statusOf } from './send'
import { shopDefinition } from './shop'
import { startTraffic, stockTheShop, USUAL_LOAD, type Load } from './traffic'

/** Some ten visits a minute, so that there is something to see; the sync keeps step with them. */
const LIVE_LOAD: Load = { ...USUAL_LOAD, visitsPerDay: 20_000, syncEveryMinutes: 5 }
const SEND_EVERY_MS = 1_000
const TRACES_EVERY_MS = 15_000
const YEAR_MS = 365 * 86_400_000
/** While Specter is away lines wait here: some hours of them. */
const MAX_WAITING = 200_000

/** Runs the shop against the clock and sends what it logs, until the process is stopped. */
export async function runLive(url: string): Promise<void> {
  await statusOf(url)
  const clock = createRealClock()
  const random = createRandom(`live ${Date.now()}`)
  const waiting: LogLine[] = []
  const platform = await createPlatform(shopDefinition(), {
    clock,
    random,
    sampleRate: SAMPLE_RATE,
    keepTruth: false,
    sink(line) {
      if (waiting.length < MAX_WAITING) waiting.push(line)
    },
  })
  stockTheShop(platform, random.fork('stock'))
  startTraffic(platform, clock, random.fork('traffic'), LIVE_LOAD, clock.now() + YEAR_MS)
  process.stdout.write(`The shop is open. Its logs go to ${url}; Ctrl-C closes it.\n`)
  let sent = 0
  let tracesDue = clock.now() + TRACES_EVERY_MS
  for (;;) {
    await pause(SEND_EVERY_MS)
    const lines = waiting.splice(0)
    let body = asLines(lines)
    if (clock.now() >= tracesDue) {
      tracesDue = clock.now() + TRACES_EVERY_MS
      body += asLines(platform.xray.take())
    }
    if (body === '') continue
    sent += await deliver(url, body, lines.length)
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${sent} lines`)
  }
}

/** A Specter that is being restarted is waited for: what was logged meanwhile reaches it later. */
async function deliver(url: string, body: string, lines: number): Promise<number> {
  for (;;) {
    try {
      await send(url, body)
      return lines
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      await pause(2 * SEND_EVERY_MS)
    }
  }
}
