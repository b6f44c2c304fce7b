/**
 * CloudWatch Logs, X-Ray and STS on 127.0.0.1 for tests: AWS's protocols over HTTP, a clock that the test moves, and troubles that a seed
 * decides. One server is all accounts and regions: a request belongs to the account of its key (`AKIA` or `ASIA` and twelve digits; any
 * other key is 123456789012's) and to the region of its signature. Signatures themselves are not checked.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVirtualClock, type VirtualClock } from './clock'
import { draw } from './draw'
import { AwsFault, faults, placeKey, type Place } from './fault'
import type { Input } from './input'
import { calmKnobs, type Knobs, type SeenRequest, type Trouble } from './knobs'
import { liveTail } from './live-tail'
import { runLogAction, type LogCall } from './log-actions'
import { LogWorld } from './log-world'
import { assumeRole, callerIdentity, stsError } from './sts'
import { runTraceAction, TRACE_ACTIONS } from './trace-actions'
import { TraceWorld } from './trace-world'

export const HOME: Place = { account: '123456789012', region: 'eu-west-1' }

export interface FakeAwsOptions {
  seed?: string
  clock?: VirtualClock
}

export async function startFakeAws({ seed = 'fake-aws', clock = createVirtualClock() }: FakeAwsOptions = {}): Promise<FakeAws> {
  const fake = new FakeAws(seed, clock)
  await fake.listen()
  return fake
}

export class FakeAws {
  readonly knobs: Knobs
  /** Every request in the order of arrival; `outcome` is filled when it is answered. */
  readonly requests: SeenRequest[] = []
  url = ''
  private readonly logWorlds = new Map<string, LogWorld>()
  private readonly traceWorlds = new Map<string, TraceWorld>()
  private readonly links = new Set<string>()
  private readonly streamTokens = new Map<string, number>()
  private readonly calls = new Map<string, { second: number; count: number }>()
  private readonly hanging = new Set<() => void>()
  private readonly server: Server

  constructor(
    readonly seed: string,
    readonly clock: VirtualClock,
  ) {
    this.knobs = calmKnobs(seed)
    this.server = createServer((request, response) => void this.answer(request, response))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.release()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** What a client of the SDK needs to talk to this, as that account in that region. */
  clientConfig(place: Partial<Place> = {}): {
    endpoint: string
    region: string
    credentials: { accessKeyId: string; secretAccessKey: string }
    disableHostPrefix: boolean
  } {
    const { account, region } = { ...HOME, ...place }
    // Live Tail puts `stream-` before the host's name, which an address on this machine has no use for.
    return { endpoint: this.url, region, credentials: { accessKeyId: `AKIA${account}`, secretAccessKey: 'x' }, disableHostPrefix: true }
  }

  logs(place: Partial<Place> = {}): LogWorld {
    const full = { ...HOME, ...place }
    const world = this.logWorlds.get(placeKey(full)) ?? new LogWorld(full, this.clock, this.seed)
    this.logWorlds.set(placeKey(full), world)
    return world
  }

  traces(place: Partial<Place> = {}): TraceWorld {
    const full = { ...HOME, ...place }
    const world = this.traceWorlds.get(placeKey(full)) ?? new TraceWorld(full, this.clock)
    this.traceWorlds.set(placeKey(full), world)
    return world
  }

  /** From now on the monitoring account sees the source account's groups, in every region. */
  link(monitoring: string, source: string): void {
    this.links.add(`${monitoring} ${source}`)
  }

  /** Lets requests that hang go; they get no answer, their connections end. */
  release(): void {
    for (const end of this.hanging) end()
    this.hanging.clear()
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const seen = this.see(request, Buffer.concat(chunks).toString('utf8'))
    const trouble = this.troubleOf(seen)
    if (this.knobs.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, this.knobs.slowMs))
    if (trouble === 'hang') {
      seen.outcome = 'hang'
      await new Promise<void>((resolve) => {
        this.hanging.add(resolve)
        response.once('close', resolve)
      })
      return void request.socket.destroy()
    }
    if (trouble === 'drop') {
      seen.outcome = 'drop'
      return void request.socket.destroy()
    }
    if (seen.action === 'StartLiveTail' && !(trouble instanceof Error)) return this.stream(seen, request, response)
    this.finish(seen, request, response, this.run(seen, request, trouble instanceof Error ? trouble : undefined), trouble === 'cut')
  }

  private finish(seen: SeenRequest, request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer, cut = false): void {
    const requestId = `00000000-0000-4000-8000-${String(seen.ordinal).padStart(12, '0')}`
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), 'x-amzn-requestid': requestId })
    if (!cut) return void response.end(body)
    seen.outcome = 'cut'
    response.write(body.slice(0, Math.ceil(body.length / 2)), () => request.socket.destroy())
  }

  /** Frames as the clock moves, until the caller leaves; `outcome` says `left` then. */
  private async stream(seen: SeenRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    try {
      const frames = liveTail(this.logCall(seen, this.identity(seen, request)), gone.signal)
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
      for await (const frame of frames) response.write(frame)
      seen.outcome = gone.signal.aborted ? 'left' : 'ok'
      response.end()
    } catch (thrown) {
      this.finish(seen, request, response, this.refusal(seen, thrown))
    }
  }

  private see(request: IncomingMessage, body: string): SeenRequest {
    const [, key = '', region = HOME.region, service = 'logs'] = /Credential=([^/]+)\/\d+\/([^/]+)\/(\w+)\//.exec(request.headers.authorization ?? '') ?? []
    const target = String(request.headers['x-amz-target'] ?? '')
    const isQuery = service === 'sts'
    const input = isQuery ? Object.fromEntries(new URLSearchParams(body)) : (JSON.parse(body === '' ? '{}' : body) as Input)
    const action = isQuery
      ? String(input.Action)
      : target === ''
        ? (TRACE_ACTIONS[`${request.method} ${request.url}`] ?? String(request.url))
        : (target.split('.')[1] ?? '')
    const account = /^A[KS]IA(\d{12})/.exec(key)?.[1] ?? HOME.account
    const of = isQuery ? 'sts' : target === '' ? 'xray' : 'logs'
    const seen: SeenRequest = { service: of, action, account, region, input, ordinal: this.requests.length, atMs: this.clock.nowMs(), outcome: '' }
    this.requests.push(seen)
    return seen
  }

  /** The test's own trouble first, then the seed's. */
  private troubleOf(seen: SeenRequest): Trouble | undefined {
    const { knobs } = this
    const chosen = knobs.trouble?.(seen)
    if (chosen !== undefined) return chosen
    const is = (name: 'drop' | 'cut' | 'throttle' | 'unavailable'): boolean => draw(this.seed, name, seen.ordinal) < knobs[name]
    if (is('drop')) return 'drop'
    if (is('throttle') || this.isOverRate(seen)) return seen.service === 'xray' ? new AwsFault('ThrottledException', 'Rate exceeded', 429) : faults.throttled()
    if (is('unavailable'))
      return seen.service === 'xray' ? new AwsFault('InternalFailure', 'We encountered an internal error. Please try again.', 500) : faults.unavailable()
    const token = seen.input.nextToken ?? seen.input.NextToken
    if (typeof token === 'string' && draw(this.seed, 'stale', seen.ordinal) < knobs.staleToken)
      return seen.service === 'xray' ? new AwsFault('InvalidRequestException', 'Invalid pagination token') : faults.badToken()
    return is('cut') ? 'cut' : undefined
  }

  private isOverRate(seen: SeenRequest): boolean {
    const rate = this.knobs.ratePerSecond[seen.action]
    if (rate === undefined) return false
    const key = `${seen.action} ${placeKey(seen)}`
    const second = Math.floor(seen.atMs / 1000)
    const last = this.calls.get(key)
    const count = last?.second === second ? last.count + 1 : 1
    this.calls.set(key, { second, count })
    return count > rate
  }

  private run(seen: SeenRequest, request: IncomingMessage, error: Error | undefined): Answer {
    try {
      if (error) throw error
      const result = this.act(seen, request)
      seen.outcome = 'ok'
      if (typeof result === 'string') return { status: 200, headers: { 'content-type': 'text/xml' }, body: result }
      return {
        status: 200,
        headers: { 'content-type': seen.service === 'logs' ? 'application/x-amz-json-1.1' : 'application/json' },
        body: JSON.stringify(result),
      }
    } catch (thrown) {
      return this.refusal(seen, thrown)
    }
  }

  private refusal(seen: SeenRequest, thrown: unknown): Answer {
    const fault = thrown instanceof AwsFault ? thrown : new AwsFault('InternalFailure', `the fake failed: ${String((thrown as Error).stack)}`, 500)
    seen.outcome = fault.code
    return errorAnswer(seen, fault)
  }

  /** Who signed the request, as errors name them. */
  private identity(seen: SeenRequest, request: IncomingMessage): string {
    const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    return key.startsWith('ASIA') ? `arn:aws:sts::${seen.account}:assumed-role/${key.slice(16)}/specter` : `arn:aws:iam::${seen.account}:user/specter`
  }

  private act(seen: SeenRequest, request: IncomingMessage): object | string {
    const { clock, knobs } = this
    const { input, ordinal, account, region } = seen
    const who = this.identity(seen, request)
    if (seen.service === 'sts') return seen.action === 'AssumeRole' ? assumeRole(input, clock.nowMs()) : callerIdentity(who, account)
    if (seen.service === 'xray') return runTraceAction(seen.action, { world: this.traces({ account, region }), clock, knobs, input, who, ordinal })
    return runLogAction(seen.action, this.logCall(seen, who))
  }

  private logCall({ account, region, input, ordinal }: SeenRequest, who: string): Omit<LogCall, 'readableGroup'> {
    const { clock, knobs, streamTokens } = this
    const linked = (other: Place): LogWorld | undefined =>
      this.links.has(`${account} ${other.account}`) && other.region === region ? this.logs(other) : undefined
    const linkedWorlds = [...this.logWorlds.values()].filter((world) => linked(world.place) !== undefined)
    return { world: this.logs({ account, region }), linked, linkedWorlds, clock, knobs, input, who, ordinal, streamTokens }
  }
}

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** JSON 1.1 names the error in the body, REST-JSON in a header, the query protocol in XML. */
function errorAnswer({ service }: SeenRequest, { code, message, status }: AwsFault): Answer {
  if (service === 'sts') return { status, headers: { 'content-type': 'text/xml' }, body: stsError(code, message) }
  if (service === 'xray')
    return { status, headers: { 'content-type': 'application/json', 'x-amzn-errortype': `${code}:` }, body: JSON.stringify({ Message: message }) }
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ __type: code, message }) }
}
