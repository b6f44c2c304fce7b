import type { FunctionBundle } from './bundle'
import type { Clock, Timer } from './clock'
import type { Arrival, Execution, Ledger, RootFacts } from './ledger'
import type { LogWriter } from './log-writer'
import { consoleLine, endLines, initStartLine, invokeErrorLine, startLine, timeoutLine, type LogFormat } from './platform-lines'
import type { Random } from './random'
import { createSandbox, type Sandbox } from './sandbox'
import type { PlatformRequest, PlatformResponse } from './wire'
import { seconds, traceHeader, type Subsegment, type TraceContext, type XRay } from './xray'

/** How a function is set up, as its team would write it down. */
export interface FunctionSettings {
  name: string
  /** A file of handlers/, without its ending. */
  entry: string
  /** The published version that serves. */
  version: number
  memoryMb: number
  timeoutMs: number
  logFormat: LogFormat
  /** No permission to write logs: nothing of it is ever seen. */
  silent?: boolean
  reservedConcurrency?: number
  /** Median of the cold start. */
  initMs: number
  environment?: Record<string, string>
}

/** A published version; from `from` on it takes `share` of the new invocations, the older ones the rest. */
export interface Release {
  version: string
  bundle: FunctionBundle
  from: number
  share: number
}

export interface Invocation {
  event: unknown
  requestId: string
  attempt: number
  arrivals: Arrival[]
  trace: TraceContext
  root?: RootFacts
  /** Called when the execution has ended, at its end. */
  done(outcome: Outcome): void
}

export interface Outcome {
  execution: Execution
  failed: boolean
  result: unknown
}

export interface FunctionHost {
  settings: FunctionSettings
  /** Starts an execution; false when the function is throttled, and then nothing was started. */
  invoke(invocation: Invocation): boolean
}

/** What one execution carries while it runs: calls go through it. */
export interface Running {
  execution: Execution
  functionName: string
  trace: TraceContext
  /** Its own segment, of a sampled trace. */
  segment: string
  subsegments: Subsegment[]
  /** Hosts that this sandbox holds a connection to: the first call to one pays for the handshake. */
  connections: Set<string>
}

export interface FunctionServices {
  account: string
  region: string
  clock: Clock
  random: Random
  ledger: Ledger
  logs: LogWriter
  xray: XRay
  /** Answers a call that an execution makes. */
  serve(request: PlatformRequest, at: number, running: Running, reply: (response: PlatformResponse) => void): void
}

interface Instance {
  sandbox: Sandbox
  release: Release
  stream: string
  loaded: boolean
  usedMb: number
  connections: Set<string>
  running: Running | null
  requestId: string | null
  reaper: Timer | null
}

