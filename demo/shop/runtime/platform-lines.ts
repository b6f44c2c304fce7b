/**
 * The lines that Lambda writes itself, in its two log formats (text; JSON, where the platform's events are those of the
 * Telemetry API).
 */
export type LogFormat = 'text' | 'json'

export interface ReportFacts {
  requestId: string
  durationMs: number
  memoryMb: number
  usedMb: number
  initMs: number | null
  status: 'success' | 'error' | 'timeout'
  /** Of a sampled trace. */
  tracing: { root: string; segment: string } | null
}

const RUNTIME = 'nodejs:22.v61'
const RUNTIME_ARN = 'arn:aws:lambda:eu-central-1::runtime:c3e9f1d2a7b44f0c9d6e8b5a1f7304d2b6c8e9a0f1d2c3b4a5968778695a4b3c'

const iso = (at: number): string => new Date(Math.floor(at)).toISOString()
const json = (at: number, type: string, record: unknown): string => `${JSON.stringify({ time: iso(at), type, record })}\n`
const round = (ms: number): number => Math.round(ms * 1000) / 1000

export function initStartLine(format: LogFormat, at: number, name: string, version: string): string {
  if (format === 'text') return `INIT_START Runtime Version: ${RUNTIME}\tRuntime Version ARN: ${RUNTIME_ARN}\n`
  return json(at, 'platform.initStart', {
    initializationType: 'on-demand',
    phase: 'init',
    runtimeVersion: RUNTIME,
    runtimeVersionArn: RUNTIME_ARN,
    functionName: name,
    functionVersion: version,
  })
}

export function startLine(format: LogFormat, at: number, requestId: string, version: string): string {
  if (format === 'text') return `START RequestId: ${requestId} Version: ${version}\n`
  return json(at, 'platform.start', { requestId, version })
}

/** END and REPORT, or their one event in JSON. */
export function endLines(format: LogFormat, at: number, facts: ReportFacts): string[] {
  const { requestId, durationMs, memoryMb, usedMb, initMs, status, tracing } = facts
  if (format === 'json') {
    const metrics = {
      durationMs: round(durationMs),
      billedDurationMs: Math.ceil(durationMs),
      memorySizeMB: memoryMb,
      maxMemoryUsedMB: usedMb,
      ...(initMs === null ? {} : { initDurationMs: round(initMs) }),
    }
    const trace =
      tracing === null
        ? {}
        : { tracing: { spanId: tracing.segment, type: 'X-Amzn-Trace-Id', value: `Root=${tracing.root};Parent=${tracing.segment};Sampled=1` } }
    return [json(at, 'platform.report', { requestId, metrics, ...trace, status })]
  }
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs)} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${usedMb} MB`,
    ...(initMs === null ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    // A handler that threw has answered: only JSON says so.
    ...(status === 'timeout' ? ['Status: timeout'] : []),
  ].join('\t')
  const trace = tracing === null ? '' : `\nXRAY TraceId: ${tracing.root}\tSegmentId: ${tracing.segment}\tSampled: true\t`
  return [`END RequestId: ${requestId}\n`, `${report}\t${trace}\n`]
}

export function timeoutLine(at: number, requestId: string, timeoutMs: number): string {
  return `${iso(at)} ${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds\n\n`
}

/** A `console` call, as the Node runtime writes it. */
export function consoleLine(format: LogFormat, at: number, requestId: string | null, level: string, message: string): string {
  if (format === 'text') return `${iso(at)}\t${requestId ?? 'undefined'}\t${level}\t${message}\n`
  return `${JSON.stringify({ timestamp: iso(at), level, ...(requestId === null ? {} : { requestId }), message })}\n`
}

/** An error that the handler threw. The stack holds the function's own frames and the runtime's entry, nothing of this machine. */
export function invokeErrorLine(format: LogFormat, at: number, requestId: string, error: unknown): string {
  const thrown = error instanceof Error ? error : new Error(String(error))
  const frames = (thrown.stack ?? '').split('\n').filter((line) => line.includes('/var/task/'))
  const stack = [`${thrown.name}: ${thrown.message}`, ...frames, '    at async Runtime.handleOnceNonStreaming (file:///var/runtime/index.mjs:1173:29)']
  if (format === 'json') {
    const message = { errorType: thrown.name, errorMessage: thrown.message, stackTrace: stack }
    return `${JSON.stringify({ timestamp: iso(at), level: 'ERROR', requestId, message })}\n`
  }
  const facts = { errorType: thrown.name, errorMessage: thrown.message, stack }
  return `${iso(at)}\t${requestId}\tERROR\tInvoke Error \t${JSON.stringify(facts)}\n`
}
