/** `import`: each file in one request, one after the other, repeated where that helps; then what became of them. */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ImportCommand } from './arguments'
import type { Context } from './context'
import type { Delivery, LeftOut, Plan } from './delivery'
import { ask, upload, type Outcome } from './http'
import { Failure, findAddress, readStatus, requireInstance } from './instance'
import { planDeliveries, sharedName } from './plan'
import { percent, progressText, RateMeter } from './progress'
import { withRetry } from './retry'
import { Screen } from './screen'
import { countsInWords, fileLines, isWhole, pageAddress, readOutcome, totalOf, type FileOutcome } from './summary'
import { waitForLinks } from './wait'
import { bytesInWords, countInWords, reasonOf } from './words'

/** Returns the exit code; throws Failure with one line where nothing could begin. */
export async function runImport(command: ImportCommand, context: Context): Promise<number> {
  const screen = new Screen(context.stdout, context.stderr)
  const address = findAddress(command.url, context)
  // npm runs scripts in the checkout; INIT_CWD is where the person typed the paths.
  const cwd = resolve(context.env['npm_lifecycle_event'] === 'specter' ? (context.env['INIT_CWD'] ?? context.cwd) : context.cwd)
  const plan = await planDeliveries(command.paths, { source: command.source, cwd, stdin: context.stdin })
  try {
    sayLeftOut(plan.leftOut, screen)
    if (plan.deliveries.length === 0) throw new Failure('No file is left to send')
    const shared = command.source === undefined ? sharedName(plan.deliveries) : undefined
    if (shared)
      screen.say(
        `${shared.labels.join(' and ')} are both source ${JSON.stringify(shared.name)}: lines that are equal in both count once (--source names them apart)`,
      )
    return await new Import({ address, plan, context, screen, wait: command.wait }).run()
  } finally {
    plan.close()
  }
}

const LEFT_OUT_SHOWN = 20

function sayLeftOut(leftOut: readonly LeftOut[], screen: Screen): void {
  // What went wrong comes first: it must not drown in hidden files.
  const sorted = [...leftOut].sort((a, b) => Number(b.failed) - Number(a.failed))
  for (const { label, reason } of sorted.slice(0, LEFT_OUT_SHOWN)) screen.say(`left out: ${label}: ${reason}`)
  if (leftOut.length > LEFT_OUT_SHOWN) screen.say(`left out: and ${countInWords(leftOut.length - LEFT_OUT_SHOWN)} more`)
}

interface ImportParts {
  address: string
  plan: Plan
  context: Context
  screen: Screen
  wait: boolean
}

/** Events/s come from the status, which costs the server a little each time. */
const STATUS_EVERY_MS = 2_000

class Import {
  private readonly files: FileOutcome[] = []
  private readonly bytesPerSecond = new RateMeter()
  private readonly eventsPerSecond = new RateMeter()
  private events: number | null = null
  private index = 0
  /** Bytes of the deliveries before this one, as far as they count for the total. */
  private doneBytes = 0
  private sentBytes = 0
  private allSent = false
  private readonly totalBytes: number | null

  constructor(private readonly parts: ImportParts) {
    this.totalBytes = parts.plan.deliveries.reduce<number | null>((sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes), 0)
  }

  async run(): Promise<number> {
    const { address, plan, context, screen } = this.parts
    const before = await requireInstance(address, context.signal, (line) => screen.say(line))
    const done = new AbortController()
    const watching = this.watch(before.sources, AbortSignal.any([context.signal, done.signal]))
    screen.startProgress()
    try {
      for (const delivery of plan.deliveries) await this.deliver(delivery)
    } catch (error) {
      if (!context.signal.aborted) throw error
      this.sayStopped()
      return 1
    } finally {
      done.abort()
      await watching
      screen.clear()
    }
    return this.finish()
  }

  private async finish(): Promise<number> {
    const { address, plan, context, screen, wait } = this.parts
    const { result, bytes } = totalOf(this.files)
    if (result.stored > 0) await this.relink()
    if (this.files.length > 1) screen.out(`all ${countInWords(this.files.length)} files: ${countsInWords(result)} (${bytesInWords(bytes)})`)
    const linked = !wait || (await waitForLinks({ address, signal: context.signal, screen }))
    const whole = this.files.every(isWhole) && !plan.leftOut.some(({ failed }) => failed)
    if (!whole) screen.say('Not everything is stored; the lines above say why. What is stored stays, and importing it again stores nothing twice.')
    const range = result.data ?? (result.received > 0 ? (await readStatus(address, context.signal))?.data : null)
    screen.out(`Open ${pageAddress(address, range)}`)
    return whole && linked ? 0 : 1
  }

