import { createHash } from 'node:crypto'

import type { Clock } from './clock'
import type { FunctionHost, Outcome } from './functions'
import type { Invoker } from './invoker'
import type { Cause, Ledger, Transaction } from './ledger'
import type { Random } from './random'
import type { Rates } from './rates'
import { traceHeader, type TraceContext, type XRay } from './xray'

export interface QueueSettings {
  name: string
  visibilityTimeoutMs: number
  /** Where a message goes after `maxReceiveCount` deliveries without success. */
  deadLetter?: { queue: string; maxReceiveCount: number }
}

/** An event source mapping: the poller that reads a queue for a function. */
export interface QueueConsumer {
  queue: string
  function: string
  batchSize: number
  /** How long a batch may wait to fill. */
  windowMs: number
  maxConcurrency: number
}

export interface OutgoingMessage {
  body: string
  messageAttributes?: Record<string, unknown>
  senderId: string
  trace: TraceContext
  /** Given the id that the message got. */
  cause(messageId: string): Cause
  delayMs?: number
}

export interface Queue {
  settings: QueueSettings
  arn: string
  url: string
  /** Accepts a message and gives its id. */
  send(message: OutgoingMessage): string
  /** Attaches the poller. */
  consume(consumer: QueueConsumer, host: FunctionHost): void
  /** Receives what is waiting here from another queue's redrive policy. */
  bury(message: Message): void
  /** An operator's redrive: all that waits here is sent to `target` as new messages. */
  redrive(target: Queue): void
  waiting(): number
}

export interface Message {
  id: string
  body: string
  messageAttributes: Record<string, unknown>
  senderId: string
  sentAt: number
  firstReceived: number | null
  receiveCount: number
  trace: TraceContext
  causes: Cause[]
  txs: ReadonlySet<Transaction>
  lastDelivery: Outcome | null
  deleted: boolean
}

interface QueueServices {
  account: string
  region: string
  clock: Clock
  random: Random
  ledger: Ledger
  xray: XRay
  invoker: Invoker
  queueOf(name: string): Queue
  rates: Rates
}

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

