/** `export`: links, events or transactions as NDJSON on standard output, in constant memory. */
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { problem } from '#lib/model/api'
import type { ExportCommand } from './arguments'
import type { Context } from './context'
import { ask, askStream, jsonOf, type Outcome } from './http'
import { Failure, findAddress, requireInstance } from './instance'
import { withRetry } from './retry'
import { countInWords, problemInWords, reasonOf } from './words'

/** The most that the API gives at once. */
const PAGE = 1000

/** All time: lists default to the last day. The range of the stored events would not do, since a transaction may begin before its first line. */
const BEGINNING = '1970-01-01T00:00:00Z'
const END = '2261-01-01T00:00:00Z'

const page = z.object({ items: z.array(z.unknown()), nextCursor: z.string().nullable() })

/** Returns the exit code; throws Failure with one line. A reader that has seen enough (`| head`) ends it quietly. */
export async function runExport(command: ExportCommand, context: Context): Promise<number> {
  const { stdout, stderr, signal } = context
  const address = findAddress(command.url, context)
  const say = (line: string): void => void stderr.write(`${line}\n`)
  const { data } = await requireInstance(address, signal, say)
  const exporter = new Exporter(address, context, say)
  const closed = new Promise<never>((_, reject) => stdout.once('error', reject))
  // Nobody may be waiting on it when it fails.
  closed.catch(() => {})
  try {
    const range = { from: command.from ?? BEGINNING, to: command.to ?? END }
    if (command.what !== 'links' && !data) say('Nothing is stored yet')
    else await Promise.race([closed, command.what === 'links' ? exporter.links(command) : exporter.pages(command.what, { q: command.q, ...range })])
  } catch (error) {
    if (isClosedPipe(error)) return 0
    if (signal.aborted) throw new Failure(`Stopped after ${countInWords(exporter.lines)} lines`)
    throw error
  }
  if (!stdout.isTTY) say(`${countInWords(exporter.lines)} ${command.what}`)
  return 0
}

class Exporter {
  lines = 0

  constructor(
    private readonly address: string,
    private readonly context: Context,
    private readonly say: (line: string) => void,
  ) {}

  async links({ from, to, tier, minConfidence }: ExportCommand): Promise<void> {
    const { signal, stdout } = this.context
    const response = await askStream({ url: this.urlOf('links', { from, to, tier, minConfidence }), signal }).catch((error: unknown) => {
      throw signal.aborted ? error : new Failure(`Specter at ${this.address} does not answer: ${reasonOf(error)}`)
    })
    if (response.statusCode !== 200) throw new Failure(refusalInWords(response.statusCode ?? 0, jsonOf(await textOf(response))))
    const counted = async function* (this: Exporter, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        this.lines += linesIn(chunk)
        yield chunk
      }
    }
    try {
      await pipeline(response, counted.bind(this), stdout, { end: false })
    } catch (error) {
      if (signal.aborted || isClosedPipe(error)) throw error
      throw new Failure(`The answer broke off after ${countInWords(this.lines)} links: ${reasonOf(error)}`)
    }
  }

  async pages(what: 'events' | 'transactions', asked: { q: string | undefined; from: string | undefined; to: string | undefined }): Promise<void> {
    let cursor: string | undefined
    do {
      const { items, nextCursor } = await this.page(this.urlOf(what, { ...asked, limit: PAGE, cursor }))
      await this.write(items)
      cursor = nextCursor ?? undefined
    } while (cursor !== undefined)
  }

  private async page(url: string): Promise<z.infer<typeof page>> {
    const { signal } = this.context
    const outcome: Outcome = await withRetry(() => ask({ url, signal }), { signal, onWait: (words) => this.say(words) })
    if (outcome.kind !== 'answered') throw new Failure(`Specter at ${this.address} does not answer: ${outcome.reason}`)
    const parsed = page.safeParse(outcome.body)
    if (outcome.status !== 200 || !parsed.success) throw new Failure(refusalInWords(outcome.status, outcome.body))
    return parsed.data
  }

  private async write(items: readonly unknown[]): Promise<void> {
    const { stdout, signal } = this.context
    if (items.length === 0) return
    this.lines += items.length
    if (!stdout.write(items.map((item) => `${JSON.stringify(item)}\n`).join(''))) await once(stdout, 'drain', { signal })
  }

  private urlOf(what: string, params: Record<string, string | number | undefined>): string {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(params)) if (value !== undefined) search.set(name, String(value))
    return `${this.address}api/v1/${what}?${search.toString()}`
  }
}

function refusalInWords(status: number, body: unknown): string {
  const said = problem.safeParse(body)
  return said.success ? problemInWords(said.data) : `The server answered ${status} and nothing that can be read`
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString()
}

function linesIn(chunk: Buffer): number {
  let lines = 0
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
  return lines
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')
}
