/**
 * What to log next: for each hop that ids don't prove, the one field or setting that would. Which side lacks it shows in the ids that the
 * spans of the other side already have: a consumer that logs its event needs only a producer that logs what the send returned.
 * Sources: AWS's documentation of what each service returns and delivers (SendMessage, Publish, PutEvents, PutRecord, PutObject,
 * `$context` variables of API Gateway, Step Functions log levels), and W3C Trace Context.
 */
import type { ServiceKind } from '#lib/model/event'
import type { Advice } from '#lib/model/quality'

export interface HopNeed {
  source: Advice['source']
  target: Advice['target']
  /** What ran on the far side, where the target only carries: `orders` is a queue, `payment` took from it. */
  consumer: string | null
  /** Links by ids. */
  exact: number
  /** Links of tiers B and C, and effects left open. */
  inexact: number
  /** Of a sample of the inexact ones: how many causes say what they sent or called, effects what they were started by, how many answered. */
  sample: { size: number; produced: number; consumed: number; returned: number }
}

/** Fewer are an accident of a deployment, not a habit of the code. */
const LEAST_LINKS = 3
/** A smaller gain is not worth a deployment. */
const LEAST_SHARE = 0.002
/** Most of a sample. */
const MOST = 0.5

interface Carrier {
  /** What the send returns. */
  sent: string
  /** What arrives. */
  received: string
  call: string
}

const CARRIERS: Partial<Record<ServiceKind, Carrier>> = {
  queue: { sent: 'MessageId', received: 'Records[].messageId', call: 'SendMessage' },
  topic: { sent: 'MessageId', received: 'Records[].Sns.MessageId', call: 'Publish' },
  bus: { sent: 'Entries[].EventId', received: 'id', call: 'PutEvents' },
  stream: { sent: 'SequenceNumber', received: 'Records[].kinesis.sequenceNumber', call: 'PutRecord' },
  bucket: { sent: 'x-amz-request-id', received: "Records[].responseElements['x-amz-request-id']", call: 'PutObject' },
}

/** The greatest gain first; `all` is the number of links that there are or could be in the range. */
export function adviseHops(hops: readonly HopNeed[], all: number): Advice[] {
  return hops
    .filter((hop) => hop.inexact >= LEAST_LINKS && hop.inexact >= LEAST_SHARE * all)
    .map((hop) => ({ source: hop.source, target: hop.target, ...adviceFor(hop), links: hop.inexact, share: all === 0 ? 0 : hop.inexact / all }))
    .sort((a, b) => b.links - a.links || compare(`${a.source.name}\0${a.target.name}`, `${b.source.name}\0${b.target.name}`))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

type Advised = Pick<Advice, 'where' | 'field' | 'reason'>

function adviceFor(hop: HopNeed): Advised {
  const { source, target } = hop
  if (source.kind === 'gateway') return viaGateway(source.name)
  if (source.kind === 'workflow') return viaWorkflow(source.name)
  if (target.kind === 'workflow') {
    return { where: source.name, field: 'executionArn', reason: 'StartExecution answers with it, and the workflow’s log bears it on every line.' }
  }
  if (target.kind === 'gateway') return viaCall(hop)
  const carrier = CARRIERS[target.kind] ?? CARRIERS[source.kind]
  if (target.kind === 'table' || source.kind === 'table') return viaTable(hop)
  if (carrier) return viaCarrier(hop, carrier)
  return isAnswered(hop) ? viaCall(hop) : viaUnknown(hop)
}

function viaGateway(gateway: string): Advised {
  return {
    where: gateway,
    field: '$context.integration.requestId',
    reason: 'One more variable in the access log’s format: it is the request id of the function that was called.',
  }
}

function viaWorkflow(workflow: string): Advised {
  return { where: workflow, field: 'log level ALL', reason: 'The workflow’s log then names the request id of every function that a step called.' }
}

/** A change stream delivers what changed, and no id of the request that changed it. */
function viaTable({ source, target, consumer }: HopNeed): Advised {
  const table = target.kind === 'table' ? target.name : source.name
  if (target.kind === 'table') {
    return {
      where: source.name,
      field: 'key and version of the item',
      reason: `Written and logged with each change of ${table}, a version names one change, as the key alone does not.`,
    }
  }
  return {
    where: consumer ?? target.name,
    field: 'Records[].eventID',
    reason: `Logged with the key and version of each record, it tells which change of ${table} this was.`,
  }
}

function viaCarrier({ source, target, consumer, sample }: HopNeed, { sent, received, call }: Carrier): Advised {
  const carries = CARRIERS[target.kind] ? target : source
  const far = consumer ?? (carries === target ? null : target.name)
  const consumes = isMost(sample.consumed, sample.size)
  const produces = isMost(sample.produced, sample.size)
  // The carrier is known from the far side's event, so what is missing is the near side, unless that one says it already.
  if (carries === target && (consumes || !produces)) {
    return { where: source.name, field: sent, reason: `${call} answers with it${far ? `; ${far} logs the same id already` : ''}.` }
  }
  return {
    where: far ?? target.name,
    field: received,
    reason: `It is in the event that ${carries.name} delivers${produces ? `; ${source.name} logs the same id already` : ''}.`,
  }
}

function viaCall({ source, target }: HopNeed): Advised {
  return {
    where: source.name,
    field: 'traceparent',
    reason: `One header on the call to ${target.name}, and its trace id on the lines of both.`,
  }
}

function viaUnknown({ source, target, sample }: HopNeed): Advised {
  const consumes = isMost(sample.consumed, sample.size)
  if (consumes)
    return { where: source.name, field: 'the id that the send returned', reason: `${target.name} logs what started it, ${source.name} not what it sent.` }
  if (isMost(sample.produced, sample.size)) {
    return { where: target.name, field: 'the received event', reason: `Its id is what ${source.name} logs already: Records[].messageId, or id of an event.` }
  }
  return {
    where: target.name,
    field: 'the received event',
    reason: `With the id that the send returned in the log of ${source.name}, each side then names the same message.`,
  }
}

const isMost = (n: number, of: number): boolean => of > 0 && n >= MOST * of
const isAnswered = ({ sample }: HopNeed): boolean => isMost(sample.returned, sample.size)
