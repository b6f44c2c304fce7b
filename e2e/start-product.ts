/** Starts the real product as a user does, on a data folder of its own and a free port, for the time of the run. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A cold build included. */
const START_MS = 300_000

export default async function startProduct(): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'specter-e2e-'))
  chmodSync(dataDir, 0o711)
  const { DATABASE_URL: _, ...environment } = process.env
  const product = spawn(process.execPath, ['bin/start.mjs'], {
    env: { ...environment, SPECTER_DATA: dataDir, PORT: '0', HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<void>((resolve) => product.once('exit', () => resolve()))
  let said = ''
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Specter was not ready after ${START_MS} ms:\n${said}`)), START_MS)
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      const ready = /ready: (http:\S+)/.exec(said)?.[1]
      if (!ready) return
      clearTimeout(timer)
      resolve(ready)
    }
    product.stdout.on('data', listen)
    product.stderr.on('data', listen)
    product.once('exit', (code) => reject(new Error(`Specter ended with ${code}:\n${said}`)))
  })
  process.env.SPECTER_E2E_URL = address
  process.env.SPECTER_E2E_DATA = dataDir
  return async () => {
    product.kill('SIGTERM')
    await gone
    rmSync(dataDir, { recursive: true, force: true })
  }
}
