/** Traces of one account and region, through the AWS SDK. Errors are the SDK's; nothing is retried here. */
import type { XRayClient } from '@aws-sdk/client-xray'
import { clientConfig, type AwsPlace } from '#lib/sources/aws/credentials'
import type { TraceDocuments } from './decode'

export interface TraceSummaryLine {
  id: string
  /** Grows with every document that X-Ray takes for the trace. */
  revision: number
  startMs: number
}

export interface SummaryWindow {
  fromMs: number
  /** exclusive */
  toMs: number
  /** What the window is on: when X-Ray last took something of the trace, or when the trace began. */
  by: 'update' | 'start'
}

export interface TraceReader {
  /** One page of a window's traces. An empty page with a token is no end. */
  summaries(window: SummaryWindow, token: string | null): Promise<{ items: TraceSummaryLine[]; token: string | null }>
  /** At most five ids a call. Whole traces: further pages are read along. */
  traces(ids: readonly string[]): Promise<{ traces: TraceDocuments[]; unprocessed: string[] }>
  close(): void
}

/** Ids that BatchGetTraces takes. */
export const TRACES_A_CALL = 5
/** Windows that GetTraceSummaries takes. */
export const WINDOW_MAX_MS = 6 * 3_600_000

/** The package is loaded with the first call: an instance without X-Ray never pays for it. */
export function createTraceReader(place: AwsPlace): TraceReader {
  let client: Promise<XRayClient> | undefined
  const connect = async (): Promise<XRayClient> => {
    const { XRayClient: Client } = await import('@aws-sdk/client-xray')
    return new Client(await clientConfig(place))
  }
  const connected = (): Promise<XRayClient> => (client ??= connect())
  return {
    async summaries({ fromMs, toMs, by }, token) {
      const { GetTraceSummariesCommand } = await import('@aws-sdk/client-xray')
      const TimeRangeType = by === 'update' ? 'Event' : 'TraceId'
      const window = { StartTime: new Date(fromMs), EndTime: new Date(toMs), TimeRangeType, Sampling: false } as const
      const page = await (await connected()).send(new GetTraceSummariesCommand({ ...window, NextToken: token ?? undefined }))
      const items = (page.TraceSummaries ?? []).flatMap(({ Id, Revision, Duration, StartTime }) => {
        if (Id === undefined) return []
        // Where no revision is told, a trace that became longer has grown; what else grows is found by fetching young traces again.
        return [{ id: Id, revision: Revision ?? Math.round((Duration ?? 0) * 1000), startMs: StartTime?.getTime() ?? startOfId(Id) }]
      })
      return { items, token: page.NextToken || null }
    },

    async traces(ids) {
      const { BatchGetTracesCommand } = await import('@aws-sdk/client-xray')
      const traces = new Map<string, TraceDocuments>()
      const unprocessed: string[] = []
      for (let token: string | undefined; ;) {
        const page = await (await connected()).send(new BatchGetTracesCommand({ TraceIds: [...ids], NextToken: token }))
        for (const { Id, Segments } of page.Traces ?? []) {
          if (Id === undefined) continue
          const trace = traces.get(Id) ?? { id: Id, segments: [] }
          traces.set(Id, trace)
          for (const segment of Segments ?? []) trace.segments.push({ id: segment.Id ?? '', document: segment.Document ?? '' })
        }
        unprocessed.push(...(page.UnprocessedTraceIds ?? []))
        token = page.NextToken || undefined
        if (token === undefined) return { traces: [...traces.values()], unprocessed }
      }
    },

    close() {
      void client?.then((made) => made.destroy()).catch(() => {})
    },
  }
}

/** The time in a trace's id, `1-<8 hex digits of seconds>-…`; 0 where there is none. */
function startOfId(id: string): number {
  const seconds = Number.parseInt(id.slice(2, 10), 16)
  return Number.isFinite(seconds) ? seconds * 1000 : 0
}
