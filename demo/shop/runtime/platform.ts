import { bundleFunction } from './bundle'
import { createAws, type External } from './aws'
import { createBucket, type Bucket, type BucketSettings } from './buckets'
import { createBus, createTopic, type Bus, type Rule, type Subscription, type Topic } from './bus'
import type { Clock } from './clock'
import { createFunction, type FunctionHost, type FunctionSettings, type Release } from './functions'
import { createGateway, type Gateway, type GatewaySettings } from './gateway'
import { createInvoker } from './invoker'
import { createLedger, type Ledger, type LogLine } from './ledger'
import { createLogWriter, type LogWriter } from './log-writer'
import { createQueue, type Queue, type QueueConsumer, type QueueSettings } from './queues'
import type { Random } from './random'
import type { Rates } from './rates'
import { createTable, type Table, type TableSettings } from './tables'
import { createXRay, type XRay } from './xray'

/** A whole system, as its infrastructure code would describe it. */
export interface SystemDefinition {
  account: string
  region: string
  functions: FunctionSettings[]
  gateways: GatewaySettings[]
  queues: QueueSettings[]
  consumers: QueueConsumer[]
  tables: TableSettings[]
  bus: { name: string; rules: Rule[] }
  topic: { name: string; subscriptions: Subscription[] }
  buckets: BucketSettings[]
  externals: Record<string, External>
  rates: Rates
  /** Functions that a newer version is being rolled out for: its share of the traffic, and the variants of its modules. */
  rollouts: { function: string; share: number; variants: string[] }[]
  /** Variants of modules that all functions are built with. */
  variants: string[]
}

export interface Platform {
  ledger: Ledger
  logs: LogWriter
  xray: XRay
  gateway(name: string): Gateway
  queue(name: string): Queue
  table(name: string): Table
  bus: Bus
}

interface PlatformOptions {
  clock: Clock
  random: Random
  /** Of traces. */
  sampleRate: number
  /** Whether all of the truth is kept; a live shop forgets. */
  keepTruth: boolean
  sink(line: LogLine): void
}

export async function createPlatform(definition: SystemDefinition, { clock, random, sampleRate, keepTruth, sink }: PlatformOptions): Promise<Platform> {
  const { account, region, rates } = definition
  const ledger = createLedger(keepTruth)
  const logs = createLogWriter(clock, random.fork('logs'), sink)
  const xray = createXRay(random.fork('xray'), sampleRate)
  const arnOf = (name: string): string => `arn:aws:lambda:${region}:${account}:function:${name}`
  const invoker = createInvoker({ clock, random: random.fork('invoker'), ledger, xray, arnOf, rates })

  const functions = new Map<string, FunctionHost>()
  const queues = new Map<string, Queue>()
  const tables = new Map<string, Table>()
  const topics = new Map<string, Topic>()
  const buses = new Map<string, Bus>()
  const buckets = new Map<string, Bucket>()
  const gateways = new Map<string, Gateway>()
  const functionOf = (name: string): FunctionHost => found(functions, name)
  const queueOf = (name: string): Queue => found(queues, name)
  const base = { account, region, clock, ledger, xray, logs, rates, invoker, functionOf, queueOf }

  const serve = createAws({
    region,
    clock,
    random: random.fork('network'),
    ledger,
    xray,
    queues,
    tables,
    topics,
    buses,
    buckets,
    externals: definition.externals,
    rates,
  })
  const releases = await bundleAll(definition)
  for (const settings of definition.functions) {
    const own = found(releases, settings.name)
    functions.set(settings.name, createFunction(settings, own, { ...base, random: random.fork(settings.name), serve }))
  }
  for (const settings of definition.tables) tables.set(settings.name, createTable(settings, { ...base, random: random.fork(settings.name) }))
  for (const settings of definition.buckets) buckets.set(settings.name, createBucket(settings, { ...base, random: random.fork(settings.name) }))
  for (const settings of definition.queues) queues.set(settings.name, createQueue(settings, { ...base, random: random.fork(settings.name) }))
  for (const consumer of definition.consumers) queueOf(consumer.queue).consume(consumer, functionOf(consumer.function))
  for (const settings of definition.gateways) gateways.set(settings.name, createGateway(settings, { ...base, random: random.fork(settings.name) }))
  const bus = createBus(definition.bus.name, definition.bus.rules, { ...base, random: random.fork('bus') })
  buses.set(bus.name, bus)
  topics.set(definition.topic.name, createTopic(definition.topic.name, definition.topic.subscriptions, { ...base, random: random.fork('topic') }))

  return { ledger, logs, xray, bus, gateway: (name) => found(gateways, name), queue: queueOf, table: (name) => found(tables, name) }
}

function found<T>(map: Map<string, T>, name: string): T {
  const value = map.get(name)
  if (value === undefined) throw new Error(`there is no ${name}`)
  return value
}

async function bundleAll(definition: SystemDefinition): Promise<Map<string, Release[]>> {
  const all = await Promise.all(
    definition.functions.map(async ({ name, entry, version }) => {
      const rollout = definition.rollouts.find((candidate) => candidate.function === name)
      const releases: Release[] = [{ version: String(version), bundle: await bundleFunction(entry, definition.variants), from: 0, share: 1 }]
      if (rollout !== undefined) {
        const bundle = await bundleFunction(entry, [...definition.variants, ...rollout.variants])
        releases.push({ version: String(version + 1), bundle, from: 0, share: rollout.share })
      }
      return [name, releases] as const
    }),
  )
  return new Map(all)
}