  /** What the links are learned from is then all of the import, however little it adds to what was there. Without it the worker asks itself once 5 % is new. */
  private async relink(): Promise<void> {
    const { address, context, screen } = this.parts
    const outcome = await ask({ url: `${address}api/v1/relink`, signal: context.signal }, 'POST')
    if (outcome.kind !== 'answered' || outcome.status !== 202)
      screen.say('All is stored; that links are to be learned anew could not be said. The Quality page has a button for it.')
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const { signal } = this.parts.context
    this.index++
    const startMs = Date.now()
    let tries = 1
    const outcome = await withRetry(() => this.attempt(delivery), {
      signal,
      canRepeat: () => delivery.canRepeat(),
      onWait: (words) => {
        tries++
        const gone = this.sentBytes > 0 ? ` (${this.howFar(delivery)} had gone; what was stored of it is not stored twice)` : ''
        this.parts.screen.say(`${delivery.label}: ${words}${gone}`)
      },
    })
    const file = readOutcome(outcome, { label: delivery.label, bytes: this.sentBytes, elapsedMs: Date.now() - startMs })
    if (outcome.kind === 'broken' && !delivery.canRepeat()) file.failure += ', and it can’t be read again; give the same input once more'
    this.doneBytes += delivery.bytes ?? this.sentBytes
    this.sentBytes = 0
    this.files.push(file)
    for (const line of fileLines(file)) this.parts.screen.out(line)
    if (tries > 1 && file.result && file.result.duplicate > 0) this.parts.screen.out(`  sent ${tries} times: what the earlier tries stored counts as duplicate`)
  }

  private async attempt(delivery: Delivery): Promise<Outcome> {
    const { address, context } = this.parts
    this.sentBytes = 0
    this.allSent = false
    try {
      const source = await delivery.open()
      source.once('end', () => (this.allSent = true))
      return await upload({
        url: `${address}api/v1/ingest?source=${encodeURIComponent(delivery.name)}`,
        signal: context.signal,
        headers: headersOf(delivery),
        source,
        onSent: (bytes) => this.onSent(delivery, bytes),
      })
    } catch (error) {
      if (context.signal.aborted) throw error
      return { kind: 'unreadable', reason: reasonOf(error) }
    }
  }

  private onSent(delivery: Delivery, bytes: number): void {
    this.sentBytes += bytes
    this.draw(delivery)
  }

  private draw(delivery: Delivery): void {
    const nowMs = Date.now()
    const sentBytes = this.doneBytes + this.sentBytes
    this.bytesPerSecond.add(nowMs, sentBytes)
    this.parts.screen.progress(() =>
      progressText({
        index: this.index,
        count: this.parts.plan.deliveries.length,
        label: delivery.label,
        sentBytes,
        totalBytes: this.totalBytes,
        bytesPerSecond: this.bytesPerSecond.perSecond(nowMs),
        events: this.events,
        eventsPerSecond: this.eventsPerSecond.perSecond(nowMs),
        waitingForAnswer: this.allSent,
      }),
    )
  }

  /** Keeps the count of events and, while nothing is sent, the line alive. Ends when `signal` fires. */
  private async watch(before: readonly { received: number }[], signal: AbortSignal): Promise<void> {
    const sum = (sources: readonly { received: number }[]): number => sources.reduce((total, { received }) => total + received, 0)
    const base = sum(before)
    this.eventsPerSecond.add(Date.now(), 0)
    try {
      for (;;) {
        await sleep(STATUS_EVERY_MS, undefined, { signal })
        const status = await readStatus(this.parts.address, signal)
        if (status) {
          this.events = Math.max(0, sum(status.sources) - base)
          this.eventsPerSecond.add(Date.now(), this.events)
        }
        const delivery = this.parts.plan.deliveries[this.index - 1]
        if (delivery) this.draw(delivery)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  private howFar({ bytes }: Delivery): string {
    return bytes === null ? bytesInWords(this.sentBytes) : `${bytesInWords(this.sentBytes)} of ${bytesInWords(bytes)}, ${percent(this.sentBytes, bytes)},`
  }

  private sayStopped(): void {
    const { screen, plan } = this.parts
    const delivery = plan.deliveries[this.index - 1]
    const place = delivery && this.files.length < this.index ? ` in ${delivery.label} (${this.howFar(delivery)} sent)` : ''
    screen.say(`Stopped${place}; ${countInWords(this.files.length)} of ${countInWords(plan.deliveries.length)} files are through.`)
    const once = delivery?.bytes === null ? ' Standard input has to be given again.' : ''
    screen.say(`What Specter has stored stays. The same command goes on: what is there counts as duplicate and is not stored twice.${once}`)
  }
}

function headersOf({ gzip, modifiedMs }: Delivery): Record<string, string> {
  return {
    // What the bytes are, their content says; a file of a folder may be anything.
    'content-type': 'application/octet-stream',
    accept: 'application/json',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    ...(modifiedMs === null ? {} : { 'specter-file-time': String(modifiedMs) }),
  }
}
