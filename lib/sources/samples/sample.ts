/** A row of the table of samples: what a file of real systems holds, written from the file, and what the product has to understand of it. */

export interface Sample {
  /** Units by what they are (ParsedEvent.format). */
  events: Record<string, number>
  /** Records that are refused, by code: nothing is lost without a word. */
  refused?: Record<string, number>
  /** Units that state no time. */
  untimed?: number
  /** `request …`, `trace …`, `message consumed …`, each once. */
  ids?: string[]
  /** `form kind:service`, with `n × ` where there are several; only their number where there are hundreds. Lines without a group are of NAME, here `sample`. */
  spans?: string[] | number
  /** `cause -> effect (rule)`, with `n × ` where there are several; only their number where there are hundreds. */
  links?: string[] | number
  /** Why lines stay text or JSON of no known meaning, or why a file holds no ids although it looks so. */
  why?: string
}

export type Samples = Record<string, Sample>

/** Files that hold the same. */
export function each(names: readonly string[], sample: Sample): Samples {
  return Object.fromEntries(names.map((name) => [name, sample]))
}

/** Lines that no rule makes more than a lone event: `n` events of NAME. */
export function lone(n: number): string[] {
  return n === 0 ? [] : [n === 1 ? 'event container:sample' : `${n} × event container:sample`]
}
