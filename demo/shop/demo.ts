import { parseArgs } from 'node:util'

import { loadDay } from './load'
import { runLive } from './live'

const USAGE = `npm run demo [-- --live] [--url URL]

Loads the shop's recorded day, shifted so that it ends now, into the running Specter. Loading it again stores nothing.

  --live   runs the shop against the clock instead, and sends its logs as they are written, until Ctrl-C
  --url    address of Specter (default http://127.0.0.1:3000, or PORT)
`

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { live: { type: 'boolean', default: false }, url: { type: 'string' }, help: { type: 'boolean', default: false } } })
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const url = (values.url ?? `http://127.0.0.1:${process.env.PORT ?? '3000'}`).replace(/\/$/, '')
  if (values.live) await runLive(url)
  else await loadDay(url)
}

try {
  await main()
} catch (error) {
  const { message, cause } = error as Error
  const refused = (cause as { code?: string } | undefined)?.code === 'ECONNREFUSED'
  process.stderr.write(refused ? 'Specter does not answer there. Start it with `npm start`, or name its address with --url.\n' : `${message}\n`)
  process.exitCode = 1
}
