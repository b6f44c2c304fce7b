/** Calls of a process kind by kind, by lib/link/statistical: nothing is certain, and the order of calls is learned. */
import { pushTo } from '#lib/base/group'
import { fitModel } from '#lib/link/statistical/fit'
import { scoreWindow } from '#lib/link/statistical/score'
import type { CertainLink, LineInput, SpanInput } from '#lib/link/statistical/types'
import { kindOf, type Call, type Process, type Request } from './traceweaver-read'

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
export function linkCalls(process: Process, calls: readonly Call[], believed: ReadonlyMap<string, string>): Map<string, string> {
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
