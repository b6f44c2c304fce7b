/** Models: what was learned, and from which events. */
import type { PoolClient } from 'pg'
import type { UnixNano } from '#lib/base/time'
import { GROWTH, type Grid } from './linking'

/** `from` is inclusive, `to` exclusive. */
export interface SealedRange {
  fromNs: UnixNano
  toNs: UnixNano
}

export interface ModelRow {
  hash: string
  ranges: readonly SealedRange[]
  events: number
  spans: number
  labels: number
  grid: Grid
  /** The model itself, as JSON. */
  content: unknown
  ruleHealth: readonly unknown[]
}

/** What was counted when the sealed set was chosen. */
export interface Fitted {
  events: bigint
  segments: bigint
  relinkRequested: string | null
}

/** Puts a model in force. Requests and growth that came after the set was sealed stand. */
export async function putModel(client: PoolClient, model: ModelRow, fitted: Fitted): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `insert into link_model (version, hash, fitted_at, ranges, events, spans, labels, cell_ns, reach_ns, content, rule_health)
     select coalesce(max(version), 0) + 1, $1, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9 from link_model returning version`,
    [
      model.hash,
      JSON.stringify(model.ranges.map((range) => [String(range.fromNs), String(range.toNs)])),
      model.events,
      model.spans,
      model.labels,
      model.grid.cellNs,
      model.grid.reachNs,
      JSON.stringify(model.content),
      JSON.stringify(model.ruleHealth),
    ],
  )
  const version = rows[0]?.version
  if (version === undefined) throw new Error('link_model gave no version')
  await client.query(
    `update linking set model_version = $1::integer, fitted_events = $2::bigint, fitted_segments = $3::bigint,
       due_since = case when events > $2::bigint * ${GROWTH} or segments > $3::bigint * ${GROWTH} then clock_timestamp() end,
       relink_requested = case when relink_requested::text = $4 then null else relink_requested end`,
    [version, fitted.events, fitted.segments, fitted.relinkRequested],
  )
  return version
}

/** Models that no link, no cell and no page needs any more; the last ones stay, to be compared. */
const KEPT = 20

export async function dropOldModels(client: Pick<PoolClient, 'query'>): Promise<void> {
  await client.query(
    `delete from link_model where version <= (select max(version) from link_model) - $1 and not exists (select 1 from link where link.model = link_model.hash)`,
    [KEPT],
  )
}

/** The content of a version, as it was put. */
export async function readModelContent(client: Pick<PoolClient, 'query'>, version: number): Promise<unknown> {
  const { rows } = await client.query<{ content: unknown }>('select content from link_model where version = $1', [version])
  if (!rows[0]) throw new Error(`there is no model ${version}`)
  return rows[0].content
}

/** Events in slots of time, to choose a sealed set from. Relies on event_key alone. */
export interface Slot {
  fromNs: UnixNano
  logs: number
  segments: number
}

export async function countSlots(client: PoolClient, slotNs: bigint): Promise<Slot[]> {
  const { rows } = await client.query<{ from_ns: bigint; logs: number; segments: number }>(
    `select time_ns / $1 * $1 as from_ns, count(*) filter (where form = 0)::integer as logs, count(*) filter (where form = 1)::integer as segments
     from event group by 1 order by 1`,
    [slotNs],
  )
  return rows.map((row) => ({ fromNs: row.from_ns, logs: row.logs, segments: row.segments }))
}
