import { createHash } from 'node:crypto'
import * as nodeCrypto from 'node:crypto'
import { createRequire } from 'node:module'
import { format as formatText } from 'node:util'

import type { FunctionBundle } from './bundle'
import type { Clock, Timer } from './clock'
import type { Random } from './random'
import type { PlatformRequest, PlatformResponse } from './wire'

/** What the sandbox asks of the platform around it. */
export interface SandboxHost {
  clock: Clock
  random: Random
  environment: Record<string, string>
  /** Sends a request at `at`; answers by calling `reply` when the answer has arrived. */
  http(request: PlatformRequest, at: number, reply: (response: PlatformResponse) => void): void
  console(level: string, message: string, at: number): void
  stdout(text: string, at: number): void
}

export type LambdaHandler = (event: unknown, context: unknown) => unknown

export interface Sandbox {
  /** Loads a new copy of the function's modules and runs their top level. */
  load(bundle: FunctionBundle): void
  /** The sandbox's own time: the clock's, plus what its code has used since it last woke. */
  now(): number
  /** Calls the handler at the clock's time; timers that came due while it was frozen run first. */
  run(event: unknown, context: unknown, trace: string, done: (outcome: { error: unknown } | { result: unknown }) => void): void
  /** Between invocations nothing runs. */
  freeze(): void
  /** Forgets the modules and everything under way: after a time-out, or at the sandbox's end. */
  kill(): void
}

const machineRequire = createRequire(import.meta.url)

/** CPU time of a log call and of building, signing and reading one SDK call, at the memory size that the shop uses. */
const LOG_COST_MS = 0.12
const CALL_COST_MS = 0.9

export function createSandbox(host: SandboxHost): Sandbox {
  const { clock, random } = host
  const environment: Record<string, string> = { ...host.environment }
  let local = clock.now()
  let generation = 0
  let frozen = false
  let thaw: (() => void)[] = []
  let handler: LambdaHandler | undefined

  const now = (): number => Math.max(local, clock.now())
  const spend = (medianMs: number): void => {
    local = now() + random.around(medianMs, 0.6)
  }
  const wake = (action: () => void): void => {
    local = now()
    clock.wake()
    action()
  }
  /** Runs `action` at `time`, if the modules that asked for it still live; a frozen sandbox runs it when it thaws. */
  const later = (time: number, action: () => void): Timer => {
    const born = generation
    return clock.at(time, () => {
      if (born !== generation) return
      if (frozen) thaw.push(action)
      else wake(action)
    })
  }

  const http = (request: PlatformRequest): Promise<PlatformResponse> => {
    spend(CALL_COST_MS)
    const born = generation
    return new Promise((resolve) => {
      host.http(request, now(), (response) => {
        if (born !== generation) return
        if (frozen) thaw.push(() => resolve(response))
        else wake(() => resolve(response))
      })
    })
  }

  const log =
    (level: string) =>
    (...values: unknown[]): void => {
      spend(LOG_COST_MS)
      host.console(level, formatText(...values), now())
    }
  const stdout = {
    fd: 1,
    write(text: string): boolean {
      spend(LOG_COST_MS)
      host.stdout(String(text), now())
      return true
    },
    on: () => stdout,
    once: () => stdout,
    removeListener: () => stdout,
    listenerCount: () => 0,
  }

  const bindings = (): Record<string, unknown> => {
    const module = { exports: {} as Record<string, unknown> }
    const clearTimer = (timer: Timer | undefined): void => timer?.cancel()
    const setTimer = (action: (...values: unknown[]) => void, delayMs = 0, ...values: unknown[]): unknown => {
      const timer = later(now() + Math.max(1, delayMs), () => action(...values))
      return Object.assign(timer, { ref: () => timer, unref: () => timer, hasRef: () => true })
    }
    const process = Object.create(globalThis.process, {
      env: { value: environment },
      version: { value: 'v22.11.0' },
      pid: { value: 2 },
      stdout: { value: stdout },
      stderr: { value: stdout },
      hrtime: { value: Object.assign(() => [0, 0], { bigint: () => BigInt(Math.floor(now() * 1e6)) }) },
      on: { value: () => process },
      emitWarning: { value: () => undefined },
    }) as NodeJS.Process
    const unsupported = (): never => {
      throw new Error('setInterval is not supported here: a sandbox stands still between invocations')
    }
    const crypto = sandboxCrypto(random)
    const own: Record<string, unknown> = {
      exports: module.exports,
      module,
      require: sandboxRequire(process, crypto, stdout, environment),
      process,
      console: { log: log('INFO'), info: log('INFO'), warn: log('WARN'), error: log('ERROR'), debug: log('DEBUG'), trace: log('TRACE') },
      Date: sandboxDate(now),
      Math: Object.create(Math, { random: { value: random.unit } }) as Math,
      setTimeout: setTimer,
      clearTimeout: clearTimer,
      setInterval: unsupported,
      clearInterval: clearTimer,
      setImmediate: (action: (...values: unknown[]) => void, ...values: unknown[]) => setTimer(action, 0, ...values),
      clearImmediate: clearTimer,
      performance: { now: () => now() - host.clock.now(), timeOrigin: 0 },
      crypto,
      fetch: (url: string, init?: FetchInit) => fetchThrough(http, url, init),
      __platform: { http },
    }
    const globals = Object.create(globalThis, Object.getOwnPropertyDescriptors(own)) as Record<string, unknown>
    return { ...own, globalThis: globals, global: globals }
  }

  return {
    now,
    load(bundle) {
      generation += 1
      frozen = false
      thaw = []
      const values = bindings()
      wake(() => bundle.load(values))
      handler = (values.module as { exports: { handler: LambdaHandler } }).exports.handler
    },
    run(event, context, trace, done) {
      const call = handler
      if (call === undefined) throw new Error('run before load')
      environment._X_AMZN_TRACE_ID = trace
      frozen = false
      const pending = thaw
      thaw = []
      const born = generation
      wake(() => {
        for (const action of pending) action()
        // What the runtime does between START and the handler's first line.
        spend(0.8)
        // Bound and called from the promise queue: a stack that the handler prints holds no frame of this file.
        Promise.resolve()
          .then(call.bind(undefined, event, context))
          .then(
            (result) => born === generation && done({ result }),
            (error: unknown) => born === generation && done({ error }),
          )
      })
    },
    freeze() {
      frozen = true
    },
    kill() {
      generation += 1
      handler = undefined
      thaw = []
    },
  }
}

