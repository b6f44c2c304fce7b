/** Every query key, from one place: the validated parameters are the key, so that equal questions share one answer. */
import type { Params } from './api'

export const keys = {
  status: ['status'] as const,
  demo: ['demo'] as const,
  quarantine: ['quarantine'] as const,
  accessFormats: ['access-formats'] as const,
  map: (params: Params) => ['map', params] as const,
  series: (params: Params) => ['series', params] as const,
  service: (id: string, params: Params) => ['service', id, params] as const,
  linkFeedback: ['link-feedback'] as const,
  keySet: (field: string, value: string) => ['key-set', field, value] as const,
  quality: (params: Params) => ['quality', params] as const,
  sources: (params: Params) => ['sources', params] as const,
  fields: (prefix: string) => ['fields', prefix] as const,
  fieldValues: (field: string, prefix: string) => ['field-values', field, prefix] as const,
  transactions: (params: Params) => ['transactions', params] as const,
  transaction: (id: string) => ['transaction', id] as const,
  facets: (params: Params) => ['facets', params] as const,
  events: (params: Params) => ['events', params] as const,
  event: (id: string) => ['event', id] as const,
  // What belongs to a connection lies under its key, so that a change refreshes all of it.
  connections: ['connections'] as const,
  connectionGroups: (id: string) => ['connections', id, 'groups'] as const,
  backfills: (id: string) => ['connections', id, 'backfills'] as const,
  policy: (draft: unknown) => ['policy', draft] as const,
  estimate: (request: unknown) => ['estimate', request] as const,
}
