/** The linker killed with -9, in the exact rules and in fitting and scoring: what it leaves is gone on with, and the end is the same. */
import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { requestRelink } from '#lib/store/linking'
import { deliver, linkedRows } from './replay'
import { settle } from './settle'
import { shopLines } from './shop-lines'

/** Plain JavaScript starts in a third of the time; packages are found from within the checkout. */
const folder = mkdtempSync(join('node_modules', '.link-child-'))
const program = join(folder, 'child.mjs')
const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external', `--outfile=${program}`, '--log-level=error']
expect(spawnSync(join('node_modules', '.bin', 'esbuild'), ['testing/link-child.ts', ...options], { encoding: 'utf8' }).stderr).toBe('')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Step = 'exact' | 'inferred'

/** One life: SIGKILL that long after the first step of a kind has begun. Resolves with the signal, null where it ended by itself. */
async function live(url: string, killAt: { step: Step; afterMs: number } | null): Promise<NodeJS.Signals | null> {
  const child: ChildProcess = fork(program, {
    env: { ...process.env, DATABASE_URL: url },
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let aimed = false
  child.on('message', (said: Step | 'ready') => {
    if (said === 'ready') child.send('go')
    if (said !== killAt?.step || aimed) return
    aimed = true
    setTimeout(() => child.kill('SIGKILL'), killAt.afterMs)
  })
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
}

it('ends the same wherever it was killed', async () => {
  const [whole, other] = [await createTestDatabase(), await createTestDatabase()]
  const lines = shopLines(150)
  await deliver(whole.pool, lines)
  await settle(whole.pool)

  const kills: Record<Step, number> = { exact: 0, inferred: 0 }
  const kill = async (step: Step, afterMs: number): Promise<void> => {
    if ((await live(other.url, { step, afterMs })) === 'SIGKILL') kills[step]++
  }
  for (const [i, afterMs] of [0, 7, 20, 45, 90, 160].entries()) {
    await deliver(other.pool, lines.slice((i * lines.length) / 6, ((i + 1) * lines.length) / 6))
    await kill('exact', afterMs)
  }
  for (const [i, afterMs] of [0, 25, 60, 120, 250, 400].entries()) {
    // A machine that was through before it was killed is asked for the fit again, and killed earlier.
    for (let ms = afterMs; kills.inferred === i; ms /= 2) {
      await requestRelink(other.pool)
      await kill('inferred', ms)
    }
  }
  expect(kills).toEqual({ exact: 6, inferred: 6 })
  expect(await live(other.url, null)).toBeNull()
  await requestRelink(whole.pool)
  await settle(whole.pool)
  const derived = await linkedRows(other.pool)
  expect(derived).toEqual(await linkedRows(whole.pool))
  expect(derived[1]).not.toEqual([])
}, 240_000)
