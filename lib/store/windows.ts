/** Stretches of time as scoring reads them: log lines with their values, and what the exact rules say around them. */
import type { PoolClient } from 'pg'
import type { UnixNano } from '#lib/base/time'
import { arrayText } from '#lib/db/arrays'
import type { EventKey, Link } from '#lib/model/span'
import { unpackValues, VALUES_FORMAT, type LineValues } from './line-values'

export interface WindowLine extends EventKey {
  spanId: bigint
  groupId: bigint
  serviceId: bigint
  severity: number
  template: string
  /** See line-values.ts; null where they have to be read from the text. */
  values: LineValues | null
  /** Empty where the values are at hand. */
  body: string
  logGroup: string | null
}

interface LineRow {
  time_ns: bigint
  id: bigint
  span_id: bigint
  group_id: bigint
  service_id: bigint
  severity: number
  template_id: bigint | null
  line_values: Buffer | null
  body: string | null
  log_group: string | null
}

const LINES = `select e.time_ns, e.id, e.span_id, e.group_id, e.service_id, e.severity, e.template_id, e.line_values,
    case when e.line_values is null or get_byte(e.line_values, 0) <> ${VALUES_FORMAT} then e.body end as body, s.log_group
  from event e join log_stream s on s.id = e.stream_id`
/** Some 4 MB at once where there is text. */
const PIECE = 4_000

/** Texts of templates, each once in memory however many lines have it. They never change. */
const templates = new Map<bigint, string>()
const MOST_TEMPLATES = 50_000

async function toLines(client: PoolClient, rows: readonly LineRow[]): Promise<WindowLine[]> {
  if (templates.size > MOST_TEMPLATES) templates.clear()
  const missing = new Set(rows.flatMap((row) => (row.template_id === null || templates.has(row.template_id) ? [] : [row.template_id])))
  if (missing.size > 0) {
    const found = await client.query<{ id: bigint; text: string }>('select id, text from template where id = any($1)', [arrayText([...missing])])
    for (const { id, text } of found.rows) templates.set(id, text)
  }
  return rows.map(toLine)
}

/** Values of lines, each list once in memory: most lines have the same as many others. */
const lists = new Map<string, LineValues>()
const MOST_LISTS = 50_000

function valuesIn(bytes: Buffer | null): LineValues | null {
  if (bytes === null) return null
  const key = bytes.toString('latin1')
  const known = lists.get(key)
  if (known) return known
  const values = unpackValues(bytes)
  if (values === null) return null
  if (lists.size >= MOST_LISTS) lists.clear()
  lists.set(key, values)
  return values
}

function toLine(row: LineRow): WindowLine {
  return {
    timeNs: row.time_ns,
    id: row.id,
    spanId: row.span_id,
    groupId: row.group_id,
    serviceId: row.service_id,
    severity: row.severity,
    template: (row.template_id === null ? undefined : templates.get(row.template_id)) ?? '',
    values: valuesIn(row.line_values),
    body: row.body ?? '',
    logGroup: row.log_group,
  }
}

/** Log lines of spans between two times (the end is not part), piece by piece in order. Relies on event_key. */
export async function* linesBetween(client: PoolClient, fromNs: UnixNano, toNs: UnixNano): AsyncGenerator<WindowLine[]> {
  let place = { timeNs: fromNs, id: -(2n ** 63n) }
  for (;;) {
    const { rows } = await client.query<LineRow>(
      `${LINES} where e.form = 0 and e.span_id is not null and e.time_ns >= $1 and e.time_ns < $2 and (e.time_ns, e.id) > ($1, $3)
       order by e.time_ns, e.id limit $4`,
      [place.timeNs, toNs, place.id, PIECE],
    )
    if (rows.length > 0) yield await toLines(client, rows)
    const last = rows.at(-1)
    if (!last || rows.length < PIECE) return
    place = { timeNs: last.time_ns, id: last.id }
  }
}

