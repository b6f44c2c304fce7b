/** A poller on a fake AWS, with a clock that stands still while requests are under way and else jumps to what is due next. */
import type { Pool } from 'pg'
import type { PollClock } from '#lib/ingest/poll-clock'
import { LogsPoller, type PollSettings } from '#lib/ingest/poll-logs'
import type { NewConnection } from '#lib/model/connection'
import { createLog } from '#lib/server/log'
import { TokenBuckets } from '#lib/sources/aws/token-bucket'
import { createConnection } from '#lib/store/connections'
import { draw } from '#testing/fake-aws/draw'
import { HOME, type FakeAws } from '#testing/fake-aws/server'

const log = createLog('test')
log.level = 'silent'

/** Chance from a seed, the same for every run of it. */
export function seededRandom(seed: string): () => number {
  let count = 0
  return () => draw(seed, 'poller', count++)
}

/** The fake's credentials, where the SDK's default chain looks for them. */
export function useFakeCredentials(account = HOME.account): void {
  process.env.AWS_ACCESS_KEY_ID = `AKIA${account}`
  process.env.AWS_SECRET_ACCESS_KEY = 'x'
}

export function addConnection(pool: Pool, fake: FakeAws, draft: Partial<NewConnection>): Promise<bigint> {
  const whole: NewConnection = {
    label: 'test', region: HOME.region, endpoint: fake.url, groups: [], excludedGroups: [], xray: false, enabled: true, lookbackMinutes: 60, ...draft,
  } // prettier-ignore
  return createConnection(pool, whole, fake.clock.nowMs())
}

/** As the worker's, but that changes of connections are seen at every minute of the clock, so that quiet hours pass quickly. */
const quick: Partial<PollSettings> = { reloadMs: 60_000 }

export interface PollRun {
  pool: Pool
  fake: FakeAws
  seed: string
  untilMs: number
  settings?: Partial<PollSettings>
  /** Ends the run before: what is in flight is left to itself, as a kill leaves it. */
  killed?: AbortSignal
}

/** Runs a new poller, which knows nothing but what the database does, until the clock has reached that time. */
export async function pollUntil({ pool, fake, seed, untilMs, settings, killed }: PollRun): Promise<void> {
  const ended = new AbortController()
  const clock: PollClock = {
    nowMs: () => fake.clock.nowMs(),
    async wait(dueMs, inFlight, signal) {
      if (inFlight.length > 0) return void (await Promise.race([...inFlight, aborted(signal)]))
      const nowMs = fake.clock.nowMs()
      if (dueMs >= untilMs) ended.abort()
      await fake.clock.advance(Math.max(0, Math.min(dueMs, untilMs) - nowMs))
    },
  }
  const random = seededRandom(seed)
  const poller = new LogsPoller({ pool, clock, random, buckets: new TokenBuckets(random), log, settings: { ...quick, ...settings } })
  const signal = killed ? AbortSignal.any([ended.signal, killed]) : ended.signal
  const running = poller.run(signal)
  await (killed ? Promise.race([running, aborted(killed)]) : running)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
