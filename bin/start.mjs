/** `npm start`: makes a fresh clone ready, then runs the database, the worker and the web server until it is stopped. */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { takeLock } from '../lib/supervise/lock.mjs'
import { buildPages, bundle, install, PlainError, requireNode, root } from './prepare.mjs'

const say = (line) => console.log(line)

try {
  requireNode()
  const dataDir = resolve(process.env.SPECTER_DATA || '.specter')
  const release = claim(dataDir)
  process.once('exit', release)
  install(say)
  bundle(say)
  buildPages(say)
  const { runSupervisor } = await import(`${root}/dist/supervisor.mjs`)
  process.exitCode = await runSupervisor({ root, say })
} catch (error) {
  console.error(`Specter can't start: ${error instanceof PlainError || !process.env.DEBUG ? error.message : error.stack}`)
  process.exitCode = 1
}

/** The folder is made and locked before the long steps, so that what can't work is said at once. */
function claim(dataDir) {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    return takeLock(dataDir)
  } catch (error) {
    if (!error.syscall) throw error
    throw new PlainError(`the data folder ${dataDir} can't be written (${error.code}); set SPECTER_DATA to a folder that you may write`)
  }
}
