/** Reads truth from disk, line by line: a folder, or one file with what stands beside it. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { TruthReader, type ReadTruth } from '#lib/evaluate/truth'
import { Failure } from './instance'
import { jsonOf } from './http'
import { packingOf, SNIFF_BYTES } from './sniff'
import { reasonOf } from './words'

/** Throws Failure, with file and line. */
export async function readTruth(path: string, cwd: string): Promise<ReadTruth> {
  const file = truthFile(resolve(cwd, path), path)
  const reader = new TruthReader()
  let rows = 0
  await eachRow(file, (row) => {
    rows++
    reader.addTruth(row)
  })
  if (rows === 0) throw new Failure(`${path} holds no truth`)
  for (const [name, add] of [
    ['executions', reader.addExecution.bind(reader)],
    ['transactions', reader.addTransaction.bind(reader)],
  ] as const) {
    const beside = named(dirname(file), name)
    if (beside) await eachRow(beside, add)
  }
  return reader.finish()
}

function truthFile(path: string, asWritten: string): string {
  let isFolder: boolean
  try {
    isFolder = statSync(path).isDirectory()
  } catch (error) {
    throw new Failure(`${asWritten} ${reasonOf(error)}`)
  }
  const file = isFolder ? named(path, 'truth') : path
  if (!file) throw new Failure(`${asWritten} holds no truth.ndjson or truth.ndjson.gz`)
  return file
}

function named(folder: string, name: string): string | undefined {
  return [`${name}.ndjson.gz`, `${name}.ndjson`].map((one) => join(folder, one)).find((one) => existsSync(one))
}

async function eachRow(file: string, take: (row: unknown) => void): Promise<void> {
  let line = 0
  try {
    for await (const text of createInterface({ input: await openText(file), crlfDelay: Infinity })) {
      line++
      if (text.trim() === '') continue
      const row = jsonOf(text)
      if (row === undefined) throw new Error('it is no JSON')
      take(row)
    }
  } catch (error) {
    const reason = error instanceof Error && error.name === 'ZodError' ? 'it lacks what such a row has' : reasonOf(error)
    throw new Failure(`${file}${line > 0 ? `, line ${line}` : ''}: ${reason}`)
  }
}

async function openText(file: string): Promise<Readable> {
  const handle = await open(file)
  const head = Buffer.alloc(SNIFF_BYTES)
  try {
    const { bytesRead } = await handle.read(head, 0, SNIFF_BYTES, 0)
    const stream = createReadStream(file)
    if (packingOf(head.subarray(0, bytesRead)).kind !== 'gzip') return stream
    const gunzip = createGunzip()
    stream.once('error', (error) => gunzip.destroy(error))
    return stream.pipe(gunzip)
  } finally {
    await handle.close()
  }
}
