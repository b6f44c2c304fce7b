/** One service for the map's panel: what it does and what it says, in a range. */
import { idFromHex, idToHex } from '#lib/base/hash'
import type { TimeRange } from '#lib/base/time-range'
import { sql } from '#lib/db/sql'
import type { ServiceDetail } from '#lib/model/api'
import { levelOf } from './event-items'
import type { Db } from './read'
import { loadServices } from './services'

const MAX_OPERATIONS = 50
const MAX_TEMPLATES = 50

/** By the id of its node; null where there is none. Relies on span_start and event_key. */
export async function getService(db: Db, hex: string, range: TimeRange): Promise<ServiceDetail | null> {
  const id = idFromHex(hex)
  const services = await loadServices(db)
  const members = [...services.nodes].filter(([, node]) => node.id === id).map(([member]) => member)
  const node = id === null ? undefined : [...services.nodes.values()].find((candidate) => candidate.id === id)
  if (!node) return null
  const operations = await db.rows<{ name: string; spans: bigint; errors: bigint }>(sql`
    select s.name, count(*) as spans, count(*) filter (where s.failed) as errors
    from span s
    where s.start_ns >= ${range.fromNs} and s.start_ns < ${range.toNs} and s.service_id = any(${members}::bigint[])
    group by s.name
    order by 3 desc, 2 desc, 1
    limit ${MAX_OPERATIONS}`)
  const templates = await db.rows<{ text: string; severity: number; events: bigint }>(sql`
    select p.text, p.severity, used.events
    from (
      select e.template_id, count(*) as events
      from event e
      where e.time_ns >= ${range.fromNs} and e.time_ns < ${range.toNs} and e.service_id = any(${members}::bigint[]) and e.form = 0
      group by e.template_id
      order by 2 desc, 1
      limit ${MAX_TEMPLATES}
    ) used
    join template p on p.id = used.template_id
    order by p.severity >= 17 desc, used.events desc, p.text`)
  return {
    id: idToHex(node.id),
    name: node.name,
    kind: node.kind,
    operations: operations.map((row) => ({ name: row.name, spans: Number(row.spans), errors: Number(row.errors) })),
    templates: templates.map((row) => ({ text: row.text, level: levelOf(row.severity), events: Number(row.events) })),
  }
}
