/**
 * Reads a data set whose log lines are `<ISO>\t<RequestId>\t<LEVEL>\t<text>` (trainticket): one span an execution, labels from the
 * sampled X-Ray documents. Truth is read apart, by the scorer only.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { CertainLink, LineInput, SpanInput } from '#lib/link/statistical/types'
import { maskTemplate, maskValues } from './mask'

export function* ndjson<T>(path: string): Generator<T> {
  for (const line of gunzipSync(readFileSync(path)).toString('utf8').split('\n')) if (line !== '') yield JSON.parse(line) as T
}

interface LogLine {
  logGroup: string
  logStream: string
  timestamp: number
  message: string
  eventId: string
}
interface Segment {
  id: string
  parent_id?: string
  aws?: { request_id?: string }
}

/** What a run spoils on purpose; deterministic by `seed`. */
export interface Damage {
  cutId: number
  lost: number
  skewMs: number
  seed: number
}

function random(seed: number): () => number {
  let s = seed >>> 0
  return () => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export function readSpans(folder: string, damage?: Damage): SpanInput[] {
  const bySpan = new Map<string, { service: string; lines: LineInput[] }>()
  const rnd = random(damage?.seed ?? 1)
  const skew = new Map<string, number>()
  for (const log of ndjson<LogLine>(`${folder}/logs.ndjson.gz`)) {
    const [, requestId = '', level, ...rest] = log.message.split('\t')
    const service = log.logGroup.replace('/aws/lambda/', '')
    let timeMs = log.timestamp
    if (damage) {
      let off = skew.get(service)
      if (off === undefined) skew.set(service, (off = Math.round((rnd() * 2 - 1) * damage.skewMs)))
      const lost = rnd() < damage.lost
      const cut = rnd() < damage.cutId
      if (lost || cut) continue
      timeMs += off
    }
    let span = bySpan.get(requestId)
    if (!span) bySpan.set(requestId, (span = { service, lines: [] }))
    const text = rest.join('\t')
    const severity = level === 'ERROR' ? 17 : level === 'WARN' ? 13 : 9
    span.lines.push({ timeMs, template: maskTemplate(text), severity, values: maskValues(text) })
  }
  return [...bySpan].map(([id, { service, lines }]) => ({ id, service, startMs: null, endMs: null, lines }))
}

/** The links between executions that the sampled documents prove; a root where no ancestor is an execution. */
export function readCertain(folder: string): CertainLink[] {
  const out: CertainLink[] = []
  for (const trace of ndjson<{ Segments: { Document: string }[] }>(`${folder}/xray.ndjson.gz`)) {
    const docs = new Map(trace.Segments.map((s) => JSON.parse(s.Document) as Segment).map((d) => [d.id, d]))
    for (const doc of docs.values()) {
      const effect = doc.aws?.request_id
      if (!effect) continue
      let at = doc.parent_id ? docs.get(doc.parent_id) : undefined
      while (at && !at.aws?.request_id) at = at.parent_id ? docs.get(at.parent_id) : undefined
      out.push({ effect, cause: at?.aws?.request_id ?? null })
    }
  }
  return out
}

export interface TruthRow {
  requestId: string
  trace: string
  parent: string | null
  service: string
  sampled: boolean
}
export const readTruth = (folder: string): TruthRow[] => [...ndjson<TruthRow>(`${folder}/truth.ndjson.gz`)]
