import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import type { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import type { IngestResult } from '#lib/model/api'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'
import { recordKeys, removeEvents } from './remove'

const DAY = resolve(import.meta.dirname, '../../demo/shop/day')

async function firstLines(name: string, count: number): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: createReadStream(resolve(DAY, name)).pipe(createGunzip()) })) {
    lines.push(line)
    if (lines.length === count) break
  }
  return lines
}

async function* body(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.join('\n'))
}

const SOURCE = { name: 'day.ndjson', kind: 'file' } as const

async function load(pool: Pool, lines: readonly string[]): Promise<IngestResult> {
  const result = await ingestStream(body(lines), { sourceName: SOURCE.name, sourceKind: SOURCE.kind, gzip: false }, pool)
  while ((await linkRound(pool)) > 0);
  return result
}

/** Everything stored that has no serial number in it. */
async function contents(pool: Pool): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {}
  const order: Record<string, string> = { span: 'id', span_ref: 'span_id, join_hash, role', link: 'effect, cause', transaction: 'id', transaction_span: '1, 2' }
  for (const [table, by] of Object.entries(order)) all[table] = (await pool.query(`select * from ${table} order by ${by}`)).rows
  all.event = (await pool.query('select time_ns, id, stream_id, group_id, span_id, body from event order by time_ns, id')).rows
  all.source = (await pool.query('select name, received, stored, duplicate, quarantined, rejected, first_ns, last_ns from source order by name')).rows
  return all
}

describe('removing what a delivery holds', async () => {
  const logs = await firstLines('logs.ndjson.gz', 4_000)
  const traces = await firstLines('xray.ndjson.gz', 12)
  const all = [...logs, ...traces]
  const groups = new Map<string, string[]>([['X-Ray', traces]])
  for (const line of logs) {
    const { logGroup } = JSON.parse(line) as { logGroup: string }
    groups.set(logGroup, [...(groups.get(logGroup) ?? []), line])
  }

  const big = [...groups].sort((a, b) => b[1].length - a[1].length).slice(0, 5)
  const cases = [...big, ...[...groups].filter(([name]) => name === 'X-Ray')]
  for (const [name, lines] of cases) {
    const { pool } = await createTestDatabase()
    const { pool: without } = await createTestDatabase()
    it(`leaves what would be there had it never come: ${name}`, async () => {
      await load(pool, all)
      expect(await removeEvents(await recordKeys(body(lines), SOURCE), pool)).toBe(lines.length === traces.length ? await segmentsOf(traces) : lines.length)
      const gone = new Set(lines)
      await load(
        without,
        all.filter((line) => !gone.has(line)),
      )
      const [left, fresh] = [await contents(pool), await contents(without)]
      for (const table of Object.keys(fresh)) expect(left[table], table).toEqual(fresh[table])
    })
  }

  const { pool } = await createTestDatabase()
  it('leaves an empty store when everything goes, and stores it anew when it comes again', async () => {
    const first = await load(pool, all)
    const full = await contents(pool)
    expect(await removeEvents(await recordKeys(body(all), SOURCE), pool)).toBe(first.stored)
    expect(Object.values(await contents(pool)).flat()).toEqual([])
    for (const table of ['service', 'template', 'log_stream', 'field_value', 'former_transaction']) {
      expect((await pool.query(`select * from ${table}`)).rows, table).toEqual([])
    }
    // The process that stored it remembers what it wrote, and has to forget that too.
    expect(await load(pool, all)).toMatchObject({ stored: first.stored, duplicate: 0 })
    expect(await contents(pool)).toEqual(full)
    const orphans = await pool.query('select 1 from event where not exists (select 1 from template where template.id = event.template_id)')
    expect(orphans.rowCount).toBe(0)
  })

  it('removes nothing that is not there', async () => {
    expect(await removeEvents([{ timeNs: 5n, id: 7n }], pool)).toBe(0)
  })
})

async function segmentsOf(traces: readonly string[]): Promise<number> {
  return traces.reduce((sum, line) => sum + (JSON.parse(line) as { Segments: unknown[] }).Segments.length, 0)
}
