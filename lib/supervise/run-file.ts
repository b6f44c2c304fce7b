/** SPECTER_DATA/run.json: where the running instance is, for the command line on the same machine. Readable by its owner only. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const schema = z.object({ pid: z.number(), address: z.string(), databaseUrl: z.string() })

export type RunFile = z.infer<typeof schema>

export function writeRunFile(dataDir: string, run: RunFile): void {
  const path = join(dataDir, 'run.json')
  writeFileSync(`${path}.new`, JSON.stringify(run) + '\n', { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Undefined where none was written. What it says is true only while the lock of the folder is held. */
export function readRunFile(dataDir: string): RunFile | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')))
  } catch {
    return undefined
  }
}

export function removeRunFile(dataDir: string): void {
  rmSync(join(dataDir, 'run.json'), { force: true })
}
