import type { Clock } from './clock'
import type { FunctionHost, Running } from './functions'
import type { Invoker } from './invoker'
import type { Cause, Ledger } from './ledger'
import type { Queue } from './queues'
import type { Random } from './random'
import type { Rates } from './rates'
import type { TraceContext } from './xray'

/** A rule of the event bus, and a subscription of the topic: both hand one thing to a function or a queue. */
export interface Rule {
  name: string
  source: string
  detailTypes: string[]
  target: { function: string } | { queue: string }
}

export interface Subscription {
  target: { function: string } | { queue: string }
}

interface DeliveryServices {
  account: string
  region: string
  clock: Clock
  random: Random
  ledger: Ledger
  invoker: Invoker
  functionOf(name: string): FunctionHost
  queueOf(name: string): Queue
  rates: Rates
}

export interface PutEventsEntry {
  Source: string
  DetailType: string
  Detail: string
  EventBusName?: string
}

export function createBus(name: string, rules: readonly Rule[], services: DeliveryServices) {
  const { clock, random, ledger } = services
  const deliver = (rule: Rule, id: string, text: string, event: unknown, running: Running, trace: TraceContext, sent: number): void => {
    const cause = (kind: 'eb' | 'eb-sqs', ids: string[]): Cause => ledger.emission(running.execution, kind, sent, ids, text)
    if ('function' in rule.target) {
      services.invoker.async(services.functionOf(rule.target.function), { event, causes: [cause('eb', [id])], text, trace })
      return
    }
    services.queueOf(rule.target.queue).send({
      body: JSON.stringify(event),
      senderId: 'AIDAIE4XAMPLEEVENTS00',
      trace,
      cause: (messageId) => cause('eb-sqs', [id, messageId]),
    })
  }
  return {
    name,
    /** Answers one PutEvents call. */
    put(entries: readonly PutEventsEntry[], running: Running, trace: TraceContext): { FailedEntryCount: number; Entries: Record<string, string>[] } {
      const now = clock.now()
      const answers = entries.map((entry): Record<string, string> => {
        if (random.chance(services.rates.entryFailure)) return { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal failure' }
        const id = random.uuid()
        const detail = JSON.parse(entry.Detail) as unknown
        const event = {
          version: '0',
          id,
          'detail-type': entry.DetailType,
          source: entry.Source,
          account: services.account,
          time: `${new Date(now).toISOString().slice(0, 19)}Z`,
          region: services.region,
          resources: [],
          detail,
        }
        for (const rule of rules) {
          if (rule.source !== entry.Source || !rule.detailTypes.includes(entry.DetailType)) continue
          clock.at(now + random.around(140, 0.5), () => deliver(rule, id, entry.Detail, event, running, trace, now))
        }
        return { EventId: id }
      })
      return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers }
    },
    /** A schedule fires: nothing in the shop caused it. */
    tick(rule: { name: string; function: string; op: string }, trace: TraceContext): void {
      const event = {
        version: '0',
        id: random.uuid(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: services.account,
        time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
        region: services.region,
        resources: [`arn:aws:events:${services.region}:${services.account}:rule/${rule.name}`],
        detail: {},
      }
      services.invoker.async(services.functionOf(rule.function), { event, causes: [], text: '', trace, root: { op: rule.op, keys: {} } })
    },
  }
}

export function createTopic(name: string, subscriptions: readonly Subscription[], services: DeliveryServices) {
  const { clock, random, ledger } = services
  const arn = `arn:aws:sns:${services.region}:${services.account}:${name}`
  const fields = (id: string, message: string, subject: string | undefined, now: number): Record<string, unknown> => ({
    Type: 'Notification',
    MessageId: id,
    TopicArn: arn,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: message,
    Timestamp: new Date(now).toISOString(),
    SignatureVersion: '1',
    Signature: 'EXAMPLE',
    SigningCertURL: `https://sns.${services.region}.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem`,
    UnsubscribeURL: `https://sns.${services.region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55`,
  })
  const deliver = (
    subscription: Subscription,
    id: string,
    message: string,
    subject: string | undefined,
    running: Running,
    trace: TraceContext,
    sent: number,
  ): void => {
    const cause = (kind: 'sns' | 'sns-sqs', ids: string[]): Cause => ledger.emission(running.execution, kind, sent, ids, message)
    const notification = fields(id, message, subject, sent)
    if ('function' in subscription.target) {
      const record = {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: `${arn}:${subscription.target.function}`,
        Sns: { ...notification, MessageAttributes: {} },
      }
      services.invoker.async(services.functionOf(subscription.target.function), {
        event: { Records: [record] },
        causes: [cause('sns', [id])],
        text: message,
        trace,
      })
      return
    }
    services.queueOf(subscription.target.queue).send({
      body: JSON.stringify(notification),
      senderId: 'AIDAIT2UOQQY3AUEKVGXU',
      trace,
      cause: (messageId) => cause('sns-sqs', [id, messageId]),
    })
  }
  return {
    arn,
    publish(message: string, subject: string | undefined, running: Running, trace: TraceContext): string {
      const id = random.uuid()
      const now = clock.now()
      for (const subscription of subscriptions) clock.at(now + random.around(30, 0.6), () => deliver(subscription, id, message, subject, running, trace, now))
      return id
    },
  }
}

export type Bus = ReturnType<typeof createBus>
export type Topic = ReturnType<typeof createTopic>
