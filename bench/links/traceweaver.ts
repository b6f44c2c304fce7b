/**
 * TraceWeaver's data sets, solved in three stages: each kind of call of a process alone (lib/link/statistical), all calls of a request
 * together, then again in the light of what is believed of the other processes. Nothing is certain, and the order of calls is
 * learned. A trace is right when all its calls are.
 */
import { groupBy } from '#lib/base/group'
import { linkCalls } from './alone'
import { Stories, type Site } from './stories'
import { matchTogether } from './together'
import { kindOf, readAsPublished, readProcesses, type Process } from './traceweaver-read'

/** TraceWeaver's own row for each set, in percent. */
const PUBLISHED = { 'hotel-25': 99.8, 'hotel-100': 97.9, 'hotel-150': 98.4, 'media-25': 96.5, 'media-75': 89.4 }
const SWEEPS = 3
const PASSES = 2

type Processes = ReadonlyMap<string, Process>
/** The request of each call. */
type Belief = Map<string, string>

const siteOf = ({ requests, calls }: Process): Site => ({
  requests: requests.map((request) => ({ ...request, kind: request.operation })),
  calls: calls.map((call) => ({ ...call, kind: kindOf(call) })),
})

/** Each process by itself: first each kind of call, then again with what the other kinds say, then all of a request together. */
function byProcess(processes: Processes): Belief {
  const out: Belief = new Map()
  for (const process of processes.values()) {
    const alone: Belief = new Map()
    const kinds = [...groupBy(process.calls, kindOf).values()]
    for (let sweep = 0; sweep <= SWEEPS; sweep++)
      for (const calls of kinds) for (const [id, cause] of linkCalls(process, calls, sweep === 0 ? new Map<string, string>() : alone)) alone.set(id, cause)
    const { requests, calls } = siteOf(process)
    for (const [id, cause] of matchTogether(requests, calls, alone)) out.set(id, cause)
  }
  return out
}

/** Every process again in the light of the others, callees before their callers, where they tell anything. */
function inTheLight(processes: Processes, before: ReadonlyMap<string, string>): Belief {
  const believed = new Map(before)
  const sites = new Map([...calleesFirst(processes)].map((process) => [process, siteOf(process)]))
  for (let pass = 0; pass < PASSES; pass++) {
    for (const site of sites.values()) {
      const told = new Stories(sites.values(), believed).tell(site)
      if (kindsOf(told) === kindsOf(site)) continue
      for (const [id, cause] of matchTogether(told.requests, told.calls, believed)) believed.set(id, cause)
    }
  }
  return believed
}

/**
 * Where the method ends: each process in the light of the truth about all others, its chain learned from true traces. Those of the other half teach what
 * one is judged by, as labels would; with `itself` all do, and it is known beforehand.
 */
function oracle(processes: Processes, itself: boolean): Belief {
  const truth = new Map([...processes.values()].flatMap(({ calls }) => calls.map(({ id, cause }) => [id, cause])))
  const traces = new Set([...processes.values()].flatMap(({ requests }) => requests.map(({ trace }) => trace)))
  const half = new Map([...traces].map((trace, at) => [trace, at % 2]))
  const sites = [...processes.values()].map(siteOf)
  const out: Belief = new Map()
  for (const process of processes.values()) {
    const { requests, calls } = new Stories(sites, truth).tell(siteOf(process))
    for (const judged of itself ? [undefined] : [0, 1]) {
      const isJudged = ({ trace }: { trace: string }): boolean => judged === undefined || half.get(trace) === judged
      const teachers = new Set(process.requests.filter((request) => itself || !isJudged(request)).map(({ id }) => id))
      const made = matchTogether(requests, calls, truth, teachers)
      for (const call of process.calls) if (isJudged(call)) out.set(call.id, made.get(call.id) ?? '')
    }
  }
  return out
}

const kindsOf = ({ requests, calls }: Site): number => new Set(requests.map(({ kind }) => kind)).size + new Set(calls.map(({ kind }) => kind)).size

function calleesFirst(processes: Processes): Process[] {
  const out: Process[] = []
  const seen = new Set<Process>()
  const holder = new Map([...processes.values()].flatMap((process) => process.requests.map(({ id }) => [id, process])))
  const visit = (process: Process): void => {
    if (seen.has(process)) return
    seen.add(process)
    for (const { met } of process.calls) {
      const callee = met === undefined ? undefined : holder.get(met)
      if (callee) visit(callee)
    }
    out.push(process)
  }
  for (const process of processes.values()) visit(process)
  return out
}

interface Score {
  traces: number
  calls: number
  /** Traces with a wrong call, by process. */
  wrong: Map<string, number>
}

function score(processes: Processes, made: ReadonlyMap<string, string>): Score {
  const traces = new Map<string, boolean>()
  const wrong = new Map<string, number>()
  const calls = { right: 0, all: 0 }
  for (const [name, process] of processes) {
    const here = new Set<string>()
    for (const { id, cause, trace } of process.calls) {
      const isRight = made.get(id) === cause
      calls.all++
      if (isRight) calls.right++
      else here.add(trace)
      traces.set(trace, (traces.get(trace) ?? true) && isRight)
    }
    if (here.size > 0) wrong.set(name, here.size)
  }
  return { traces: [...traces.values()].filter(Boolean).length / traces.size, calls: calls.right / calls.all, wrong }
}

/** Prints a row for each set, and where its wrong traces lie. */
export function runTraceweaver(folder: string): void {
  const percent = (x: number): string => (100 * x).toFixed(1)
  console.log(
    '| set | as published scores it, % | TraceWeaver | every call of every process, % | each process by itself | oracle | it knows the judged | calls right, % | s |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|')
  const details: string[] = []
  for (const [set, published] of Object.entries(PUBLISHED)) {
    const path = `${folder}${set}.jaeger.ndjson.gz`
    const narrow = readAsPublished(path)
    const alike = score(narrow, byProcess(narrow)).traces
    const processes = readProcesses(path)
    const start = performance.now()
    const first = byProcess(processes)
    const made = score(processes, inTheLight(processes, first))
    const seconds = (performance.now() - start) / 1000
    const best = score(processes, oracle(processes, false))
    const knowing = score(processes, oracle(processes, true))
    const shares = [made.traces, score(processes, first).traces, best.traces, knowing.traces, made.calls]
    const cells = [percent(alike), published, ...shares.map(percent), seconds.toFixed(1)]
    console.log(`| ${set} | ${cells.join(' | ')} |`)
    const places = [...made.wrong].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${name} ${n} (${best.wrong.get(name) ?? 0})`)
    details.push(`${set}: traces wrong at each process (oracle): ${places.join(', ')}`)
  }
  console.log(`\n${details.join('\n')}`)
}
