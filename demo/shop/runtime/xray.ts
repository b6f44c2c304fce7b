import type { Random } from './random'

/** The trace that a piece of work runs in. `parent` is the segment that the work was called from, where one exists. */
export interface TraceContext {
  root: string
  parent?: string
  sampled: boolean
}

export interface Subsegment {
  id: string
  name: string
  start_time: number
  end_time: number
  [field: string]: unknown
}

/** What BatchGetTraces gives: one line of xray.ndjson. */
export interface Trace {
  Id: string
  Duration: number
  LimitExceeded: boolean
  Segments: { Id: string; Document: string }[]
}

export interface XRay {
  /** Begins a trace at a root: sampled at the platform's rate. */
  begin(at: number): TraceContext
  segmentId(): string
  put(document: { id: string; trace_id: string; start_time: number; end_time: number; [field: string]: unknown }): void
  /** The documents that were put since the last call, by trace. */
  take(): Trace[]
}

/** X-Ray's seconds, to the µs. */
export const seconds = (ms: number): number => Math.round(ms * 1000) / 1e6

/** The header as services pass it on and Lambda puts it in the environment. */
export function traceHeader(trace: TraceContext, self?: string): string {
  const parent = self ?? trace.parent
  return `Root=${trace.root}${parent === undefined ? '' : `;Parent=${parent}`};Sampled=${trace.sampled ? 1 : 0}`
}

export function createXRay(random: Random, sampleRate: number): XRay {
  const documents = new Map<string, { id: string; start: number; end: number; document: string }[]>()
  return {
    begin(at) {
      return { root: `1-${Math.floor(at / 1000).toString(16)}-${random.hex(24)}`, sampled: random.chance(sampleRate) }
    },
    segmentId: () => random.hex(16),
    put(document) {
      const list = documents.get(document.trace_id) ?? []
      documents.set(document.trace_id, list)
      list.push({ id: document.id, start: document.start_time, end: document.end_time, document: JSON.stringify(document) })
    },
    take() {
      const taken = [...documents]
      documents.clear()
      return taken.map(([id, list]) => {
        const segments = [...list].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1))
        const duration = Math.max(...segments.map(({ end }) => end)) - Math.min(...segments.map(({ start }) => start))
        return {
          Id: id,
          Duration: Math.round(duration * 1000) / 1000,
          LimitExceeded: false,
          Segments: segments.map((s) => ({ Id: s.id, Document: s.document })),
        }
      })
    },
  }
}
