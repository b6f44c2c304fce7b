/** The demo shop's recorded day, read from the repository and moved in time. It is data like any other: nothing of it is known here but its form. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { SpecterError } from '#lib/server/problem'
import { shiftEvent, shiftText, type RecordedEvent, type Shift } from './shift'

/** What day.json says of the two files beside it. */
const about = z.object({
  /** Epoch milliseconds of the recording's first and last event. */
  fromMs: z.number().int(),
  toMs: z.number().int(),
  /** The first event: where its stream is stored, the day was loaded before, and tells by how much it was moved. */
  first: z.object({ logGroup: z.string(), logStream: z.string(), timestamp: z.number().int() }),
  logs: z.number().int(),
  traces: z.number().int(),
})

export type AboutDay = z.infer<typeof about>

const PIECE = 500

function dayFile(name: string): string {
  return join(/* turbopackIgnore: true */ process.cwd(), 'demo', 'shop', 'day', name)
}

export async function aboutDay(): Promise<AboutDay> {
  const text = await readFile(dayFile('day.json'), 'utf8').catch(() => {
    throw new SpecterError('not-found', 'There is no recorded day at demo/shop/day in this checkout')
  })
  return about.parse(JSON.parse(text))
}

async function* linesOf(name: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(dayFile(name)).pipe(createGunzip()), crlfDelay: Infinity })
}

/** The whole day in pieces of some hundred records: log events in order of ingestion, then X-Ray traces. */
export async function* recordedDay(shift: Shift): AsyncGenerator<unknown[]> {
  let piece: unknown[] = []
  for await (const line of linesOf('logs.ndjson.gz')) {
    piece.push(shiftEvent(JSON.parse(line) as RecordedEvent, shift))
    if (piece.length < PIECE) continue
    yield piece
    piece = []
  }
  for await (const line of linesOf('xray.ndjson.gz')) piece.push(JSON.parse(shiftText(line, shift)))
  yield piece
}
