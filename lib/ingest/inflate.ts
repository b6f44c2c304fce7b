/** Undoes one layer of gzip while it streams, whether a header announced it or only the first bytes show it. */
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { SpecterError } from '#lib/server/problem'

/** Logs compress 8 to 40 times; text that was made to explode compresses 1,000 times and more. */
const MAX_RATIO = 200
/** Below this much output the ratio means nothing. */
const RATIO_FROM_BYTES = 64 << 20

/** The body's bytes, inflated where they are gzip. Throws SpecterError invalid-encoding (also where it ends early) or body-too-large (a bomb) in the middle of the stream. */
export async function* inflate(body: AsyncIterable<Uint8Array>, announced: boolean): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  const first = await firstBytes(chunks)
  if (!announced && !(first[0] === 0x1f && first[1] === 0x8b)) {
    yield first
    yield* rest(chunks)
    return
  }
  let bytesIn = 0
  let bytesOut = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of prepend(first, chunks)) {
      bytesIn += chunk.length
      yield chunk
    }
  }
  const gunzip = createGunzip({ chunkSize: 1 << 16 })
  const source = Readable.from(counted(), { objectMode: false })
  source.on('error', (error) => gunzip.destroy(error))
  try {
    for await (const chunk of source.pipe(gunzip)) {
      bytesOut += (chunk as Buffer).length
      if (bytesOut > RATIO_FROM_BYTES && bytesOut > bytesIn * MAX_RATIO) {
        throw new SpecterError('body-too-large', `the gzip body grows more than ${MAX_RATIO} times: ${bytesIn} bytes gave ${bytesOut}`)
      }
      yield chunk as Buffer
    }
  } catch (error) {
    const code = (error as { code?: string }).code ?? ''
    if (code.startsWith('Z_')) throw new SpecterError('invalid-encoding', `the gzip body can't be read after ${bytesIn} bytes: ${(error as Error).message}`)
    throw error
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}

/** At least two bytes, where there are any. */
async function firstBytes(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0)
  while (first.length < 2) {
    const { value, done } = await chunks.next()
    if (done) break
    first = first.length === 0 ? value : Buffer.concat([first, value])
  }
  return first
}

async function* rest(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
}

async function* prepend(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest(chunks)
}
