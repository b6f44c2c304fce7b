/**
 * What the statistical tiers (B and C) read and give. Times are milliseconds since the epoch with their fraction, ids are opaque
 * strings that sort the same everywhere, values are hashed before they come here.
 */

export interface LineInput {
  timeMs: number
  /** Stable name of the line's template: the same text shape has the same name in every process. */
  template: string
  severity: number
  /** Hashes of the values in the line, as safe integers; what every second line has may be among them. */
  values: readonly number[]
  /** The field that each of `values` stands in, as a number; a value whose field is not known is told by its line alone. */
  fields?: readonly number[]
}

/** One unit of work that can cause and be caused: an execution, a gateway's request, a delivery. */
export interface SpanInput {
  id: string
  service: string
  /** Where the start is known; null where the first line is only its latest possible value. */
  startMs: number | null
  /** Where the end is known beyond the last line. */
  endMs: number | null
  /** In any order; a span without lines needs a start. */
  lines: readonly LineInput[]
  /** True where its cause is known to wait for it: it began before and ended after. */
  within?: boolean
}

/** What tier A proves: `cause` is the span that started `effect`, or null where `effect` is known to be a root. */
export interface CertainLink {
  effect: string
  cause: string | null
  /** True where all of the effect's transaction is known, as from a sampled trace: what its spans caused is then known as well. */
  traced?: boolean
}

/** A pair that people said is wrong: the cause is none of the effect's candidates. */
export interface ForbiddenPair {
  effect: string
  cause: string
}

export interface SealedSet {
  spans: readonly SpanInput[]
  certain: readonly CertainLink[]
}

export interface Candidate {
  /** Null is "outside": a root, or a cause that left no line. */
  cause: string | null
  p: number
}

export interface Evidence {
  /** Of `value`, the value is its hash in hex until the lines' text is at hand (adapt.ts, `namedValue`). */
  kind: 'delay' | 'return' | 'value' | 'fields' | 'carriers' | 'rivals'
  value: string
}

/** A value that decides for tier B. */
export interface SharedValue {
  /** As in LineInput.values. */
  hash: number
  /** First lines that it stands in, as indices into the spans' lines by time. */
  effectLine: number
  causeLine: number
  /** Spans around the effect that carry it, these two among them. */
  carriers: number
  /** The lines that it stands in on both sides and how such values flow, as people read it. */
  fields: string
}

/** The best cause found for one effect; its confidence says whether it may be shown. */
export interface StatisticalLink {
  effect: string
  cause: string
  /** The line of the cause before the call, as an index into its lines by time; -1 where the effect came before its first line. */
  causeLine: number
  tier: 'B' | 'C'
  /** Calibrated probability that `cause` is right. */
  confidence: number
  /** `shared-value` for tier B, `call-site` for tier C. */
  rule: string
  evidence: Evidence[]
  /** Of tier B: what effect and cause share. */
  value?: SharedValue
  /** True where no link of this kind could be tested: its confidence is that of kinds alike. */
  borrowed?: true
  /** The next best, at most three, same scale as `confidence`; a null cause is "outside". */
  alternatives: Candidate[]
  /** Content hash of the model that made it. */
  model: string
}