export function createQueue(settings: QueueSettings, services: QueueServices): Queue {
  const { clock, random, ledger } = services
  const arn = `arn:aws:sqs:${services.region}:${services.account}:${settings.name}`
  const visible: Message[] = []
  let poller: { consumer: QueueConsumer; host: FunctionHost; inFlight: number; planned: boolean } | null = null

  const plan = (): void => {
    if (poller === null || poller.planned || visible.length === 0 || poller.inFlight >= poller.consumer.maxConcurrency) return
    poller.planned = true
    const wait = visible.length >= poller.consumer.batchSize ? 0 : poller.consumer.windowMs
    clock.at(clock.now() + wait + random.around(25, 0.8), poll)
  }

  const show = (message: Message): void => {
    visible.push(message)
    plan()
  }

  /** Ends a message's time out of sight: unless it was deleted meanwhile, it comes back or is buried. */
  const reappear = (message: Message): void => {
    if (message.deleted) return
    const { deadLetter } = settings
    if (deadLetter === undefined || message.receiveCount < deadLetter.maxReceiveCount) {
      show(message)
      return
    }
    ledger.fail(message.txs, 'dead-letter')
    message.deleted = true
    services.queueOf(deadLetter.queue).bury({ ...message, deleted: false })
  }

  const settle = (batch: Message[], outcome: Outcome): void => {
    const failedIds = outcome.failed ? new Set(batch.map(({ id }) => id)) : failuresOf(outcome.result)
    for (const message of batch) {
      message.lastDelivery = outcome
      if (failedIds.has(message.id)) continue
      message.deleted = true
      if (!random.chance(services.rates.queueDuplicate)) continue
      clock.at(clock.now() + random.between(500, 9000), () => {
        message.deleted = false
        show(message)
      })
    }
  }

  const poll = (): void => {
    if (poller === null) return
    const { consumer, host } = poller
    poller.planned = false
    const batch = visible.splice(0, consumer.batchSize)
    if (batch.length === 0) return
    const now = clock.now()
    for (const message of batch) {
      message.receiveCount += 1
      message.firstReceived ??= now
      clock.at(now + settings.visibilityTimeoutMs, () => reappear(message))
    }
    const trace = services.xray.begin(now)
    trace.sampled = batch.some((message) => message.trace.sampled)
    const current = poller
    current.inFlight += 1
    const started = services.invoker.sync(host, {
      event: { Records: batch.map((message) => recordOf(message, arn, services.region)) },
      requestId: random.uuid(5),
      attempt: Math.max(...batch.map(({ receiveCount }) => receiveCount)),
      arrivals: batch.map((message) => ({ causes: causesOf(message, settings.name), text: message.body })),
      trace,
      links: batch.map((message) => message.trace).filter(({ sampled }) => sampled),
      done(outcome) {
        current.inFlight -= 1
        settle(batch, outcome)
        plan()
      },
    })
    // A throttled batch stays out of sight until its time is up, and has used one of its deliveries.
    if (!started) current.inFlight -= 1
    plan()
  }

  return {
    settings,
    arn,
    url: `https://sqs.${services.region}.amazonaws.com/${services.account}/${settings.name}`,
    waiting: () => visible.length,
    bury: show,
    consume(consumer, host) {
      poller = { consumer, host, inFlight: 0, planned: false }
      plan()
    },
    send({ body, messageAttributes = {}, senderId, trace, cause, delayMs = 0 }) {
      const id = random.uuid()
      const because = cause(id)
      const message: Message = {
        id,
        body,
        messageAttributes,
        senderId,
        trace,
        sentAt: clock.now(),
        firstReceived: null,
        receiveCount: 0,
        causes: [because],
        txs: because.txs,
        lastDelivery: null,
        deleted: false,
      }
      clock.at(clock.now() + delayMs + random.around(9, 0.6), () => show(message))
      return id
    },
    redrive(target) {
      for (const message of visible.splice(0)) {
        const last = message.lastDelivery?.execution
        target.send({
          body: message.body,
          messageAttributes: message.messageAttributes,
          senderId: message.senderId,
          trace: message.trace,
          cause: () =>
            (last === undefined
              ? causesOf(message, settings.name)
              : [{ from: last, at: last.start, kind: 'redrive' as const, ids: [], txs: message.txs }]
            )[0] as Cause,
        })
      }
    },
  }
}

function causesOf(message: Message, queue: string): Cause[] {
  const last = message.lastDelivery?.execution
  if (last === undefined || message.receiveCount < 2) return message.causes
  const anyOf = `${queue}:${message.id}:${message.receiveCount}`
  return [...message.causes.map((cause) => ({ ...cause, anyOf })), { from: last, at: last.start, kind: 'retry', ids: [message.id], txs: message.txs, anyOf }]
}

function recordOf(message: Message, arn: string, region: string): Record<string, unknown> {
  return {
    messageId: message.id,
    receiptHandle: `AQEB${Buffer.from(`${message.id}:${message.receiveCount}`).toString('base64')}`,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      ...(message.trace.sampled ? { AWSTraceHeader: traceHeader(message.trace) } : {}),
      SentTimestamp: String(Math.floor(message.sentAt)),
      SenderId: message.senderId,
      ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceived ?? message.sentAt)),
    },
    messageAttributes: message.messageAttributes,
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: region,
  }
}

/** The ids in `batchItemFailures`, as Lambda reads a batch's answer. */
function failuresOf(result: unknown): Set<string> {
  const failures = (result as { batchItemFailures?: { itemIdentifier?: string }[] } | null | undefined)?.batchItemFailures ?? []
  return new Set(failures.flatMap(({ itemIdentifier }) => itemIdentifier ?? []))
}
