/**
 * The data sets of TraceWeaver (Jaeger traces of a hotel and a media system) as its method has them: hidden are the trace id and which
 * incoming request of a process made which outgoing call; kept is which call met which request of the callee.
 */
import { ndjson } from './read-lambda'

interface JaegerSpan {
  spanID: string
  operationName: string
  references: { refType: string; spanID: string }[]
  startTime: number
  duration: number
  tags: { key: string; value: unknown }[]
  processID: string
}
interface JaegerTrace {
  data: [{ traceID: string; spans: JaegerSpan[]; processes: Record<string, { serviceName: string }> }]
}

/** Times in microseconds; `trace` is truth. */
export interface Request {
  id: string
  trace: string
  operation: string
  service: string
  start: number
  end: number
}
/** One that a request of the process `at` made; `cause` is truth. */
export interface Call extends Request {
  at: string
  cause: string
  /** The request of the callee that this call met; a store has none. */
  met?: string
}
export interface Process {
  requests: Request[]
  calls: Call[]
}

/** Every span: a span within the process of its parent is a call to what records nothing, such as a store. */
export const readProcesses = (path: string): Map<string, Process> => sortOut([...ndjson<JaegerTrace>(path)])

/** What the published evaluation calls a media trace's root; it drops the spans around it. */
const PUBLISHED_ROOT = 'ComposeReview'
const PUBLISHED_TRACES = 1001

/**
 * The problem of the published evaluation itself (Sachin-A/TraceWeaver, src/trace_reconstructor/ports/python/executor.py): spans within the
 * process of their parent are deleted and a media trace begins at its span `ComposeReview` (`FixSpans2`), only the first 1,001 traces are
 * read, and a process with more than one caller, as compose-review is, is neither solved nor scored ("SKIPPING THIS PROCESS").
 */
export function readAsPublished(path: string): Map<string, Process> {
  const startOf = ({ data: [{ spans }] }: JaegerTrace): number => spans.reduce((first, { startTime }) => Math.min(first, startTime), Infinity)
  const traces = [...ndjson<JaegerTrace>(path)].sort((a, b) => startOf(a) - startOf(b))
  const out = sortOut(traces.slice(0, PUBLISHED_TRACES).map(withoutInner))
  const callers = new Map<string, Set<string>>()
  for (const [name, { calls }] of out) for (const { met } of calls) if (met !== undefined) callers.set(met, (callers.get(met) ?? new Set<string>()).add(name))
  for (const [name, { requests }] of out) if (new Set(requests.flatMap(({ id }) => [...(callers.get(id) ?? [])])).size > 1) out.delete(name)
  return out
}

function withoutInner({ data: [trace] }: JaegerTrace): JaegerTrace {
  const root = trace.spans.find(({ operationName }) => operationName === PUBLISHED_ROOT)
  const byId = new Map(trace.spans.map((span) => [span.spanID, span]))
  const isInner = (span: JaegerSpan): boolean =>
    span !== root && span.references.every(({ spanID }) => byId.get(spanID)?.processID === span.processID) && !isKind(span, 'client') && !isKind(span, 'server')
  const spans = trace.spans.filter((span) => !isInner(span)).map((span) => (span === root ? { ...span, references: [] } : span))
  return { data: [{ ...trace, spans }] }
}

const isKind = ({ tags }: JaegerSpan, kind: string): boolean => tags.some(({ key, value }) => key === 'span.kind' && value === kind)

function sortOut(traces: readonly JaegerTrace[]): Map<string, Process> {
  const out = new Map<string, Process>()
  const of = (name: string): Process => {
    let process = out.get(name)
    if (!process) out.set(name, (process = { requests: [], calls: [] }))
    return process
  }
  for (const { data } of traces) {
    const [{ traceID, spans, processes }] = data
    const byId = new Map(spans.map((span) => [span.spanID, span]))
    const idOf = ({ spanID }: JaegerSpan): string => `${traceID}/${spanID}`
    const serviceOf = (span: JaegerSpan): string => processes[span.processID]?.serviceName ?? ''
    const parentOf = (span: JaegerSpan): JaegerSpan | undefined => byId.get(span.references.find((ref) => ref.refType === 'CHILD_OF')?.spanID ?? '')
    const isRequest = (span: JaegerSpan, parent: JaegerSpan | undefined): boolean =>
      !isKind(span, 'client') && (!parent || serviceOf(parent) !== serviceOf(span))
    // A client span and its server span are two records of one call, and known to be; where there is no client span one record is both.
    const met = new Map<JaegerSpan, string>()
    for (const span of spans) {
      const parent = parentOf(span)
      if (parent && isRequest(span, parent)) met.set(isKind(parent, 'client') ? parent : span, idOf(span))
    }
    for (const span of spans) {
      const parent = parentOf(span)
      const start = span.startTime
      const request = { id: idOf(span), trace: traceID, operation: span.operationName, service: serviceOf(span), start, end: start + span.duration }
      if (isRequest(span, parent)) of(request.service).requests.push(request)
      if (!parent || isKind(span, 'server')) continue
      let cause = parent
      for (let up = parentOf(cause); up && !isRequest(cause, up); up = parentOf(cause)) cause = up
      const callee = met.get(span)
      of(serviceOf(parent)).calls.push({ ...request, at: serviceOf(parent), cause: idOf(cause), ...(callee === undefined ? {} : { met: callee }) })
    }
  }
  return out
}

export const kindOf = (call: Call): string => `${call.service} ${call.operation}`
