/** Where linking stands: one row, so that whoever goes on after a kill knows what is left. */
import type { PoolClient } from 'pg'
import type { UnixNano } from '#lib/base/time'

export interface Linking {
  modelVersion: number | null
  /** Through the exact rules since the beginning, and the segment documents among them. */
  events: bigint
  segments: bigint
  relinkRequested: string | null
  /** Nothing came through the exact rules for this long. */
  idleMs: number
  /** Since when there is enough new for another fit; null while there is not. */
  dueMs: number | null
  /** How old the model in force is, null where there is none, and how many events there were when it was fitted. */
  modelAgeMs: number | null
  fittedEvents: bigint
  newestNs: UnixNano | null
  /** Events that still wait for the exact rules. */
  waiting: bigint
  skipping: boolean
}

/** Growth after which a model is fitted anew: what it was learned from is then no longer what is there. */
export const GROWTH = 1.05

interface LinkingRow {
  model_version: number | null
  events: bigint
  segments: bigint
  relink_requested: string | null
  idle_ms: number
  due_ms: number | null
  model_age_ms: number | null
  fitted_events: bigint
  newest_ns: bigint | null
  waiting: bigint
  skipping: boolean
}

/** Relies on ingest_batch_open for what waits. */
export async function readLinking(client: Pick<PoolClient, 'query'>): Promise<Linking> {
  const { rows } = await client.query<LinkingRow>(
    `select model_version, events, segments, relink_requested::text, newest_ns, skipping, fitted_events,
       (select extract(epoch from clock_timestamp() - fitted_at)::float8 * 1000 from link_model where version = model_version) as model_age_ms,
       extract(epoch from clock_timestamp() - changed_at)::float8 * 1000 as idle_ms,
       extract(epoch from clock_timestamp() - due_since)::float8 * 1000 as due_ms,
       (select coalesce(sum(events), 0)::bigint from ingest_batch where linked_at is null) as waiting
     from linking`,
  )
  const row = rows[0]
  if (!row) throw new Error('the table linking has lost its row')
  return {
    modelVersion: row.model_version,
    events: row.events,
    segments: row.segments,
    relinkRequested: row.relink_requested,
    idleMs: row.idle_ms,
    dueMs: row.due_ms,
    modelAgeMs: row.model_age_ms,
    fittedEvents: row.fitted_events,
    newestNs: row.newest_ns,
    waiting: row.waiting,
    skipping: row.skipping,
  }
}

/** Counts what a round took through the exact rules, and notes when that is enough for another fit. */
export async function noteLinked(client: PoolClient, counted: { events: number; segments: number; newestNs: UnixNano }): Promise<void> {
  await client.query(
    `update linking set events = events + $1::bigint, segments = segments + $2::bigint, newest_ns = greatest(newest_ns, $3), changed_at = clock_timestamp(),
       due_since = coalesce(due_since, case
         when model_version is null or events + $1::bigint > fitted_events * ${GROWTH} or segments + $2::bigint > fitted_segments * ${GROWTH}
         then clock_timestamp() end)`,
    [counted.events, counted.segments, counted.newestNs],
  )
}

/** Asks for everything to be fitted and scored again once all that is stored went through the exact rules. */
export async function requestRelink(client: Pick<PoolClient, 'query'>): Promise<void> {
  await client.query('update linking set relink_requested = clock_timestamp()')
}

/** As it was before the first event. */
export async function forgetLinking(client: PoolClient): Promise<void> {
  await client.query(
    `update linking set model_version = null, events = 0, segments = 0, fitted_events = 0, fitted_segments = 0, newest_ns = null, due_since = null,
       relink_requested = null`,
  )
}

export async function setSkipping(client: Pick<PoolClient, 'query'>, skipping: boolean): Promise<void> {
  await client.query('update linking set skipping = $1 where skipping <> $1', [skipping])
}

/** The grid of the model in force: how time is cut, and how far a cell looks. */
export interface Grid {
  cellNs: bigint
  reachNs: bigint
}

/** What a round of exact linking needs of the model in force. */
export async function readGrid(client: PoolClient): Promise<{ grid: Grid | null; demotions: ReadonlyMap<string, number> }> {
  const { rows } = await client.query<{ cell_ns: bigint; reach_ns: bigint; demotions: Record<string, number> | null }>(
    `select cell_ns, reach_ns,
       (select jsonb_object_agg(health ->> 'rule', 1 - (health ->> 'high')::float8) from jsonb_array_elements(rule_health) as health
        where (health ->> 'demoted')::boolean) as demotions
     from linking join link_model on version = model_version`,
  )
  const row = rows[0]
  return { grid: row ? { cellNs: row.cell_ns, reachNs: row.reach_ns } : null, demotions: new Map(Object.entries(row?.demotions ?? {})) }
}
