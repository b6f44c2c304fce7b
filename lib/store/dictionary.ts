/** The small tables that events refer to by hash: sources, services, log streams, templates. Written once each, never changed. */
import type { PoolClient } from 'pg'
import type { Dictionary } from './rows'

/** Known hashes are not written again; the set is trimmed when it grows past this. */
const MAX_KNOWN = 200_000

function fresh<T>(entries: Map<bigint, T>, known: Set<bigint>): [bigint, T][] {
  return [...entries].filter(([id]) => !known.has(id)).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Adds what is missing. `known` is the caller's memory of ids that are certainly in the database. */
export async function writeDictionary(client: PoolClient, dictionary: Dictionary, known: Set<bigint>): Promise<void> {
  const sources = fresh(dictionary.sources, known)
  if (sources.length > 0) {
    await client.query(`insert into source (id, name, kind) select * from unnest($1::bigint[], $2::text[], $3::text[]) on conflict do nothing`, [
      sources.map(([id]) => id),
      sources.map(([, row]) => row.name),
      sources.map(([, row]) => row.kind),
    ])
  }
  const services = fresh(dictionary.services, known)
  if (services.length > 0) {
    await client.query(
      // A kind that one record only assumed and another one states is a stated kind.
      `insert into service (id, name, kind, assumed) select * from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[])
       on conflict (id) do update set assumed = service.assumed and excluded.assumed`,
      [services.map(([id]) => id), services.map(([, row]) => row.name), services.map(([, row]) => row.kind), services.map(([, row]) => row.assumed)],
    )
  }
  const streams = fresh(dictionary.streams, known)
  if (streams.length > 0) {
    await client.query(
      `insert into log_stream (id, log_group, log_stream, source_id, service_id, sandbox)
       select * from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[]) on conflict do nothing`,
      [
        streams.map(([id]) => id),
        streams.map(([, row]) => row.logGroup),
        streams.map(([, row]) => row.logStream),
        streams.map(([, row]) => row.sourceId),
        streams.map(([, row]) => row.serviceId),
        streams.map(([, row]) => row.sandbox),
      ],
    )
  }
  const templates = fresh(dictionary.templates, known)
  if (templates.length > 0) {
    await client.query(
      `insert into template (id, service_id, text, severity)
       select id, service_id, text, severity from unnest($1::bigint[], $2::bigint[], $3::text[], $4::smallint[]) as t (id, service_id, text, severity)
       on conflict do nothing`,
      [templates.map(([id]) => id), templates.map(([, row]) => row.serviceId), templates.map(([, row]) => row.text), templates.map(([, row]) => row.severity)],
    )
  }
  if (known.size > MAX_KNOWN) known.clear()
}

/** To be called after the commit: only then are the ids certainly there. */
export function remember(dictionary: Dictionary, known: Set<bigint>): void {
  for (const ids of [dictionary.sources, dictionary.services, dictionary.streams, dictionary.templates]) for (const id of ids.keys()) known.add(id)
}
