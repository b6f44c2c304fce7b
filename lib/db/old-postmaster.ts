/**
 * What an earlier Postgres left on a cluster. `postmaster.pid` outlives kill -9, and its pid may since belong to anyone: Postgres
 * itself then refuses to start for ever. The file is removed only when no live process works in the cluster's folder.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Long enough for a shutdown checkpoint of max_wal_size on a slow disk. */
const SHUTDOWN_WAIT_MS = 60_000

/** Ends a postmaster that was orphaned on this folder, waits for its backends, and clears a pid file that belongs to nobody. */
export async function settleOldPostmaster(dataDir: string): Promise<void> {
  const pid = postmasterPid(dataDir)
  if (pid === undefined) return
  const deadline = Date.now() + SHUTDOWN_WAIT_MS
  let asked = false
  for (;;) {
    const users = processesIn(dataDir, pid)
    if (users.length === 0) break
    if (!asked && users.includes(pid)) {
      process.kill(pid, 'SIGINT')
      asked = true
    }
    if (Date.now() > deadline) throw new Error(`A Postgres (process ${users.join(', ')}) still uses ${dataDir} and does not stop`)
    await sleep(100)
  }
  if (postmasterPid(dataDir) === pid) rmSync(join(dataDir, 'postmaster.pid'), { force: true })
}

function postmasterPid(dataDir: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10)
    return pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** Live processes that work in the folder: a postmaster and its backends change into it. Zombies have no folder. */
function processesIn(dataDir: string, pid: number): number[] {
  const folder = realpathSync(dataDir)
  if (process.platform !== 'linux') {
    // Without /proc the postmaster's command line, which names the folder, has to do.
    const command = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout
    return command.includes(folder) || command.includes(dataDir) ? [pid] : []
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        return readlinkSync(`/proc/${candidate}/cwd`) === folder
      } catch {
        return false
      }
    })
}
