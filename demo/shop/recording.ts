import { applyFaults } from './faults'
import { createVirtualClock } from './runtime/clock'
import type { LogLine } from './runtime/ledger'
import { createPlatform, type Platform } from './runtime/platform'
import { createRandom } from './runtime/random'
import { truthOf, type Truth } from './runtime/truth'
import { shopDefinition } from './shop'
import { startTraffic, stockTheShop, USUAL_LOAD, type Load } from './traffic'

export interface RecordingOptions {
  seed: string
  /** Epoch milliseconds of the first visit at the earliest. */
  start: number
  minutes: number
  faults: readonly string[]
  load?: Partial<Load>
}

export interface Recording {
  lines: LogLine[]
  traces: unknown[]
  truth: Truth
  platform: Platform
}

/** A Tuesday. Recordings are shifted in time when they are loaded, never recorded at another one. */
export const RECORDED_DAY = Date.UTC(2026, 10, 17)

/** X-Ray's share of the requests. */
export const SAMPLE_RATE = 0.05
/** After the last visit the shop runs on until retries, redeliveries and windows are through. */
const DRAIN_MS = 15 * 60_000

/** Runs the shop on a virtual clock. The same options give the same recording, byte for byte. */
export async function record({ seed, start, minutes, faults, load: changes }: RecordingOptions): Promise<Recording> {
  const definition = shopDefinition()
  const load: Load = { ...USUAL_LOAD, ...changes }
  applyFaults(faults, definition, load)
  const clock = createVirtualClock(start)
  const random = createRandom(`coupon shop ${seed}`)
  const lines: LogLine[] = []
  const platform = await createPlatform(definition, { clock, random, sampleRate: SAMPLE_RATE, keepTruth: true, sink: (line) => lines.push(line) })
  stockTheShop(platform, random.fork('stock'))
  const until = start + minutes * 60_000
  startTraffic(platform, clock, random.fork('traffic'), load, until)
  await clock.runUntil(until + DRAIN_MS)
  platform.logs.flush()
  lines.sort((a, b) => a.ingestionTime - b.ingestionTime)
  return { lines, traces: platform.xray.take(), truth: truthOf(platform.ledger), platform }
}
