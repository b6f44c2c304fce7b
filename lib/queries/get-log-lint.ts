/** What the lines of each service lack, from a sample: slices spread over the range, and lines of every template for services that they missed. */
import { hash64 } from '#lib/base/hash'
import type { TimeRange } from '#lib/base/time-range'
import { sql, type Sql } from '#lib/db/sql'
import { lintLines, type SampledLine } from '#lib/graph/log-lint'
import { groupBy } from '#lib/base/group'
import { idToHex } from '#lib/base/hash'
import type { Lint } from '#lib/model/quality'
import { templateTerm } from '#lib/model/terms'
import { EVENT_DETAIL_COLUMNS, EVENT_TABLES, eventIdToHex, type EventDetailRow, fieldsOf } from './event-items'
import type { Db } from './read'
import type { Services } from './services'

const SLICES = 32
const LINES_OF_SLICE = 60
/** A service with fewer lines in the sample than this is looked for by its templates. */
const LEAST_LINES = 20
const TEMPLATES = 12
const LINES_OF_TEMPLATE = 4
const MOST_RARE = 60

type LineRow = EventDetailRow & { marker: boolean }

export async function getLogLint(db: Db, range: TimeRange, services: Services): Promise<Lint[]> {
  const spread = await sliced(db, range)
  const nodeOf = (row: LineRow): bigint => services.of(row.service_id).id
  const byNode = groupBy(spread, nodeOf)
  const rare = services.ids.filter((id) => (byNode.get(services.of(id).id)?.length ?? 0) < LEAST_LINES).slice(0, MOST_RARE)
  const known = new Set(spread.map((row) => eventIdToHex(row.time_ns, row.id)))
  for (const row of await byTemplates(db, range, rare)) {
    if (known.has(eventIdToHex(row.time_ns, row.id))) continue
    byNode.set(nodeOf(row), [...(byNode.get(nodeOf(row)) ?? []), row])
  }
  return [...byNode.values()]
    .flatMap((rows): Lint[] => {
      const node = rows[0] && services.of(rows[0].service_id)
      const found = lintLines(rows.map((row) => toLine(row, node?.kind === 'gateway')))
      if (!node || found.sampled === 0) return []
      return [{ service: { id: idToHex(node.id), name: node.name, kind: node.kind }, ...found }]
    })
    .sort((a, b) => weightOf(b) - weightOf(a) || (a.service.name < b.service.name ? -1 : 1))
}

/** Those that cost links first: shares of the lines, with an id that is none counted most. */
function weightOf({ sampled, findings }: Lint): number {
  const cost: Record<string, number> = { 'placeholder-id': 4, 'cut-id': 4, 'no-request-id': 3, unstructured: 1, 'no-level': 1 }
  return findings.reduce((sum, { check, count }) => sum + ((cost[check] ?? 1) * count) / sampled, 0)
}

function toLine(row: LineRow, gateway: boolean): SampledLine {
  const platform = row.marker || gateway
  return {
    eventId: eventIdToHex(row.time_ns, row.id),
    text: row.body,
    severity: row.severity,
    requestId: row.request_id,
    fields: platform ? [] : fieldsOf(row),
    platform,
  }
}

/** A line that the platform wrote bears a marker, or describes a span of its own. */
const COLUMNS = sql`${EVENT_DETAIL_COLUMNS}, coalesce(e.facts ? 'marker' or e.facts ? 'own', false) as marker`

/** Relies on event_key. */
function sliced(db: Db, range: TimeRange): Promise<LineRow[]> {
  return db.rows<LineRow>(sql`
    with ends as (
      select greatest(${range.fromNs}, min(first_ns)) as from_ns, least(${range.toNs}, max(last_ns) + 1) as to_ns from source
    ),
    places as (select from_ns + (to_ns - from_ns) / ${SLICES} * n as at_ns, to_ns from ends, generate_series(0, ${SLICES - 1}) as n where to_ns > from_ns)
    select line.*
    from (select at_ns, coalesce(lead(at_ns) over (order by at_ns), to_ns) as until_ns from places) place
    cross join lateral (
      select ${COLUMNS}
      from ${EVENT_TABLES}
      where e.time_ns >= place.at_ns and e.time_ns < place.until_ns and e.form = 0
      order by e.time_ns, e.id
      limit ${LINES_OF_SLICE}
    ) line`)
}

/** Relies on template_service and event_terms. */
async function byTemplates(db: Db, range: TimeRange, serviceIds: readonly bigint[]): Promise<LineRow[]> {
  if (serviceIds.length === 0) return []
  const templates = await db.rows<{ id: bigint; text: string }>(sql`
    select t.id, t.text
    from unnest(${[...serviceIds]}::bigint[]) as s (id)
    cross join lateral (select id, text from template where service_id = s.id order by id limit ${TEMPLATES}) t`)
  const lines = await db.attempt(2_000, () => db.rows<LineRow>(linesOf(range, templates)))
  return lines ?? []
}

function linesOf(range: TimeRange, templates: readonly { id: bigint; text: string }[]): Sql {
  return sql`
    select line.*
    from unnest(${templates.map(({ id }) => id)}::bigint[], ${templates.map(({ text }) => hash64(templateTerm(text)))}::bigint[]) as p (template_id, term)
    cross join lateral (
      select ${COLUMNS}
      from ${EVENT_TABLES}
      where e.terms @> array[p.term] and e.template_id = p.template_id and e.time_ns >= ${range.fromNs} and e.time_ns < ${range.toNs} and e.form = 0
      limit ${LINES_OF_TEMPLATE}
    ) line`
}
