/**
 * The data sets of TraceWeaver (Jaeger traces of a hotel and a media system) as its method has them: hidden are the trace id and which
 * incoming request of a process made which outgoing call; kept is which call met which request of the callee. Nothing is certain, and the
 * order of calls is learned. Each process is a problem of its own, first for lib/link/statistical, kind of call by kind of call, then for
 * together.ts, all calls of a request at once; a trace is right when all its calls are.
 */
import { groupBy, pushTo } from '#lib/base/group'
import { fitModel } from '#lib/link/statistical/fit'
import { scoreWindow } from '#lib/link/statistical/score'
import type { CertainLink, LineInput, SpanInput } from '#lib/link/statistical/types'
import { ndjson } from './read-lambda'
import { matchTogether } from './together'

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

interface Request {
  id: string
  trace: string
  operation: string
  service: string
  start: number
  end: number
}
/** One that a request of the process `at` made; `cause` is truth. */
interface Call extends Request {
  at: string
  cause: string
}

interface Process {
  requests: Request[]
  calls: Call[]
}

function readProcesses(path: string): Map<string, Process> {
  const out = new Map<string, Process>()
  const of = (name: string): Process => {
    let process = out.get(name)
    if (!process) out.set(name, (process = { requests: [], calls: [] }))
    return process
  }
  for (const { data } of ndjson<JaegerTrace>(path)) {
    const [{ traceID, spans, processes }] = data
    const byId = new Map(spans.map((span) => [span.spanID, span]))
    const serviceOf = (span: JaegerSpan): string => processes[span.processID]?.serviceName ?? ''
    const kindIs = (span: JaegerSpan): unknown => span.tags.find((tag) => tag.key === 'span.kind')?.value
    const parentOf = (span: JaegerSpan): JaegerSpan | undefined => byId.get(span.references.find((ref) => ref.refType === 'CHILD_OF')?.spanID ?? '')
    const isRequest = (span: JaegerSpan, parent: JaegerSpan | undefined): boolean =>
      kindIs(span) !== 'client' && (!parent || serviceOf(parent) !== serviceOf(span))
    for (const span of spans) {
      const kind = kindIs(span)
      const parent = parentOf(span)
      const request = {
        id: `${traceID}/${span.spanID}`,
        trace: traceID,
        operation: span.operationName,
        service: serviceOf(span),
        start: span.startTime,
        end: span.startTime + span.duration,
      }
      // A client span and its server span are two records of one call, and known to be. A span within the process of its parent is a call
      // to what records nothing, such as a store.
      if (isRequest(span, parent)) of(request.service).requests.push(request)
      if (!parent || kind === 'server') continue
      let cause = parent
      for (let up = parentOf(cause); up && !isRequest(cause, up); up = parentOf(cause)) cause = up
      of(serviceOf(parent)).calls.push({ ...request, at: serviceOf(parent), cause: `${traceID}/${cause.spanID}` })
    }
  }
  return out
}

const kindOf = (call: Call): string => `${call.service} ${call.operation}`

/** What stands for the engine's millisecond: it counts in those and thinks in seconds, and here calls take hundreds of microseconds. */
const UNIT_US = 5

/** Spans of one process are closed one after the other, a call now and then after what waited for it. */
const STICK_OUT_US = 10

function toInput(request: Request, service: string, lines: readonly LineInput[]): SpanInput {
  const from = request.start / UNIT_US
  const to = (request.end + STICK_OUT_US) / UNIT_US
  return {
    id: request.id,
    service,
    startMs: from,
    endMs: to,
    lines: [lineAt(request.start, `in ${request.operation}`), lineAt(request.end + STICK_OUT_US, 'out'), ...lines],
  }
}

const lineAt = (us: number, template: string): LineInput => ({ timeMs: us / UNIT_US, template, severity: 9, values: [] })

/** How often the calls of one request have to come in one order for it to be their order. */
const ORDERED = 0.95

/**
 * What other calls of a request say about when it makes one of `kind`: the begin or the end of another kind of call counts where it comes
 * on the same side of this one in nearly every request, and calls that run side by side count for nothing.
 */
function landmarks(process: Process, kind: string, believed: ReadonlyMap<string, string>): Map<string, LineInput[]> {
  const byCause = new Map<string, Call[]>()
  for (const call of process.calls) {
    const cause = believed.get(call.id)
    if (cause !== undefined) pushTo(byCause, cause, call)
  }
  const sides = new Map<string, { before: number; after: number; all: number }>()
  const eachMark = (calls: readonly Call[], take: (name: string, us: number) => void): void => {
    for (const call of calls) {
      if (kindOf(call) === kind) continue
      take(`call ${kindOf(call)}`, call.start)
      take(`back ${kindOf(call)}`, call.end)
    }
  }
  for (const calls of byCause.values()) {
    for (const mine of calls.filter((call) => kindOf(call) === kind)) {
      eachMark(calls, (name, us) => {
        let side = sides.get(name)
        if (!side) sides.set(name, (side = { before: 0, after: 0, all: 0 }))
        side.all++
        if (us <= mine.start) side.before++
        if (us >= mine.end) side.after++
      })
    }
  }
  const ordered = new Set([...sides].filter(([, { before, after, all }]) => Math.max(before, after) >= ORDERED * all).map(([name]) => name))
  const out = new Map<string, LineInput[]>()
  for (const [cause, calls] of byCause) eachMark(calls, (name, us) => ordered.has(name) && pushTo(out, cause, lineAt(us, name)))
  return out
}

