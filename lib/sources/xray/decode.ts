/**
 * What BatchGetTraces answers, as records: one a segment document, its text as X-Ray sent it, so that a trace that was polled and one that was
 * imported from a file are the same. https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html
 */
import { encodeUtf8 } from '#lib/base/text-bytes'
import type { RawRecord, RefusedRecord } from '#lib/model/event'
import { createBodyDecoder } from '#lib/sources/http/decode'

export interface TraceDocuments {
  id: string
  segments: { id: string; document: string }[]
}

/** `nowMs`: a segment that begins more than a day after it is refused. */
export function traceRecords(traces: readonly TraceDocuments[], nowMs: number): (RawRecord | RefusedRecord)[] {
  const decoder = createBodyDecoder({ nowMs })
  const lines = traces.map(({ id, segments }) => {
    const Segments = segments.map((segment) => ({ Id: segment.id, Document: segment.document }))
    return JSON.stringify({ Id: id, Segments })
  })
  return [...decoder.push(encodeUtf8(lines.join('\n'))), ...decoder.end()]
}

export interface TraceState {
  /** A segment says that it has not ended. */
  open: boolean
  /** ms, the last time that any segment names */
  lastMs: number
}

/** Whether more of a trace may come, as far as its documents tell; broken ones tell nothing. */
export function traceState({ segments }: TraceDocuments): TraceState {
  const state: TraceState = { open: false, lastMs: 0 }
  for (const { document } of segments) {
    if (/"in_progress"\s*:\s*true/.test(document)) state.open = true
    for (const [, seconds] of document.matchAll(/"(?:end_time|start_time)"\s*:\s*([\d.eE+]+)/g)) {
      const ms = Number(seconds) * 1000
      if (ms > state.lastMs) state.lastMs = ms
    }
  }
  return state
}
