/**
 * Links between spans -> links between the executions that truth names. A span is named by its request id, where truth knows one
 * execution of it, else by the event that proves one of its links; what carries (a queue, a topic, a delivery) and what truth doesn't
 * know (a segment) is passed through: confidence is multiplied, the weakest tier stays.
 *
 *   checkout ──A 1──▶ (orders queue) ──C 0.9──▶ payment        counts as checkout ──C 0.9──▶ payment
 */
import { isCarrierKind } from '#lib/model/carriers'
import type { LinkItem } from '#lib/model/api'
import type { Predicted } from './measure'
import type { ExecutionNames } from './truth'

export type SpanLink = Pick<LinkItem, 'tier' | 'confidence'> & {
  cause: SpanEnd
  effect: SpanEnd
  alternatives: readonly { spanId: string; confidence: number }[]
}
type SpanEnd = Pick<LinkItem['cause'], 'spanId' | 'sourceEventId' | 'requestId'> & { kind?: string | undefined }
type Strength = Predicted['tier']

interface Above {
  cause: number
  confidence: number
  tier: Strength
  alternatives: { span: number; confidence: number }[]
}

interface Reached {
  cause: string
  confidence: number
  tier: Strength
}

/** Hops through spans that truth doesn't know. Chains of carriers are short; a longer one is a loop of someone's segments. */
const MOST_HOPS = 32

/** Keeps of each link its ends, confidence, tier and alternatives, and nothing of its evidence. */
export class ExecutionLinks {
  /** Links taken, K left out: a shared key claims no direction. */
  taken = 0
  private readonly spans = new Map<string, number>()
  /** By span: the execution it is, once known. */
  private readonly names: (string | undefined)[] = []
  private readonly carriers = new Set<number>()
  private readonly above: (Above[] | undefined)[] = []
  private readonly byRequest = new Map<string, string[]>()
  private readonly byEvent = new Map<string, string>()

  constructor(executions: ReadonlyMap<string, ExecutionNames>) {
    for (const [exec, { requestId, eventIds }] of executions) {
      if (requestId !== null) this.byRequest.set(requestId, [...(this.byRequest.get(requestId) ?? []), exec])
      for (const id of eventIds) this.byEvent.set(id, exec)
    }
  }

  add(link: SpanLink): void {
    if (link.tier === 'K') return
    this.taken++
    const effect = this.spanOf(link.effect)
    const above: Above = {
      cause: this.spanOf(link.cause),
      confidence: link.confidence,
      tier: link.tier,
      alternatives: link.alternatives.map(({ spanId, confidence }) => ({ span: this.indexOf(spanId), confidence })),
    }
    const list = this.above[effect]
    if (list) list.push(above)
    else this.above[effect] = [above]
  }

  /** Links of every execution that is somebody's effect, the likelier cause first; and how many executions of truth were seen. */
  finish(): { predicted: Predicted[]; seen: number } {
    const spansOf = new Map<string, number[]>()
    this.names.forEach((exec, span) => {
      if (exec !== undefined) spansOf.set(exec, [...(spansOf.get(exec) ?? []), span])
    })
    const predicted = [...spansOf].flatMap(([exec, spans]) => this.predictedOf(exec, spans))
    return { predicted, seen: spansOf.size }
  }

  private indexOf(spanId: string): number {
    let at = this.spans.get(spanId)
    if (at === undefined) {
      at = this.names.length
      this.spans.set(spanId, at)
      this.names.push(undefined)
      this.above.push(undefined)
    }
    return at
  }

  private spanOf(end: SpanEnd): number {
    const at = this.indexOf(end.spanId)
    if (this.names[at] !== undefined || this.carriers.has(at)) return at
    if (end.kind !== undefined && isCarrierKind(end.kind)) this.carriers.add(at)
    else this.names[at] = this.execOf(end)
    return at
  }

  /** Attempts share a request id: then only an event tells which it is. */
  private execOf({ requestId, sourceEventId }: SpanEnd): string | undefined {
    const execs = requestId === null ? undefined : this.byRequest.get(requestId)
    if (execs?.length === 1) return execs[0]
    const exec = sourceEventId === null ? undefined : this.byEvent.get(sourceEventId)
    if (!execs) return exec
    return exec !== undefined && execs.includes(exec) ? exec : undefined
  }

  private predictedOf(exec: string, spans: readonly number[]): Predicted[] {
    const chosen = new Map<string, Reached>()
    const others = new Map<string, number>()
    const links = spans.flatMap((span) => this.above[span] ?? [])
    const climb = (span: number, start: Omit<Reached, 'cause'>, found: (reached: Reached) => void): void => {
      for (const reached of this.nearest(exec, span, start)) found(reached)
    }
    for (const link of links) {
      climb(link.cause, link, (reached) => {
        const known = chosen.get(reached.cause)
        if (!known || isStronger(reached, known)) chosen.set(reached.cause, reached)
      })
      for (const { span, confidence } of link.alternatives)
        climb(span, { confidence, tier: link.tier }, ({ cause, confidence: p }) => others.set(cause, Math.max(p, others.get(cause) ?? 0)))
    }
    const best = [...chosen.values()].sort((a, b) => b.confidence - a.confidence || (a.cause < b.cause ? -1 : 1))
    const given = new Set(best.map(({ cause }) => cause))
    const alternatives = [...others].flatMap(([cause, p]) => (given.has(cause) ? [] : [{ cause, p }]))
    return best.map((link) => ({ effect: exec, ...link, alternatives: withOutside(link.confidence, alternatives) }))
  }

  /** The nearest executions at or above a span, by all ways; spans of the execution itself are passed through too. */
  private nearest(exec: string, from: number, start: Omit<Reached, 'cause'>): Reached[] {
    const found: Reached[] = []
    const seen = new Set<number>([from])
    let front = [{ span: from, confidence: start.confidence, tier: start.tier }]
    for (let hop = 0; hop < MOST_HOPS && front.length > 0; hop++) {
      const next: typeof front = []
      for (const { span, confidence, tier } of front) {
        const name = this.names[span]
        if (name !== undefined && name !== exec) {
          found.push({ cause: name, confidence, tier })
          continue
        }
        // The execution's own links are looked at in their turn.
        if (name === exec) continue
        for (const link of this.above[span] ?? []) {
          if (seen.has(link.cause)) continue
          seen.add(link.cause)
          next.push({ span: link.cause, confidence: confidence * link.confidence, tier: weaker(tier, link.tier) })
        }
      }
      front = next
    }
    return found
  }
}

const weaker = (a: Strength, b: Strength): Strength => (a > b ? a : b)
const isStronger = (a: Reached, b: Reached): boolean => a.confidence > b.confidence || (a.confidence === b.confidence && a.tier < b.tier)

/** What the candidates leave of 1 is for "no cause at all": the answer names causes only. */
function withOutside(confidence: number, others: { cause: string; p: number }[]): Predicted['alternatives'] {
  const rest = others.reduce((left, { p }) => left - p, 1 - confidence)
  const all: Predicted['alternatives'] = [...others]
  if (rest > 1e-6) all.push({ cause: null, p: rest })
  return all.sort((a, b) => b.p - a.p || (a.cause ?? '').localeCompare(b.cause ?? ''))
}
