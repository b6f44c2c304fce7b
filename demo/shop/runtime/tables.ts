import type { Clock, Timer } from './clock'
import { meets, updated, type AttributeValue, type Item, type Names } from './expressions'
import type { FunctionHost, Running } from './functions'
import type { Invoker } from './invoker'
import type { Cause, Ledger } from './ledger'
import type { Random } from './random'
import { AwsError } from './wire'
import type { TraceContext, XRay } from './xray'

export interface TableSettings {
  name: string
  /** Partition key. The shop's tables have no sort key. */
  key: string
  /** A change stream, read in order by one function. */
  stream?: { function: string; batchSize: number; windowMs: number }
}

export interface Table {
  settings: TableSettings
  get(key: Item): Item | undefined
  put(input: WriteInput & { Item: Item }, by: Running, trace: TraceContext): void
  update(input: WriteInput & { Key: Item; UpdateExpression: string }, by: Running, trace: TraceContext): Item
  delete(input: WriteInput & { Key: Item }): void
  scan(): Item[]
  meets(key: Item, input: WriteInput): boolean
  /** Fills a row in before the recording begins. */
  seed(item: Item): void
}

export interface WriteInput extends Names {
  ConditionExpression?: string
}

interface StreamRecord {
  sequence: string
  eventId: string
  kind: 'INSERT' | 'MODIFY'
  at: number
  keys: Item
  after: Item
  cause: Cause
  trace: TraceContext
}

interface TableServices {
  account: string
  region: string
  clock: Clock
  random: Random
  ledger: Ledger
  xray: XRay
  invoker: Invoker
  functionOf(name: string): FunctionHost
}

/** A batch of a change stream is tried this often before it is given up. */
const STREAM_ATTEMPTS = 4

export function createTable(settings: TableSettings, services: TableServices): Table {
  const { random, clock, ledger } = services
  const rows = new Map<string, Item>()
  const shard = settings.stream === undefined ? null : createShard(settings, settings.stream, services)
  let sequence = 100000000000000000n + BigInt(random.below(1_000_000_000))

  const keyText = (key: Item): string => {
    const value: AttributeValue | undefined = key[settings.key]
    const text = value?.S ?? value?.N
    if (text === undefined) throw new AwsError('ValidationException', 'The provided key element does not match the schema')
    return text
  }

  const write = (key: Item, after: Item, by: Running, trace: TraceContext): void => {
    const text = keyText(key)
    const kind = rows.has(text) ? 'MODIFY' : 'INSERT'
    rows.set(text, after)
    if (shard === null) return
    sequence += BigInt(1 + random.below(90_000))
    const keys = { [settings.key]: key[settings.key] ?? {} }
    const eventId = random.hex(32)
    const record: StreamRecord = {
      sequence: String(sequence * 1_000_000_000n),
      eventId,
      kind,
      at: clock.now(),
      keys,
      after,
      trace,
      cause: ledger.emission(by.execution, 'stream', clock.now(), [eventId], JSON.stringify(after)),
    }
    clock.at(clock.now() + random.around(260, 0.4), () => shard.add(record))
  }

  const check = (key: Item, input: WriteInput): void => {
    if (!meets(rows.get(keyText(key)), input.ConditionExpression, input)) {
      throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed')
    }
  }

  return {
    settings,
    get: (key) => rows.get(keyText(key)),
    scan: () => [...rows.values()],
    meets: (key, input) => meets(rows.get(keyText(key)), input.ConditionExpression, input),
    seed: (item) => void rows.set(keyText(item), item),
    put(input, by, trace) {
      check(input.Item, input)
      write(input.Item, input.Item, by, trace)
    },
    update(input, by, trace) {
      check(input.Key, input)
      const after = updated(rows.get(keyText(input.Key)) ?? { ...input.Key }, input.UpdateExpression, input)
      write(input.Key, after, by, trace)
      return after
    },
    delete(input) {
      check(input.Key, input)
      if (shard !== null) throw new Error('removals are not streamed here')
      rows.delete(keyText(input.Key))
    },
  }
}

/** One shard: its records are handed over in order, one batch at a time; a failed batch blocks those behind it. */
function createShard(settings: TableSettings, consumer: NonNullable<TableSettings['stream']>, services: TableServices) {
  const { clock, random, ledger } = services
  const arn = `arn:aws:dynamodb:${services.region}:${services.account}:table/${settings.name}/stream/2026-03-02T09:14:27.512`
  const pending: StreamRecord[] = []
  let running = false
  let planned: Timer | null = null

  const run = (batch: StreamRecord[], attempt: number, previous: Cause[]): void => {
    const now = clock.now()
    const trace = services.xray.begin(now)
    trace.sampled = batch.some((record) => record.trace.sampled)
    const anyOf = attempt === 1 ? {} : { anyOf: `${settings.name}:${batch[0]?.sequence}:${attempt}` }
    const started = services.invoker.sync(services.functionOf(consumer.function), {
      event: { Records: batch.map((record) => recordOf(record, arn, services.region)) },
      requestId: random.uuid(),
      attempt,
      arrivals: batch.map((record, index) => ({
        causes: [{ ...record.cause, ...anyOf }, ...(index === 0 ? previous.map((cause) => ({ ...cause, ...anyOf })) : [])],
        text: JSON.stringify(record.after),
      })),
      trace,
      done(outcome) {
        if (outcome.failed && attempt < STREAM_ATTEMPTS) {
          const { execution } = outcome
          const again: Cause[] = [{ from: execution, at: execution.start, kind: 'retry', ids: batch.map(({ eventId }) => eventId), txs: execution.txs }]
          clock.at(clock.now() + 1000 * 2 ** (attempt - 1), () => run(batch, attempt + 1, again))
          return
        }
        if (outcome.failed) ledger.fail(outcome.execution.txs, 'stream-given-up')
        running = false
        plan()
      },
    })
    if (!started) clock.at(now + 1000, () => run(batch, attempt, previous))
  }

  const plan = (): void => {
    if (running || planned !== null || pending.length === 0) return
    const begin = (): void => {
      planned = null
      running = true
      run(pending.splice(0, consumer.batchSize), 1, [])
    }
    planned = clock.at(clock.now() + (pending.length >= consumer.batchSize ? 0 : consumer.windowMs), begin)
  }

  return {
    add(record: StreamRecord): void {
      pending.push(record)
      plan()
    },
  }
}

function recordOf(record: StreamRecord, arn: string, region: string): Record<string, unknown> {
  return {
    eventID: record.eventId,
    eventName: record.kind,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(record.at / 1000),
      Keys: record.keys,
      NewImage: record.after,
      SequenceNumber: record.sequence,
      SizeBytes: JSON.stringify(record.after).length,
      StreamViewType: 'NEW_IMAGE',
    },
    eventSourceARN: arn,
  }
}
