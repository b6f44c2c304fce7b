/**
 * What a service's lines lack for being linked and searched, told from a sample of them. A check counts only where the line could have had
 * it: a platform's own START is no line of the service.
 */
import type { Lint, LintCheck } from '#lib/model/quality'

export interface SampledLine {
  eventId: string
  text: string
  /** 0 where no level was found. */
  severity: number
  requestId: string | null
  /** Named values that the parser found in it. */
  fields: readonly { name: string; value: string }[]
  /** A line of the platform: START, END, REPORT, an access log. */
  platform: boolean
}

/** Names under which the parser puts what it recognises by form alone: a text with only these has no structure of its own. */
const BY_FORM = new Set(['uuid', 'arn', 'url', 'trace', 'ip', 'email', 'number', 'path', 'id'])
/** A share below this is a stray line. */
const LEAST_SHARE = 0.02
const EXAMPLE_MAX = 300

const PLACEHOLDER_IDS = [
  // The second column of Node's and Python's runtimes.
  /^\d{4}-\d\d-\d\dT[\d:.]+Z\s+(?:undefined|null|None)\s/,
  /(?:^|[^A-Za-z0-9])(?:[\w.-]{0,60}(?:Id|ID|[_.-]id)|id)["']?\s*[:=]\s*["']?(?:undefined|null|None|nil|-|n\/a|unknown|\[object Object\]|0{8}-0{4}-0{4}-0{4}-0{12}|0{16,})["']?(?=[\s,;})\]]|$)/,
]
/** A UUID that ends too early, a run of hex before an ellipsis, and what truncates says of itself. */
const CUT_IDS = [
  /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){1,3}[0-9a-f]{1,11}(?:\.{3}|…|$)/i,
  /\b(?=[0-9a-f]*\d)[0-9a-f]{6,31}(?:\.{3}|…)/i,
  /(?:^|[^A-Za-z0-9])(?:[\w.-]{0,60}(?:Id|ID|[_.-]id)|id)["']?\s*[:=]\s*["']?[\w-]{3,80}(?:\.{3}|…)/,
]

/** The checks that a line fails. */
export function lintLine(line: SampledLine): LintCheck[] {
  if (line.platform) return []
  const failed: LintCheck[] = []
  if (!line.fields.some(({ name }) => !BY_FORM.has(name))) failed.push('unstructured')
  const placeholder = PLACEHOLDER_IDS.some((pattern) => pattern.test(line.text))
  if (placeholder) failed.push('placeholder-id')
  else if (line.requestId === null && !line.fields.some(({ name }) => /(?:request|correlation|trace|invocation|execution)[_.-]?id$/i.test(name)))
    failed.push('no-request-id')
  if (CUT_IDS.some((pattern) => pattern.test(line.text))) failed.push('cut-id')
  if (line.severity === 0) failed.push('no-level')
  return failed
}

const ORDER: readonly LintCheck[] = ['placeholder-id', 'cut-id', 'no-request-id', 'unstructured', 'no-level']

/** Findings of one service, those that cost links first; of each the first line as the example. */
export function lintLines(lines: readonly SampledLine[]): Pick<Lint, 'sampled' | 'findings'> {
  const own = lines.filter((line) => !line.platform)
  const found = new Map<LintCheck, { count: number; first: SampledLine }>()
  for (const line of own) {
    for (const check of lintLine(line)) {
      const known = found.get(check)
      if (known) known.count++
      else found.set(check, { count: 1, first: line })
    }
  }
  const findings = ORDER.flatMap((check) => {
    const of = found.get(check)
    if (!of || of.count < LEAST_SHARE * own.length) return []
    return [{ check, count: of.count, example: of.first.text.slice(0, EXAMPLE_MAX), eventId: of.first.eventId }]
  })
  return { sampled: own.length, findings }
}
