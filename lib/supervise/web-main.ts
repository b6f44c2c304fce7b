/** The web process: Next's request handler behind our front. Bundled to dist/web.mjs and run by the supervisor. */
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import next from 'next'
import { readEnv } from '#lib/server/env'
import { createLog } from '#lib/server/log'
import { createFront } from './front'

/** Requests under way get this long after SIGTERM. */
const DRAIN_MS = 10_000

const log = createLog('web')
const env = readEnv()
const app = next({
  dev: false,
  dir: resolve(import.meta.dirname, '..'),
  hostname: env.host,
  port: env.port,
  // Next listens for upgrades on the server that it is given: this one never hears any.
  httpServer: createServer(),
})
await app.prepare()

const front = createFront(app.getRequestHandler(), (error, req) =>
  log.error({ err: error, method: req.method, path: req.url?.split('?', 1)[0] }, 'request failed'),
)

front.once('error', (error) => {
  log.fatal(`The web server can't listen on ${env.host}:${env.port}: ${error.message}`)
  process.exit(1)
})
front.listen(env.port, env.host, () => {
  const address = front.address()
  const port = address && typeof address === 'object' ? address.port : env.port
  log.info({ host: env.host, port }, 'listening')
  process.send?.({ type: 'listening', port })
})

process.once('SIGTERM', () => {
  log.info('stopping')
  front.close(() => process.exit(0))
  front.closeIdleConnections()
  setTimeout(() => process.exit(0), DRAIN_MS)
})
