/** The linker as a process that a test can kill: every tier over what is stored, until nothing is left. Says what it begins before it does. */
import { createPool } from '#lib/db/pool'
import { linkRound } from '#lib/ingest/linker'
import { Statistics } from '#lib/ingest/statistics'

const pool = createPool(process.env.DATABASE_URL ?? '', 2)
await pool.query('select 1')
await new Promise((resolve) => {
  process.once('message', resolve)
  process.send?.('ready')
})
const statistics = new Statistics(pool, { quietMs: 0 })
for (;;) {
  process.send?.('exact')
  if ((await linkRound(pool)) > 0) continue
  process.send?.('inferred')
  if ((await statistics.step()) === 'idle') break
}
await pool.end()
process.disconnect?.()
