/** Spans and their refs: the linker's writes and reads. */
import { arrayText } from '#lib/db/arrays'
import type { PoolClient } from 'pg'
import { REF_KINDS, REF_ROLES, SPAN_FORMS, wordOf } from '#lib/model/codes'
import type { Span, SpanRef } from '#lib/model/span'

interface SpanRow {
  id: bigint
  group_id: bigint
  form: number
  service_id: bigint
  name: string
  start_ns: bigint
  start_exact: boolean
  end_ns: bigint | null
  open: boolean
  failed: boolean
  severity: number
  event_count: number
  request_id: string | null
  trace_id: string | null
  attributes: Span['attributes']
  first_event_ns: bigint | null
  first_event_id: bigint | null
}

const COLUMNS = `id, group_id, form, service_id, name, start_ns, start_exact, end_ns, open, failed, severity, event_count,
  request_id, trace_id, attributes, first_event_ns, first_event_id`

const UNNEST = `select ${COLUMNS} from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::text[], $6::bigint[], $7::boolean[], $8::bigint[],
  $9::boolean[], $10::boolean[], $11::smallint[], $12::integer[], $13::text[], $14::text[], $15::jsonb[], $16::bigint[], $17::bigint[]) as s (${COLUMNS})`

function columns(spans: readonly Span[]): unknown[] {
  const clean = (text: string | null): string | null => text?.replaceAll('\0', '\ufffd') ?? null
  return [
    arrayText(spans.map((span) => span.id)),
    arrayText(spans.map((span) => span.groupId)),
    spans.map((span) => SPAN_FORMS.indexOf(span.form)),
    arrayText(spans.map((span) => span.serviceId)),
    spans.map((span) => clean(span.name)),
    arrayText(spans.map((span) => span.startNs)),
    arrayText(spans.map((span) => span.startExact)),
    arrayText(spans.map((span) => span.endNs)),
    arrayText(spans.map((span) => span.open)),
    spans.map((span) => span.status === 'error'),
    arrayText(spans.map((span) => span.severity)),
    arrayText(spans.map((span) => span.eventCount)),
    spans.map((span) => clean(span.requestId)),
    spans.map((span) => clean(span.traceId)),
    spans.map((span) => JSON.stringify(withHidden(span))),
    spans.map((span) => span.firstEvent?.timeNs ?? null),
    spans.map((span) => span.firstEvent?.id ?? null),
  ]
}

/** What is needed to merge what is said later, and means nothing to a reader: kept among the attributes, under names that no record has. */
const FACE = '~face'
const END_ASSUMED = '~end'

function withHidden({ attributes, face, endAssumed }: Span): Span['attributes'] {
  if (face === undefined && endAssumed === undefined) return attributes
  return { ...attributes, ...(face === undefined ? {} : { [FACE]: face }), ...(endAssumed === undefined ? {} : { [END_ASSUMED]: 1 }) }
}

function withoutHidden(stored: Span['attributes']): Pick<Span, 'attributes' | 'face' | 'endAssumed'> {
  const { [FACE]: face, [END_ASSUMED]: endAssumed, ...attributes } = stored
  return { attributes, ...(typeof face === 'number' ? { face } : {}), ...(endAssumed === undefined ? {} : { endAssumed: true }) }
}

