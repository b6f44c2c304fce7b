/** The traces of one account and region: segment documents that come, are replaced, and become visible as the clock moves. */
import type { VirtualClock } from './clock'
import { AwsFault, type Place } from './fault'

export interface SegmentDocument {
  id: string
  trace_id: string
  name: string
  start_time: number
  end_time?: number
  in_progress?: boolean
  parent_id?: string
  [member: string]: unknown
}

export interface SegmentVersion {
  traceId: string
  segmentId: string
  /** The text as it was sent. */
  document: string
  value: SegmentDocument
  /** ms, when X-Ray took it: the trace's update time */
  updatedAt: number
  /** ms, from when on reads see it */
  visibleAt: number
}

export class TraceWorld {
  private readonly traces = new Map<string, SegmentVersion[]>()
  private readonly denied = new Set<string>()
  /** With Transaction Search on, BatchGetTraces finds nothing: the spans are in the log group aws/spans. */
  transactionSearch = false

  constructor(
    readonly place: Place,
    private readonly clock: VirtualClock,
  ) {}

  /** One document, taken by X-Ray at `atMs` (default: now) and seen by reads `indexMs` later. A later one of the same id replaces it. */
  put(document: SegmentDocument | string, { atMs = this.clock.nowMs(), indexMs = 0 }: { atMs?: number; indexMs?: number } = {}): void {
    const value = (typeof document === 'string' ? JSON.parse(document) : document) as SegmentDocument
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    const versions = this.traces.get(value.trace_id) ?? []
    versions.push({ traceId: value.trace_id, segmentId: value.id, document: text, value, updatedAt: atMs, visibleAt: atMs + indexMs })
    this.traces.set(value.trace_id, versions)
  }

  deny(action: string): void {
    this.denied.add(action)
  }

  allow(action: string): void {
    this.denied.delete(action)
  }

  require(who: string, action: string): void {
    if (!this.denied.has(action)) return
    throw new AwsFault(
      'AccessDeniedException',
      `User: ${who} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
      403,
    )
  }

  /** All versions that reads see now, by the time that X-Ray took them. */
  versions(traceId: string): SegmentVersion[] {
    const now = this.clock.nowMs()
    return (this.traces.get(traceId) ?? []).filter(({ visibleAt }) => visibleAt <= now).toSorted((a, b) => a.updatedAt - b.updatedAt)
  }

  /** The newest visible version of each segment. */
  current(traceId: string): SegmentVersion[] {
    return [...new Map(this.versions(traceId).map((version) => [version.segmentId, version])).values()]
  }

  ids(): string[] {
    return [...this.traces.keys()]
  }

  /** Everything that was ever put: what a poller is measured by. */
  issued(): SegmentVersion[] {
    return [...this.traces.values()].flat()
  }
}
