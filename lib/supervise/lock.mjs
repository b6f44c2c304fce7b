/**
 * One Specter a data folder. Plain JavaScript, because it is taken before anything is installed or built.
 *
 *   SPECTER_DATA/lock.7   {"pid":412,"started":"88213","space":"pid:[4026531836]"}
 *
 * The holder is the highest number whose process lives. A number is made by link(2), which fails where it exists, and a file is
 * only removed by one who holds a higher number: so of many who find a dead holder one wins, and nobody removes a live one's file.
 * A pid alone is not enough, it is given again after kill -9 or a reboot: the process' start time is compared too.
 */
import { execFileSync } from 'node:child_process'
import { linkSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Between containers pids say nothing, so there a holder is alive while it touches its file. */
const TOUCH_MS = 5_000
const SILENT_MS = 30_000

export class LockedError extends Error {}

/**
 * Returns `release`, or throws a LockedError whose one line names the holder. The folder must exist.
 * @param {string} folder
 * @returns {() => void}
 */
export function takeLock(folder) {
  for (;;) {
    // One look for both questions: the next number after a newer look could follow a lock that was taken in between.
    const locks = locksIn(folder)
    const holder = locks.findLast(({ path }) => isAlive(path))
    if (holder) throw new LockedError(`Specter already runs on ${folder} (process ${holder.pid}); stop that one, or set SPECTER_DATA to another folder`)
    const number = (locks.at(-1)?.number ?? 0) + 1
    const path = join(folder, `lock.${number}`)
    if (!create(folder, path)) continue
    // Someone who saw a newer list than ours may hold a higher number by now.
    if (locksIn(folder).some((lock) => lock.number > number)) {
      rmSync(path, { force: true })
      continue
    }
    for (const lock of locksIn(folder)) if (lock.number < number) rmSync(lock.path, { force: true })
    return hold(path)
  }
}

function hold(path) {
  const timer = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date())
    } catch {
      // The folder was deleted under us; the database will say so more clearly.
    }
  }, TOUCH_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    rmSync(path, { force: true })
  }
}

/** Whole or not at all: a reader never sees half a file. */
function create(folder, path) {
  const draft = join(folder, `.lock-${process.pid}-${Math.random().toString(36).slice(2)}`)
  writeFileSync(draft, JSON.stringify({ pid: process.pid, started: startTime(process.pid), space: pidSpace() }) + '\n', { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function locksIn(folder) {
  return readdirSync(folder)
    .filter((name) => /^lock\.\d+$/.test(name))
    .map((name) => ({ number: Number(name.slice(5)), path: join(folder, name), pid: read(join(folder, name))?.pid }))
    .sort((a, b) => a.number - b.number)
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive(path) {
  const owner = read(path)
  if (!owner) return false
  if (owner.space !== pidSpace()) return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < SILENT_MS
  return startTime(owner.pid) === owner.started
}

/** When the process started, in a form that differs for the next one of the same pid; undefined where none runs. */
function startTime(pid) {
  if (process.platform === 'linux') {
    try {
      // The name, in brackets, may hold spaces; after it come state (a zombie is dead) and, 19 fields on, the start in ticks since boot.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      return fields[0] === 'Z' ? undefined : `${bootId()} ${fields[19]}`
    } catch {
      return undefined
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

function bootId() {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function pidSpace() {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