/** Writes spans as given, over what was there. */
export async function replaceSpans(client: PoolClient, spans: readonly Span[]): Promise<void> {
  if (spans.length === 0) return
  const set = COLUMNS.split(',')
    .map((column) => column.trim())
    .filter((column) => column !== 'id')
  await client.query(
    `insert into span (${COLUMNS}) ${UNNEST} on conflict (id) do update set ${set.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    columns(spans),
  )
}

/** Spans by id. */
export async function loadSpans(client: PoolClient, ids: readonly bigint[]): Promise<Map<bigint, Span>> {
  const { rows } = await client.query<SpanRow>(`select ${COLUMNS} from span where id = any($1)`, [arrayText(ids)])
  return new Map(rows.map((row) => [row.id, toSpan(row)]))
}

function toSpan(row: SpanRow): Span {
  return {
    id: row.id,
    groupId: row.group_id,
    form: wordOf(SPAN_FORMS, row.form),
    serviceId: row.service_id,
    name: row.name,
    startNs: row.start_ns,
    startExact: row.start_exact,
    endNs: row.end_ns,
    open: row.open,
    status: row.failed ? 'error' : 'ok',
    severity: row.severity,
    eventCount: row.event_count,
    requestId: row.request_id,
    traceId: row.trace_id,
    ...withoutHidden(row.attributes),
    firstEvent: row.first_event_ns === null || row.first_event_id === null ? null : { timeNs: row.first_event_ns, id: row.first_event_id },
  }
}

/** The spans themselves that were assembled from these groups (indexes: primary key, span_group). */
export async function spansOfGroups(client: PoolClient, groups: readonly bigint[]): Promise<Span[]> {
  if (groups.length === 0) return []
  const { rows } = await client.query<SpanRow>(
    `select ${COLUMNS} from span where id = any($1) and group_id = id
     union all select ${COLUMNS} from span where group_id = any($1) and group_id <> id`,
    [arrayText(groups)],
  )
  return rows.map(toSpan)
}

/** Executions of these services that began in one of these ranges (index: span_start). */
export async function executionsOf(client: PoolClient, services: readonly bigint[], ranges: readonly { fromNs: bigint; toNs: bigint }[]): Promise<Span[]> {
  const { rows } = await client.query<SpanRow>(
    `select ${COLUMNS} from unnest($1::bigint[], $2::bigint[]) as r (from_ns, to_ns) join span on start_ns between r.from_ns and r.to_ns
     where form = 0 and service_id = any($3)`,
    [arrayText(ranges.map((range) => range.fromNs)), arrayText(ranges.map((range) => range.toNs)), arrayText(services)],
  )
  return rows.map(toSpan)
}

/** Ids of the spans that were assembled from these groups (indexes: primary key, span_group). */
export async function loadSpansOfGroups(client: PoolClient, groups: readonly bigint[]): Promise<{ id: bigint; groupId: bigint }[]> {
  const { rows } = await client.query<{ id: bigint; group_id: bigint }>(
    `select id, group_id from span where id = any($1) and group_id = id
     union all select id, group_id from span where group_id = any($1) and group_id <> id`,
    [arrayText(groups)],
  )
  return rows.map((row) => ({ id: row.id, groupId: row.group_id }))
}

/** Deletes spans with their refs and links. Returns the spans that were at the other end of those links. */
export async function deleteSpans(client: PoolClient, ids: readonly bigint[]): Promise<Set<bigint>> {
  if (ids.length === 0) return new Set()
  await client.query('delete from span where id = any($1)', [arrayText(ids)])
  await client.query('delete from span_ref where span_id = any($1)', [arrayText(ids)])
  const { rows } = await client.query<{ cause: bigint; effect: bigint }>(
    'delete from link where effect = any($1) or cause = any($1) or via = any($1) returning cause, effect',
    [arrayText(ids)],
  )
  const parted = new Set(rows.flatMap((row) => [row.cause, row.effect]))
  for (const id of ids) parted.delete(id)
  return parted
}

interface RefRow {
  span_id: bigint
  join_hash: bigint
  role: number
  kind: number
  value: string
  event_ns: bigint
  event_id: bigint
  place: string | null
  not_for: bigint[]
}

function toRef(row: RefRow): SpanRef {
  return {
    kind: wordOf(REF_KINDS, row.kind),
    role: wordOf(REF_ROLES, row.role),
    value: row.value,
    ...(row.place === null ? {} : { place: row.place }),
    ...(row.not_for.length === 0 ? {} : { notFor: row.not_for }),
    joinHash: row.join_hash,
    spanId: row.span_id,
    event: { timeNs: row.event_ns, id: row.event_id },
  }
}

/** Adds refs; of one ref seen in several events the earliest event stands for it. */
export async function addRefs(client: PoolClient, refs: readonly SpanRef[]): Promise<void> {
  if (refs.length === 0) return
  const earliest = new Map<string, SpanRef>()
  for (const ref of refs) {
    const key = `${ref.spanId}/${ref.joinHash}/${ref.role}`
    const known = earliest.get(key)
    if (!known || ref.event.timeNs < known.event.timeNs || (ref.event.timeNs === known.event.timeNs && ref.event.id < known.event.id)) earliest.set(key, ref)
  }
  const rows = [...earliest.values()]
  await client.query(
    `insert into span_ref (span_id, join_hash, role, kind, value, event_ns, event_id, place, not_for)
     select span_id, join_hash, role, kind, value, event_ns, event_id, place, not_for::bigint[]
     from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::smallint[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[])
       as r (span_id, join_hash, role, kind, value, event_ns, event_id, place, not_for)
     on conflict (span_id, join_hash, role) do update set event_ns = excluded.event_ns, event_id = excluded.event_id, place = excluded.place, not_for = excluded.not_for
       where (excluded.event_ns, excluded.event_id) < (span_ref.event_ns, span_ref.event_id)`,
    [
      arrayText(rows.map((ref) => ref.spanId)),
      arrayText(rows.map((ref) => ref.joinHash)),
      rows.map((ref) => REF_ROLES.indexOf(ref.role)),
      rows.map((ref) => REF_KINDS.indexOf(ref.kind)),
      rows.map((ref) => ref.value.replaceAll('\0', '\ufffd')),
      arrayText(rows.map((ref) => ref.event.timeNs)),
      arrayText(rows.map((ref) => ref.event.id)),
      rows.map((ref) => ref.place?.replaceAll('\0', '\ufffd') ?? null),
      rows.map((ref) => `{${(ref.notFor ?? []).join(',')}}`),
    ],
  )
}

/** Refs of these spans (index: primary key). */
export async function refsOfSpans(client: PoolClient, spans: readonly bigint[]): Promise<SpanRef[]> {
  if (spans.length === 0) return []
  const { rows } = await client.query<RefRow>('select * from span_ref where span_id = any($1)', [arrayText(spans)])
  return rows.map(toRef)
}

/** Refs that share one of these ids (index: span_ref_join). */
export async function refsOfJoins(client: PoolClient, joins: readonly bigint[]): Promise<SpanRef[]> {
  if (joins.length === 0) return []
  const { rows } = await client.query<RefRow>('select * from span_ref where join_hash = any($1)', [arrayText(joins)])
  return rows.map(toRef)
}