export function createFunction(settings: FunctionSettings, releases: readonly Release[], services: FunctionServices): FunctionHost {
  const { clock, random, ledger, logs, xray } = services
  const group = `/aws/lambda/${settings.name}`
  const arn = `arn:aws:lambda:${services.region}:${services.account}:function:${settings.name}`
  const idle: Instance[] = []
  let busy = 0

  const write = (instance: Instance, at: number, message: string, execution?: Execution): void => {
    const owner = execution ?? instance.running?.execution
    if (settings.silent === true || owner === undefined) return
    logs.write({ group, stream: instance.stream, at, message, execution: owner, delayMs: random.between(120, 1400) })
  }

  const createInstance = (release: Release): Instance => {
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/')
    const stream = `${day}/[${release.version}]${random.hex(32)}`
    const instance: Instance = {
      release,
      stream,
      loaded: false,
      usedMb: Math.round(random.between(78, 92)),
      connections: new Set(),
      running: null,
      requestId: null,
      reaper: null,
      sandbox: createSandbox({
        clock,
        random,
        environment: environmentOf(settings, services, release, stream),
        http(request, at, reply) {
          if (instance.running !== null) services.serve(request, at, instance.running, reply)
        },
        console: (level, message, at) => write(instance, at, consoleLine(settings.logFormat, at, instance.requestId, level, message)),
        stdout(text, at) {
          for (const line of text.split('\n')) if (line !== '') write(instance, at, `${line}\n`)
        },
      }),
    }
    return instance
  }

  const chooseRelease = (): Release => {
    for (const release of [...releases].reverse()) {
      if (release.from <= clock.now() && (release.share >= 1 || random.chance(release.share))) return release
    }
    const first = releases[0]
    if (first === undefined) throw new Error(`${settings.name} has no release`)
    return first
  }

  const acquire = (): Instance | null => {
    if (settings.reservedConcurrency !== undefined && busy >= settings.reservedConcurrency) return null
    const release = chooseRelease()
    const at = idle.findLastIndex((candidate) => candidate.release === release)
    const [instance] = at < 0 ? [createInstance(release)] : idle.splice(at, 1)
    instance?.reaper?.cancel()
    busy += 1
    return instance ?? null
  }

  const release = (instance: Instance): void => {
    busy -= 1
    instance.running = null
    instance.requestId = null
    idle.push(instance)
    // Idle sandboxes live for minutes to the better part of an hour; the platform promises nothing.
    instance.reaper = clock.at(clock.now() + random.between(6, 45) * 60_000, () => {
      idle.splice(idle.indexOf(instance), 1)
      instance.sandbox.kill()
    })
  }

  const run = (instance: Instance, invocation: Invocation, running: Running, initMs: number | null): void => {
    const { execution } = running
    const start = clock.now()
    execution.start = start
    execution.end = start
    instance.requestId = invocation.requestId
    write(instance, start, startLine(settings.logFormat, start, invocation.requestId, instance.release.version))

    const end = (status: 'success' | 'error' | 'timeout', result: unknown): void => {
      const at = clock.now()
      execution.end = at
      const tracing = running.trace.sampled ? { root: running.trace.root, segment: running.segment } : null
      const facts = { requestId: invocation.requestId, durationMs: at - start, memoryMb: settings.memoryMb, usedMb: instance.usedMb, initMs, status, tracing }
      for (const line of endLines(settings.logFormat, at, facts)) write(instance, at, line)
      putFunctionSegment(running, start, at, status !== 'success', settings, arn, services)
      if (instance.usedMb < 128) instance.usedMb += random.chance(0.2) ? 1 : 0
      release(instance)
      invocation.done({ execution, failed: status !== 'success', result })
    }

    const timeout = clock.at(start + settings.timeoutMs, () => {
      instance.sandbox.kill()
      instance.loaded = false
      write(instance, clock.now(), timeoutLine(clock.now(), invocation.requestId, settings.timeoutMs))
      end('timeout', null)
    })
    const context = contextOf(settings, arn, invocation, instance, () => start + settings.timeoutMs - instance.sandbox.now())
    instance.sandbox.run(invocation.event, context, traceHeader(running.trace, running.segment), (outcome) => {
      if ('error' in outcome) {
        const at = instance.sandbox.now()
        write(instance, at, invokeErrorLine(settings.logFormat, at, invocation.requestId, outcome.error))
      }
      instance.sandbox.freeze()
      timeout.cancel()
      clock.at(instance.sandbox.now() + random.around(0.6), () => end('error' in outcome ? 'error' : 'success', 'result' in outcome ? outcome.result : null))
    })
  }

  return {
    settings,
    invoke(invocation) {
      const instance = acquire()
      if (instance === null) return false
      const { trace } = invocation
      const execution = ledger.open(
        {
          kind: 'lambda',
          service: settings.name,
          requestId: invocation.requestId,
          label: invocation.requestId,
          attempt: invocation.attempt,
          start: clock.now(),
          sampled: trace.sampled,
        },
        invocation.arrivals,
        invocation.root,
      )
      const running: Running = { execution, functionName: settings.name, trace, segment: xray.segmentId(), subsegments: [], connections: instance.connections }
      instance.running = running
      if (instance.loaded) {
        run(instance, invocation, running, null)
        return true
      }
      const begun = clock.now()
      write(instance, begun, initStartLine(settings.logFormat, begun, settings.name, instance.release.version))
      instance.loaded = true
      instance.sandbox.load(instance.release.bundle)
      const initMs = random.around(settings.initMs, 0.2)
      clock.at(begun + initMs, () => run(instance, invocation, running, initMs))
      return true
    },
  }
}

function environmentOf(settings: FunctionSettings, services: FunctionServices, release: Release, stream: string): Record<string, string> {
  return {
    AWS_REGION: services.region,
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE00',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_SESSION_TOKEN: 'example',
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: release.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${settings.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_ACCOUNT_ID: services.account,
    TZ: ':UTC',
    ...settings.environment,
  }
}

function contextOf(settings: FunctionSettings, arn: string, invocation: Invocation, instance: Instance, remainingMs: () => number): Record<string, unknown> {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: instance.release.version,
    functionName: settings.name,
    memoryLimitInMB: String(settings.memoryMb),
    logGroupName: `/aws/lambda/${settings.name}`,
    logStreamName: instance.stream,
    invokedFunctionArn: `${arn}:live`,
    awsRequestId: invocation.requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(remainingMs())),
  }
}

/** The function's own segment. The segment of the Lambda service around it is its invoker's to write: one may hold several attempts. */
function putFunctionSegment(
  running: Running,
  start: number,
  end: number,
  fault: boolean,
  settings: FunctionSettings,
  arn: string,
  services: FunctionServices,
): void {
  if (!running.trace.sampled) return
  const { xray } = services
  const handled = end - 0.4
  const aws = { function_arn: arn }
  xray.put({
    id: running.segment,
    name: settings.name,
    start_time: seconds(start),
    trace_id: running.trace.root,
    end_time: seconds(end),
    ...(running.trace.parent === undefined ? {} : { parent_id: running.trace.parent }),
    ...(fault ? { fault: true } : {}),
    aws: { account_id: services.account, function_arn: arn, resource_names: [settings.name] },
    origin: 'AWS::Lambda::Function',
    subsegments: [
      {
        id: xray.segmentId(),
        name: 'Invocation',
        start_time: seconds(start + 0.1),
        end_time: seconds(handled),
        ...(fault ? { fault: true } : {}),
        aws,
        subsegments: running.subsegments,
      },
      { id: xray.segmentId(), name: 'Overhead', start_time: seconds(handled), end_time: seconds(end), aws },
    ],
  })
}
