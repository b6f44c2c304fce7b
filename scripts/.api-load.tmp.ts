import { createReadStream, readdirSync } from 'node:fs'
import { migrate } from '/work/main/lib/db/migrate.ts'
import { createPool } from '/work/main/lib/db/pool.ts'
import { linkRound } from '/work/main/lib/ingest/linker.ts'
import { ingestStream } from '/work/main/lib/ingest/pipeline.ts'
const url = process.env.DATABASE_URL!
await migrate(url, '/work/main/prisma/migrations')
const pool = createPool(url)
const files = process.argv.slice(2)
for (const f of files) {
  const t = Date.now()
  const r = await ingestStream(createReadStream(f), { sourceName: f.split('/').at(-1)!, sourceKind: 'file', gzip: false }, pool)
  console.log(f, JSON.stringify(r).slice(0, 300), Date.now() - t, 'ms')
}
let n = 0
const t = Date.now()
for (let k; (k = await linkRound(pool)) > 0;) n += k
console.log('linked', n, Date.now() - t, 'ms')
await pool.query('vacuum analyze')
await pool.end()
