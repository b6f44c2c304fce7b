/** Services that carry messages or data for others: a span of theirs is never an execution. */
import type { ServiceKind } from './event'

const CARRIERS: ReadonlySet<string> = new Set<ServiceKind>(['queue', 'topic', 'bus', 'stream', 'table', 'bucket'])

export const isCarrierKind = (kind: string): boolean => CARRIERS.has(kind)