/** The cause of each of `calls`, given which others each request is believed to have made. */
function linkCalls(process: Process, calls: readonly Call[], believed: ReadonlyMap<string, string>): Map<string, string> {
  const wanted = new Set(calls.map(({ id }) => id))
  const inside = landmarks(process, calls[0] ? kindOf(calls[0]) : '', believed)
  const isRequest = new Set(process.requests.map(({ id }) => id))
  const spans = process.requests.map((request) => toInput(request, `in ${request.operation}`, inside.get(request.id) ?? []))
  const certain: CertainLink[] = process.requests.filter(({ id }) => !wanted.has(id)).map(({ id }) => ({ effect: id, cause: null }))
  for (const call of calls) spans.push({ ...toInput(call, `call ${kindOf(call)}`, []), within: true })
  const model = fitModel({ spans, certain })
  const choices = new Map<string, Map<string, number>>()
  for (const link of scoreWindow(model, spans, certain)) {
    const of = choices.get(link.effect) ?? new Map<string, number>()
    for (const { cause, p } of [{ cause: link.cause, p: link.confidence }, ...link.alternatives]) if (cause !== null && isRequest.has(cause)) of.set(cause, p)
    choices.set(link.effect, of)
  }
  return assign(choices)
}

/**
 * One call of a kind a request: of all ways to give every effect one of its candidates, the likeliest, by augmenting paths (shortest first,
 * cost −ln p). An effect that finds none free stays with its likeliest.
 */
function assign(choices: ReadonlyMap<string, ReadonlyMap<string, number>>): Map<string, string> {
  const cost = (effect: string, cause: string): number => -Math.log(Math.max(1e-9, choices.get(effect)?.get(cause) ?? 0))
  const taken = new Map<string, string>()
  const given = new Map<string, string>()
  for (const effect of choices.keys()) {
    // Bellman-Ford over the few effects that compete for the same requests; `by` is who wants a request on the cheapest way to it.
    const reach = new Map<string, { cost: number; by: string }>()
    let front: [effect: string, spent: number][] = [[effect, 0]]
    for (let hop = 0; hop < 12 && front.length > 0; hop++) {
      const next: typeof front = []
      for (const [who, spent] of front) {
        for (const cause of choices.get(who)?.keys() ?? []) {
          if (given.get(who) === cause) continue
          const sum = spent + cost(who, cause)
          const known = reach.get(cause)
          if (known && known.cost <= sum + 1e-9) continue
          reach.set(cause, { cost: sum, by: who })
          const holder = taken.get(cause)
          if (holder !== undefined) next.push([holder, sum - cost(holder, cause)])
        }
      }
      front = next
    }
    const free = [...reach].filter(([cause]) => !taken.has(cause)).sort((x, y) => x[1].cost - y[1].cost)[0]
    let cause = free?.[0]
    for (let hop = 0; cause !== undefined && hop < 50; hop++) {
      const by = reach.get(cause)?.by ?? effect
      const before = given.get(by)
      given.set(by, cause)
      taken.set(cause, by)
      if (by === effect) break
      cause = before
    }
  }
  const out = new Map<string, string>()
  for (const [effect, of] of choices) {
    const likeliest = [...of].sort((x, y) => y[1] - x[1])[0]?.[0]
    const cause = given.get(effect) ?? likeliest
    if (cause !== undefined) out.set(effect, cause)
  }
  return out
}

/** TraceWeaver's own row for each set, in percent. */
const PUBLISHED = { 'hotel-25': 99.8, 'hotel-100': 97.9, 'hotel-150': 98.4, 'media-25': 96.5, 'media-75': 89.4 }
const SWEEPS = 3

/** Share of calls and of traces that are right: first each kind of call by itself, then again with what the others say, then all together. */
function score(processes: ReadonlyMap<string, Process>): { calls: number; traces: number } {
  const right = new Map<string, boolean>()
  let calls = 0
  let rightCalls = 0
  for (const process of processes.values()) {
    const kinds = groupBy(process.calls, kindOf)
    const believed = new Map<string, string>()
    for (let sweep = 0; sweep <= SWEEPS; sweep++)
      for (const of of kinds.values())
        for (const [id, cause] of linkCalls(process, of, sweep === 0 ? new Map<string, string>() : believed)) believed.set(id, cause)
    const requests = process.requests.map((request) => ({ ...request, kind: request.operation }))
    const made = matchTogether(
      requests,
      process.calls.map((call) => ({ ...call, kind: kindOf(call) })),
      believed,
    )
    for (const { id, cause, trace } of process.calls) {
      const isRight = made.get(id) === cause
      calls++
      if (isRight) rightCalls++
      right.set(trace, (right.get(trace) ?? true) && isRight)
    }
  }
  return { calls: rightCalls / calls, traces: [...right.values()].filter(Boolean).length / right.size }
}

/** Prints a row for each set. */
export function runTraceweaver(folder: string): void {
  const percent = (x: number): string => (100 * x).toFixed(1)
  console.log('| set | traces wholly right, % | TraceWeaver | calls right, % | s |')
  console.log('|---|---|---|---|---|')
  for (const [set, published] of Object.entries(PUBLISHED)) {
    const start = performance.now()
    const { calls, traces } = score(readProcesses(`${folder}${set}.jaeger.ndjson.gz`))
    console.log(`| ${set} | ${percent(traces)} | ${published} | ${percent(calls)} | ${((performance.now() - start) / 1000).toFixed(1)} |`)
  }
}
