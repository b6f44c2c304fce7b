/** The names that the search knows by itself. Every other name is a field of the logs; a quoted name always is: `"status":404`. */

export interface BuiltInField {
  name: string
  /** What it asks, for the completion menu. */
  about: string
  /** The values there are, where they are few and known. */
  values?: readonly string[]
  /** What the completion offers values of, where the data has them. */
  listed?: 'service' | 'source' | 'name' | 'outcome'
}

export const STATUSES = ['ok', 'error', 'running', 'unknown'] as const
export const KINDS = ['function', 'gateway', 'queue', 'topic', 'bus', 'stream', 'table', 'bucket', 'workflow', 'container', 'external'] as const

/** Lowest severity number of each level (OpenTelemetry, Logs Data Model, Severity Fields); a level ends where the next begins. */
export const LEVELS = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const
/** Other words for levels, as runtimes print them. */
export const LEVEL_ALIASES: Record<string, keyof typeof LEVELS> = { warning: 'warn', err: 'error', critical: 'fatal', panic: 'fatal', notice: 'info' }

export const BUILT_IN_FIELDS: readonly BuiltInField[] = [
  { name: 'status', about: 'outcome of the transaction', values: STATUSES },
  { name: 'service', about: 'a service that the transaction went through', listed: 'service' },
  { name: 'level', about: 'level of a line; level:>=warn for it or worse', values: Object.keys(LEVELS) },
  { name: 'name', about: 'what the transaction did first, like "POST /checkout"', listed: 'name' },
  { name: 'kind', about: 'kind of a service that it went through', values: KINDS },
  { name: 'duration', about: 'of the transaction: duration:>500, duration:<2s' },
  { name: 'outcome', about: 'business outcome that a log names', listed: 'outcome' },
  { name: 'trace', about: 'X-Ray or OpenTelemetry trace id' },
  { name: 'request', about: 'request id of an execution' },
  { name: 'template', about: 'words of a log message that do not vary' },
  { name: 'source', about: 'log group, file or sender that events came from', listed: 'source' },
  { name: 'id', about: 'id of a transaction, span or event' },
]

const UNITS_NS = { us: 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9, h: 3600e9 } as const

/** A duration as nanoseconds: `500` and `500ms`, `2s`, `1.5m`, `1h`; null where it is none. */
export function parseDurationNs(text: string): bigint | null {
  const match = /^(\d{1,12}(?:\.\d{1,9})?)(us|ms|s|m|min|h)?$/.exec(text)
  if (!match?.[1]) return null
  const unit = UNITS_NS[(match[2] ?? 'ms') as keyof typeof UNITS_NS]
  return BigInt(Math.round(Number(match[1]) * unit))
}

/** Severity numbers from (inclusive) and to (exclusive) of a level's name; null where it is none. */
export function levelRange(text: string): { from: number; to: number } | null {
  const word = text.toLowerCase()
  const name = LEVEL_ALIASES[word] ?? (Object.hasOwn(LEVELS, word) ? (word as keyof typeof LEVELS) : null)
  if (!name) return null
  return { from: LEVELS[name], to: LEVELS[name] + 4 }
}
