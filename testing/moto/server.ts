/**
 * Vitest's global set-up of the moto step: moto's server (PyPI, an implementation of AWS that we did not write) in a throw-away virtual
 * environment, on 127.0.0.1 and a free port. MOTO_SERVER names an installed `moto_server` to use instead.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VERSION = '5.1.22'
const READY_TRIES = 240
const READY_PAUSE_MS = 250

export default async function setUp(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'specter-moto-'))
  const program = process.env.MOTO_SERVER ?? install(folder)
  const port = await freePort()
  const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL')
    // Ten thousands of files: removed while this process goes on, since its workers are ending and wait for it.
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await answers(url, server)
  } catch (error) {
    await stop()
    throw error
  }
  process.env.SPECTER_MOTO_URL = url
  return stop
}

function install(folder: string): string {
  const venv = join(folder, 'venv')
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
  execFileSync(join(venv, 'bin', 'pip'), ['install', '--quiet', '--no-compile', `moto[server]==${VERSION}`], { stdio: 'inherit' })
  return join(venv, 'bin', 'moto_server')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port'))))
    })
  })
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < READY_TRIES; tries++) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`)
    const answer = await fetch(`${url}/moto-api/`).catch(() => null)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MS))
  }
  throw new Error('moto_server does not answer')
}
