import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { LockedError, takeLock } from './lock.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'specter-lock-'))
  return () => rmSync(folder, { recursive: true, force: true })
})

const locks = (): string[] => readdirSync(folder).filter((name) => name.startsWith('lock.'))

/** A process that takes the lock and keeps it until it is killed; resolves with what it said. */
function holder(): Promise<{ said: string; kill: () => Promise<void> }> {
  const code = `import(${JSON.stringify(resolve('lib/supervise/lock.mjs'))}).then((m) => { try { m.takeLock(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000) } catch (e) { console.log(e.message) } })`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  onTestFinished(() => void child.kill('SIGKILL'))
  return new Promise((done) => {
    child.stdout.once('data', (chunk: Buffer) =>
      done({
        said: chunk.toString().trim(),
        kill: () => {
          child.kill('SIGKILL')
          return gone
        },
      }),
    )
  })
}

test('a second instance is refused and told who holds the folder; after release it may', () => {
  const release = takeLock(folder)
  expect(() => takeLock(folder)).toThrow(LockedError)
  expect(() => takeLock(folder)).toThrow(`process ${process.pid}`)
  release()
  takeLock(folder)()
  expect(locks()).toEqual([])
})

test('a holder that was killed with -9 holds nothing', async () => {
  const { said, kill } = await holder()
  expect(said).toBe('held')
  expect(() => takeLock(folder)).toThrow(LockedError)
  await kill()
  takeLock(folder)()
})

test('a pid that was given again to another process is no holder', () => {
  takeLock(folder)
  const [name = ''] = locks()
  const path = join(folder, name)
  const entry = JSON.parse(readFileSync(path, 'utf8')) as { started: string }
  writeFileSync(path, JSON.stringify({ ...entry, started: entry.started + '1' }))
  takeLock(folder)()
})

test('a holder in another container is alive while it touches its file, and gone half a minute later', async () => {
  const { utimesSync } = await import('node:fs')
  const path = join(folder, 'lock.4')
  writeFileSync(path, JSON.stringify({ pid: 1, started: 'x', space: 'elsewhere' }))
  expect(() => takeLock(folder)).toThrow(LockedError)
  const before = new Date(Date.now() - 31_000)
  utimesSync(path, before, before)
  takeLock(folder)()
})

test('of eight that find a dead holder at the same moment exactly one wins', async () => {
  const dead = await holder()
  await dead.kill()
  const all = await Promise.all(Array.from({ length: 8 }, holder))
  expect(all.filter(({ said }) => said === 'held')).toHaveLength(1)
  expect(all.filter(({ said }) => said.startsWith('Specter already runs on'))).toHaveLength(7)
})