/** Lines of these spans that lie outside of a window, as far away as `aroundNs`. Relies on event_group. */
export async function linesOutside(
  client: PoolClient,
  spans: readonly { id: bigint; groupId: bigint }[],
  window: { fromNs: UnixNano; toNs: UnixNano; aroundNs: bigint },
): Promise<WindowLine[]> {
  if (spans.length === 0) return []
  const { rows } = await client.query<LineRow>(
    `${LINES} where e.form = 0 and e.group_id = any($1) and e.span_id = any($2) and e.time_ns >= $3 and e.time_ns < $4 and not (e.time_ns >= $5 and e.time_ns < $6)
     order by e.time_ns, e.id`,
    [
      arrayText(spans.map((span) => span.groupId)),
      arrayText(spans.map((span) => span.id)),
      window.fromNs - window.aroundNs,
      window.toNs + window.aroundNs,
      window.fromNs,
      window.toNs,
    ],
  )
  return toLines(client, rows)
}

/** What statistics may learn from: no demoted rule's links, and no repetition, which is no cause. */
const CERTAIN = `link.tier <> 'K' and link.confidence >= 0.99`

/** Links that ids prove (of rules that are not demoted) from these spans upwards through spans that logged nothing. */
export async function exactAbove(client: PoolClient, spans: readonly bigint[]): Promise<{ cause: bigint; effect: bigint }[]> {
  const { rows } = await client.query<{ cause: bigint; effect: bigint }>(
    `with recursive up (span) as (
       select unnest($1::bigint[])
       union
       select above.cause from up cross join lateral (
         select link.cause from link join span on span.id = link.cause and span.event_count = 0
         where link.effect = up.span and link.model is null and ${CERTAIN} offset 0) above)
     select link.cause, link.effect from up cross join lateral (
       -- Each by its key: a planner takes a recursion for many more rows than it has, and would read the whole table.
       select cause, effect from link where link.effect = up.span and link.model is null and ${CERTAIN} offset 0) link`,
    [arrayText(spans)],
  )
  return rows
}

/** How many effects each of these causes has by ids. */
export async function exactEffects(client: PoolClient, causes: readonly bigint[]): Promise<Map<bigint, number>> {
  const { rows } = await client.query<{ cause: bigint; n: number }>(
    `select cause, count(*)::integer as n from link where cause = any($1) and model is null and ${CERTAIN} group by cause`,
    [arrayText(causes)],
  )
  return new Map(rows.map((row) => [row.cause, row.n]))
}

/** Traces of which a segment was recorded that starts between two times. Relies on span_start. */
export async function tracesRecorded(client: PoolClient, fromNs: UnixNano, toNs: UnixNano): Promise<Set<string>> {
  const { rows } = await client.query<{ trace_id: string }>(
    'select distinct trace_id from span where form = 3 and start_ns >= $1 and start_ns < $2 and trace_id is not null',
    [fromNs, toNs],
  )
  return new Set(rows.map((row) => row.trace_id))
}

interface LinkRow {
  cause: bigint
  effect: bigint
  kind: string
  tier: Link['tier']
  rule: string
  confidence: number
  evidence: Link['evidence']
}

/** The links of ids under these effects, whole. */
export async function exactUnder(client: PoolClient, effects: readonly bigint[]): Promise<Link[]> {
  const { rows } = await client.query<LinkRow>(
    'select cause, effect, kind, tier, rule, confidence, evidence from link where effect = any($1) and model is null',
    [arrayText(effects)],
  )
  return rows.map((row) => ({ ...row, causeEvent: null, effectEvent: null, alternatives: [] }))
}

/** Spans with lines that start between two times: their lines may come later. Relies on span_start. */
export async function spansStarting(client: PoolClient, fromNs: UnixNano, toNs: UnixNano): Promise<bigint[]> {
  const { rows } = await client.query<{ id: bigint }>('select id from span where start_ns >= $1 and start_ns < $2 and event_count > 0', [fromNs, toNs])
  return rows.map((row) => row.id)
}

/** The text of these events. Relies on event_key. */
export async function bodiesOf(client: PoolClient, keys: readonly EventKey[]): Promise<(EventKey & { body: string })[]> {
  const times = keys.map((key) => key.timeNs)
  const { rows } = await client.query<{ time_ns: bigint; id: bigint; body: string }>(
    `select event.time_ns, event.id, event.body from unnest($1::bigint[], $2::bigint[]) as wanted (time_ns, id)
     join event on event.time_ns = wanted.time_ns and event.id = wanted.id where event.time_ns between $3 and $4`,
    [arrayText(times), arrayText(keys.map((key) => key.id)), times.reduce((a, b) => (a < b ? a : b)), times.reduce((a, b) => (a > b ? a : b))],
  )
  return rows.map((row) => ({ timeNs: row.time_ns, id: row.id, body: row.body }))
}
