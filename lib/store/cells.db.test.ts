import { expect, test } from 'vitest'
import { inTransaction } from '#lib/db/pool'
import { createTestDatabase } from '#lib/db/test-database'
import { closeCell, nextCell } from './cells'

const S = 1_000_000_000n
/** Cells of 10 s that look 100 s far: at 300 s those up to 190 s are whole, and those up to 230 s have the minute of a first look. */
const grid = { cellNs: 10n * S, reachNs: 100n * S }

const { pool } = await createTestDatabase()

test('the latest whole cell comes first, then the latest that may have a first look, then any where input has ended', async () => {
  await pool.query(`insert into link_cell (start_ns, events, marks, scored) select at * ${S}::bigint, 1, 1, 0 from generate_series(0, 300, 10) as at`)
  const scored: bigint[] = []
  const next = async (idle: boolean): Promise<bigint | null> => {
    const cell = await nextCell(pool, grid, { newestNs: 300n * S, idle, leftAside: [10n * S] })
    if (!cell) return null
    await inTransaction(pool, (client) => closeCell(client, cell, 1))
    scored.push(cell.startNs / S)
    return cell.startNs / S
  }
  while ((await next(false)) !== null);
  // The one that was left aside waits.
  expect(scored).toEqual([190, 180, 170, 160, 150, 140, 130, 120, 110, 100, 90, 80, 70, 60, 50, 40, 30, 20, 0, 230, 220, 210, 200].map(BigInt))
  expect(await next(true)).toBe(300n)
})
