/** The poller as a process of its own, killed with -9 at moments that a seed decides: what the next one stores together with it is what was issued, each once. */
import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { draw, drawDelay } from '#testing/fake-aws/draw'
import type { FakeAws } from '#testing/fake-aws/server'
import { addConnection, freshWorld, issuedIds, storedIds, setFakeCredentials } from '#testing/polling'

const { pool, url } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const MINUTE = 60_000
const HOUR = 3_600_000
const UNTIL = T + 7 * HOUR

setFakeCredentials()

/** Plain JavaScript starts in a third of the time; packages are found from within the checkout. */
const folder = mkdtempSync(join('node_modules', '.poll-child-'))
const program = join(folder, 'child.mjs')
beforeAll(() => {
  const options = ['testing/poll-child.ts', '--bundle', '--platform=node', '--format=esm', '--packages=external', `--outfile=${program}`, '--log-level=error']
  const built = spawnSync(join('node_modules', '.bin', 'esbuild'), options, { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function issue(fake: FakeAws, seed: string): void {
  for (const group of ['/k/a', '/k/b']) {
    fake.logs().createGroup(group, { creationTime: T - 24 * HOUR })
    for (let i = 0; i < 150; i++) {
      const key = `${group}/${i}`
      const timestamp = T + Math.floor(draw(seed, 'time', key) * 60 - 30) * MINUTE
      const delayMs = drawDelay(seed, key, { typicalMs: 3_000, lateShare: 0.2, lateMaxMs: 3 * HOUR })
      fake.logs().put(group, [{ stream: 's', timestamp, message: key, delayMs }])
    }
  }
}

/** One life of the poller: resolves with its signal, or null where it came to the end of the time. */
function live(fake: FakeAws, seed: string, killAt: { request: number; afterMs: number } | null): Promise<NodeJS.Signals | null> {
  const child: ChildProcess = fork(program, {
    env: { ...process.env, DATABASE_URL: url, SEED: seed, NOW_MS: String(fake.clock.nowMs()), UNTIL_MS: String(UNTIL) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.on('message', ({ moveTo }: { moveTo: number }) => {
    void fake.clock.advance(moveTo - fake.clock.nowMs()).then(() => child.connected && child.send(fake.clock.nowMs()))
  })
  fake.knobs.trouble = ({ ordinal }) => void (ordinal === killAt?.request && setTimeout(() => child.kill('SIGKILL'), killAt.afterMs))
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
}

it.each(['a', 'b', 'c'])('kill -9 at any moment loses and doubles nothing: %s', async (seed) => {
  const fake = await freshWorld(pool, seed, T)
  issue(fake, seed)
  await addConnection(pool, fake, { groups: ['/k/*'] })
  Object.assign(fake.knobs, { throttle: 0.2, emptyPage: 0.2, pageEvents: 20 })
  let killed = 0
  for (let life = 0; life < 6; life++) {
    const request = fake.requests.length + 3 + Math.floor(draw(seed, 'request', life) * 25)
    // A page is asked for, stored and committed within some 10 ms: the kill is anywhere in it.
    if ((await live(fake, `${seed}/${life}`, { request, afterMs: draw(seed, 'after', life) * 15 })) === 'SIGKILL') killed++
  }
  expect(killed, seed).toBeGreaterThanOrEqual(5)
  expect(await live(fake, seed, null)).toBeNull()
  expect(await storedIds(pool), `seed ${seed}`).toEqual(issuedIds(fake))
  const { rows } = await pool.query(
    'select sum(received - stored - duplicate - quarantined - rejected)::bigint as unbooked, sum(stored)::bigint as stored from source',
  )
  expect(rows[0]).toEqual({ unbooked: 0n, stored: BigInt(issuedIds(fake).length) })
})
