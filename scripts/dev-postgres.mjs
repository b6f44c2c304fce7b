/** `npm run dev:db`: an embedded Postgres for development on 127.0.0.1:5499, until Ctrl-C. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { register } from 'tsx/esm/api'

register()
const { startEmbeddedPostgres } = await import('../lib/db/embedded.ts')

const dataDir = resolve(process.env.SPECTER_DEV_DB ?? join(tmpdir(), 'specter-dev-pg'))
const server = await startEmbeddedPostgres({ dataDir, password: 'postgres', port: 5499, onLine: (line) => console.log(line) })
writeFileSync(`${dataDir}.url`, server.url + '\n')
console.log(server.url)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.stop())
await server.exited