function sandboxDate(now: () => number): DateConstructor {
  const current = (): number => Math.floor(now())
  return new Proxy(Date, {
    construct: (target, values: unknown[], self) => Reflect.construct(target, values.length === 0 ? [current()] : values, self) as Date,
    apply: (target) => new target(current()).toString(),
    get: (target, key, receiver) => (key === 'now' ? current : (Reflect.get(target, key, receiver) as unknown)),
  })
}

function sandboxCrypto(random: Random): Record<string, unknown> {
  const fill = <T extends ArrayBufferView>(view: T): T => {
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(random.bytes(view.byteLength))
    return view
  }
  return {
    ...nodeCrypto,
    randomUUID: () => random.uuid(),
    randomBytes: (count: number) => Buffer.from(random.bytes(count)),
    randomInt: (low: number, high?: number) => (high === undefined ? random.below(low) : low + random.below(high - low)),
    getRandomValues: fill,
    randomFillSync: fill,
    webcrypto: { getRandomValues: fill },
  }
}

/** The Node modules that a bundle asks for. Files and processes of the machine are out of reach: there is no ~/.aws to read. */
function sandboxRequire(
  process: NodeJS.Process,
  crypto: Record<string, unknown>,
  stdout: { write(text: string): boolean },
  environment: Record<string, string>,
): (name: string) => unknown {
  const absent = (path: unknown): Error => Object.assign(new Error(`ENOENT: no such file or directory, open '${String(path)}'`), { code: 'ENOENT' })
  const files = {
    promises: { readFile: (path: unknown) => Promise.reject(absent(path)) },
    readFileSync: (path: unknown) => {
      throw absent(path)
    },
    existsSync: () => false,
    writeSync: (_fd: number, text: string) => {
      stdout.write(text)
      return Buffer.byteLength(text)
    },
    fsync: () => undefined,
    fsyncSync: () => undefined,
  }
  const logStream = environment.AWS_LAMBDA_LOG_STREAM_NAME ?? ''
  // A micro VM's address, the same for the sandbox's whole life.
  const part = createHash('md5').update(logStream).digest()
  const os = {
    hostname: () => `169.254.${part[0] ?? 0}.${part[1] ?? 0}`,
    homedir: () => '/home/sbx_user1051',
    platform: () => 'linux',
    release: () => '5.10.240',
    EOL: '\n',
  }
  const own: Record<string, unknown> = {
    process,
    crypto,
    fs: files,
    'fs/promises': files.promises,
    os,
  }
  return (name) => {
    const bare = name.replace(/^node:/, '')
    if (bare in own) return own[bare]
    if (bare === 'child_process') return {}
    return machineRequire(name) as unknown
  }
}

interface FetchInit {
  method?: string
  headers?: Record<string, string>
  body?: string
}

async function fetchThrough(http: (request: PlatformRequest) => Promise<PlatformResponse>, address: string, init: FetchInit = {}): Promise<unknown> {
  const url = new URL(address)
  const response = await http({
    hostname: url.hostname,
    method: init.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: init.headers ?? {},
    body: init.body ?? '',
  })
  return {
    status: response.status,
    ok: response.status >= 200 && response.status < 300,
    text: async () => response.body,
    json: async () => JSON.parse(response.body) as unknown,
  }
}
