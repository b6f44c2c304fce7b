/** One child process of ours: started, its output kept in a file, started again when it dies, stopped when asked. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, truncateSync, copyFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { restartDelayMs, wasShort } from './backoff'

export interface KeepRunningOptions {
  name: string
  /** Arguments of node: what to run. */
  args: readonly string[]
  env: () => NodeJS.ProcessEnv
  logFile: string
  say: (line: string) => void
  onMessage?: (message: unknown) => void
}

export interface Kept {
  /** Resolves with the reason when the first start ends before `markReady`. */
  failedFirst: Promise<string>
  markReady: () => void
  stop: () => Promise<void>
}

/** A drain of ten seconds, and a little more. */
const STOP_MS = 12_000

const LOG_BYTES = 10 * 1024 * 1024

export function keepRunning(options: KeepRunningOptions): Kept {
  let child: ChildProcess | undefined
  let stopping = false
  let ready = false
  let shortLives = 0
  let fail: (reason: string) => void = () => {}
  const failedFirst = new Promise<string>((resolve) => (fail = resolve))

  const start = (): void => {
    if (stopping) return
    const startedAt = Date.now()
    const running = launch(options)
    child = running
    if (options.onMessage) running.on('message', options.onMessage)
    running.once('error', (error) => fail(error.message))
    running.once('exit', (code, signal) => {
      if (stopping) return
      const reason = signal ?? `exit code ${code}`
      if (!ready) fail(lastWords(options.logFile) ?? reason)
      shortLives = wasShort(Date.now() - startedAt) ? shortLives + 1 : 0
      const wait = restartDelayMs(shortLives)
      options.say(`The ${options.name} process ended (${reason}); starting it again. ${options.logFile} has its last words`)
      void sleep(wait).then(start)
    })
  }
  start()

  const stop = async (): Promise<void> => {
    stopping = true
    const running = child
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = new Promise<void>((resolve) => running.once('exit', () => resolve()))
    running.kill('SIGTERM')
    const timer = setTimeout(() => running.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(timer)
  }
  return { failedFirst, markReady: () => (ready = true), stop }
}

function launch({ args, env, logFile }: KeepRunningOptions): ChildProcess {
  trimLog(logFile)
  const log = openSync(logFile, 'a', 0o600)
  // A file and not a pipe: the child may outlive us for a moment. Its own group: Ctrl-C reaches us alone, and we stop things in order.
  const child = spawn(process.execPath, [...args], { env: env(), stdio: ['ignore', log, log, 'ipc'], detached: true })
  closeSync(log)
  return child
}

/** Keeps the last file beside the current one. Children append, so cutting under them is safe. */
export function trimLog(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size < LOG_BYTES) return
  copyFileSync(logFile, `${logFile}.1`)
  truncateSync(logFile, 0)
}

/** The `message` of the last line that a child sent to its log as JSON, else that line. */
function lastWords(logFile: string): string | undefined {
  try {
    return readFileSync(logFile, 'utf8').trim().split('\n').at(-1)?.slice(0, 500)
  } catch {
    return undefined
  }
}
