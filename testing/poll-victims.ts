/** Pollers in processes of their own, to be killed with -9. One stands ready while another one runs, since a start takes longer than most lives. */
import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PollSettings } from '#lib/ingest/poll-logs'
import type { FakeAws } from '#testing/fake-aws/server'

/** What a poller is told at its beginning. */
export interface Beginning {
  seed: string
  nowMs: number
  untilMs: number
  settings: Partial<PollSettings>
}

export interface Life {
  seed: string
  untilMs: number
  settings: Partial<PollSettings>
  /** SIGKILL that long after the fake has seen that request, by its ordinal. */
  killAt: { request: number; afterMs: number }
}

export class Victims {
  /** Plain JavaScript starts in a third of the time; packages are found from within the checkout. */
  private readonly folder = mkdtempSync(join('node_modules', '.poll-child-'))
  private readonly program = join(this.folder, 'child.mjs')
  private ready: ChildProcess

  constructor(private readonly databaseUrl: string) {
    const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external', `--outfile=${this.program}`, '--log-level=error']
    const built = spawnSync(join('node_modules', '.bin', 'esbuild'), ['testing/poll-child.ts', ...options], { encoding: 'utf8' })
    if (built.status !== 0) throw new Error(built.stderr)
    this.ready = this.start()
  }

  end(): void {
    this.ready.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** One life of a poller: resolves with its signal, or null where it came to the end of the time before. */
  async live(fake: FakeAws, { seed, untilMs, settings, killAt }: Life): Promise<NodeJS.Signals | null> {
    const child = this.ready
    this.ready = this.start()
    child.on('message', ({ moveTo }: { moveTo: number }) => {
      void fake.clock.advance(moveTo - fake.clock.nowMs()).then(() => child.connected && child.send(fake.clock.nowMs()))
    })
    const before = fake.knobs.trouble
    fake.knobs.trouble = (request) => {
      if (request.ordinal === killAt.request) setTimeout(() => child.kill('SIGKILL'), killAt.afterMs)
      return before?.(request)
    }
    const beginning: Beginning = { seed, nowMs: fake.clock.nowMs(), untilMs, settings }
    child.send(beginning)
    const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, by) => resolve(by)))
    if (before === undefined) delete fake.knobs.trouble
    else fake.knobs.trouble = before
    return signal
  }

  private start(): ChildProcess {
    return fork(this.program, {
      env: { ...process.env, DATABASE_URL: this.databaseUrl },
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }
}
