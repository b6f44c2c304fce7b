/** Names of all services, by id: a small table. */
import type { PoolClient } from 'pg'

export async function loadServiceNames(client: PoolClient): Promise<Map<bigint, string>> {
  const { rows } = await client.query<{ id: bigint; name: string }>('select id, name from service')
  return new Map(rows.map((row) => [row.id, row.name]))
}
