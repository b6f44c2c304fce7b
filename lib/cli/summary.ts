/** What became of the files, in lines. Pure. */
import { ingestResult, problem } from '#lib/model/api'
import type { IngestResult } from '#lib/model/api'
import type { Outcome } from './http'
import { bytesInWords, countInWords, problemInWords, timeInWords } from './words'

/** Counts also come with an error that broke the body off. */
const refusal = problem.extend({ result: ingestResult.optional() })
type DataRange = NonNullable<IngestResult['data']>

export interface FileOutcome {
  label: string
  /** Null where nothing is known to be stored. */
  result: IngestResult | null
  /** Why it did not end well. */
  failure: string | null
  bytes: number
  elapsedMs: number
}

/** The last answer for a file as its outcome. */
export function readOutcome(outcome: Outcome, file: Pick<FileOutcome, 'label' | 'bytes' | 'elapsedMs'>): FileOutcome {
  if (outcome.kind !== 'answered') {
    const failure = outcome.kind === 'unreadable' ? outcome.reason : `not sent to its end: ${outcome.reason}`
    return { ...file, result: null, failure }
  }
  const { status, body } = outcome
  const result = ingestResult.safeParse(body)
  if (status === 200 && result.success) return { ...file, result: result.data, failure: misfit(result.data) }
  const refused = refusal.safeParse(body)
  if (refused.success) return { ...file, result: refused.data.result ?? null, failure: `${problemInWords(refused.data)} (status ${status})` }
  return { ...file, result: null, failure: `the server answered ${status} and nothing that can be read` }
}

/** The promise that every record is accounted for is checked, not believed. */
function misfit({ received, stored, duplicate, quarantined, rejected }: IngestResult): string | null {
  return received === stored + duplicate + quarantined + rejected ? null : 'the counts of the server don’t add up'
}

/** Everything of the file is stored, now or before. */
export function isWhole({ result, failure }: FileOutcome): boolean {
  return failure === null && result !== null && result.quarantined === 0 && result.rejected === 0
}

/** The server sends the first 100; more than a few lines would hide the next file. */
const ERRORS_SHOWN = 10

export function fileLines(file: FileOutcome): string[] {
  const { label, result, failure, bytes, elapsedMs } = file
  const lines: string[] = []
  if (result) lines.push(`${label}: ${countsInWords(result)} (${paceInWords(result, bytes, elapsedMs)})`)
  if (failure !== null) lines.push(result ? `  not whole: ${failure}` : `${label}: ${failure}`)
  if (!result) return lines
  for (const { line, code, message } of result.errors.slice(0, ERRORS_SHOWN)) lines.push(`  line ${line}: ${code}: ${message}`)
  const more = result.quarantined + result.rejected - Math.min(result.errors.length, ERRORS_SHOWN)
  if (more > 0) lines.push(`  and ${countInWords(more)} more`)
  return lines
}

/** `received 7 = stored 5 + duplicate 1 + quarantined 1 + rejected 0` */
export function countsInWords(result: IngestResult): string {
  const n = countInWords
  return `received ${n(result.received)} = stored ${n(result.stored)} + duplicate ${n(result.duplicate)} + quarantined ${n(result.quarantined)} + rejected ${n(result.rejected)}`
}

function paceInWords({ received }: IngestResult, bytes: number, elapsedMs: number): string {
  const pace = elapsedMs >= 1000 && received > 0 ? `, ${countInWords((received / elapsedMs) * 1000)} events/s` : ''
  return `${bytesInWords(bytes)} in ${timeInWords(elapsedMs)}${pace}`
}

/** The sum over files; their errors stay with them. */
export function totalOf(files: readonly FileOutcome[]): { result: IngestResult; bytes: number } {
  const result: IngestResult = { received: 0, stored: 0, duplicate: 0, quarantined: 0, rejected: 0, errors: [] }
  let bytes = 0
  for (const file of files) {
    bytes += file.bytes
    if (!file.result) continue
    for (const name of ['received', 'stored', 'duplicate', 'quarantined', 'rejected'] as const) result[name] += file.result[name]
    const range = unite(result.data, file.result.data)
    if (range) result.data = range
  }
  return { result, bytes }
}

/** The range that holds both. Compared as times: one may be written with more digits. */
function unite(a: DataRange | undefined, b: DataRange | undefined): DataRange | undefined {
  if (!a || !b) return a ?? b
  return {
    from: Date.parse(a.from) <= Date.parse(b.from) ? a.from : b.from,
    to: Date.parse(a.to) >= Date.parse(b.to) ? a.to : b.to,
  }
}

/** The page with the range of the data. */
export function pageAddress(address: string, range: DataRange | null | undefined): string {
  return range ? `${address}?${new URLSearchParams({ from: range.from, to: range.to }).toString()}` : address
}
