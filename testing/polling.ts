/** A poller on a fake AWS, with a clock that stands still while requests are under way and else jumps to what is due next. */
import type { Pool } from 'pg'
import { onTestFinished } from 'vitest'
import type { PollClock } from '#lib/ingest/poll-clock'
import { LogsPoller, type PollSettings } from '#lib/ingest/poll-logs'
import type { NewConnection } from '#lib/model/connection'
import { createLog } from '#lib/server/log'
import { TokenBuckets } from '#lib/sources/aws/token-bucket'
import { createConnection } from '#lib/store/connections'
import { createVirtualClock } from '#testing/fake-aws/clock'
import { HOME, startFakeAws, type FakeAws } from '#testing/fake-aws/server'
import { calm, seededRandom } from './polling-pace'

const log = createLog('test')
log.level = 'silent'

/** The fake's credentials, where the SDK's default chain looks for them. */
export function setFakeCredentials(account = HOME.account): void {
  process.env.AWS_ACCESS_KEY_ID = `AKIA${account}`
  process.env.AWS_SECRET_ACCESS_KEY = 'x'
}

export function addConnection(pool: Pool, fake: FakeAws, draft: Partial<NewConnection>): Promise<bigint> {
  const whole: NewConnection = {
    label: 'test', region: HOME.region, endpoint: fake.url, groups: [], excludedGroups: [], xray: false, enabled: true, lookbackMinutes: 60, ...draft,
  } // prettier-ignore
  return createConnection(pool, whole, fake.clock.nowMs())
}

export interface PollRun {
  pool: Pool
  fake: FakeAws
  seed: string
  untilMs: number
  settings?: Partial<PollSettings>
}

/** Runs a new poller, which knows nothing but what the database does, until the clock has reached that time. */
export async function pollUntil({ pool, fake, seed, untilMs, settings }: PollRun): Promise<void> {
  const ended = new AbortController()
  const clock: PollClock = {
    nowMs: () => fake.clock.nowMs(),
    async wait(dueMs, inFlight) {
      if (inFlight.length > 0) return void (await Promise.race(inFlight))
      const nowMs = fake.clock.nowMs()
      if (dueMs >= untilMs) ended.abort()
      await fake.clock.advance(Math.max(0, Math.min(dueMs, untilMs) - nowMs))
    },
  }
  const random = seededRandom(seed)
  const poller = new LogsPoller({ pool, clock, random, buckets: new TokenBuckets(random), log, settings: { ...calm, ...settings } })
  await poller.run(ended.signal)
}

const TABLES = 'event, ingest_batch, source, log_stream, service, template, quarantine, aws_connection, poll_target, poll_scan, backfill, coverage'

/** A new fake AWS and an empty store; the fake ends with the test. */
export async function freshWorld(pool: Pool, seed: string, startMs: number): Promise<FakeAws> {
  await pool.query(`truncate ${TABLES}`)
  await pool.query('update dictionary_epoch set epoch = epoch + 1')
  const fake = await startFakeAws({ seed, clock: createVirtualClock(startMs) })
  onTestFinished(() => fake.close())
  return fake
}

/** `group eventId` of everything stored, each as often as it is, sorted. */
export async function storedIds(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(`select s.name || ' ' || e.source_event_id as id from event e join source s on s.id = e.source_id`)
  return rows.map((row) => row.id).sort()
}

/** The same of everything that was ever issued, or of some groups, deleted ones too. */
export function issuedIds(fake: FakeAws, groups?: readonly string[]): string[] {
  const events = groups ? groups.flatMap((group) => fake.logs().issued(group)) : fake.logs().issued()
  return events.map((event) => `${event.logGroup} ${event.eventId}`).sort()
}
