/**
 * X-Ray segment documents. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 *
 * A document is one span; each subsegment inside it is another. A segment with aws.request_id is the Lambda execution of that id (what
 * logs call by RequestId), a gateway's stage segment is the request that its access log reports: they share keys, so they are one span. So do
 * a call and the segment that X-Ray infers from it, and an attempt of an asynchronous call and the function's segment.
 * Times are seconds with a fraction, read from their digits. Children may start before and end after their parents: nothing is moved.
 * Ignores: precursor_ids, sql, cause texts beyond their message, exceptions' stacks.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { secondsToNs } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import type { UnixNano } from '#lib/base/time'
import type { Ref, ServiceKind, ServiceRef, SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { idOf } from './ids'
import { pathTemplate } from './path-template'
import { nameOfArn } from './service'
import { scanText } from './text-scan'

const ORIGINS: [prefix: string, kind: ServiceKind][] = [
  ['AWS::Lambda', 'function'], ['AWS::ApiGateway', 'gateway'], ['AWS::AppSync', 'gateway'], ['AWS::SQS', 'queue'], ['AWS::SNS', 'topic'],
  ['AWS::DynamoDB', 'table'], ['AWS::S3', 'bucket'], ['AWS::Events', 'bus'], ['AWS::Kinesis', 'stream'],
  ['AWS::StepFunctions', 'workflow'], ['AWS::stepfunctions', 'workflow'], ['AWS::STEPFUNCTIONS', 'workflow'],
  ['AWS::ECS', 'container'], ['AWS::EC2', 'container'], ['AWS::EKS', 'container'], ['AWS::ElasticBeanstalk', 'container'], ['AWS::AppRunner', 'container'],
] // prettier-ignore

/** Names of AWS services as SDKs write them on subsegments. */
const SDK_NAMES: ReadonlyMap<string, ServiceKind> = new Map([
  ['sqs', 'queue'], ['sns', 'topic'], ['dynamodb', 'table'], ['s3', 'bucket'], ['events', 'bus'], ['eventbridge', 'bus'], ['kinesis', 'stream'],
  ['stepfunctions', 'workflow'], ['sfn', 'workflow'], ['states', 'workflow'],
]) // prettier-ignore

const SKIPPED = new Set(['id', 'trace_id', 'parent_id', 'start_time', 'end_time', 'subsegments', 'cause', 'precursor_ids', 'name', 'service', 'links'])

/** The document must have passed the decoder: ids well formed, start_time a time. */
export function readSegment(value: JsonObject, draft: Draft): void {
  const traceId = canonicalTrace(String(value.trace_id))
  const own = segmentFact(value, traceId)
  draft.facts.own = own
  const more: SpanFact[] = []
  addSubsegments(value, { traceId, parent: String(value.id).toLowerCase(), service: own.service, startNs: own.startNs, more, own })
  if (more.length > 0) draft.facts.more = more
  draft.lineNs = own.startNs
  draft.service = own.service
  draft.traceId = traceId
  draft.requestId = own.requestId
  draft.severity = own.status === 'error' ? 17 : 9
  draft.message = own.name === '' ? own.service.name : `${own.service.name} ${own.name}`
  draft.template = `segment ${scanText(own.name === '' ? own.service.name : own.name).template}`
  flatten(value, draft.fields, SKIPPED)
}

function canonicalTrace(id: string): string {
  const lower = id.toLowerCase()
  return lower.length === 32 ? `1-${lower.slice(0, 8)}-${lower.slice(8)}` : lower
}

function member(value: JsonObject, name: string): JsonObject {
  const found = value[name]
  return isJsonObject(found) ? found : {}
}

function segmentFact(value: JsonObject, traceId: string): SpanFact {
  const aws = member(value, 'aws')
  const id = String(value.id).toLowerCase()
  const isCall = value.namespace === 'aws' || value.namespace === 'remote' || value.inferred === true || value.type === 'subsegment'
  const requestId = isCall ? undefined : idOf(aws.request_id)
  const gateway = gatewayIds(value, aws)
  const { key, form } = identityOf(requestId, gateway[0], `${traceId}:${sameSpan(value) ?? id}`)
  const fact = spanFact(value, { key, form, service: serviceOf(value, null), traceId })
  if (gateway[1] !== undefined) fact.variant = gateway[1]
  if (requestId !== undefined) fact.requestId = requestId
  fact.refs.push({ kind: 'span', role: 'self', value: `${traceId}:${id}` })
  const parent = parentOf(value)
  if (parent !== null && parent !== id) fact.refs.push({ kind: 'span', role: 'parent', value: `${traceId}:${parent}` })
  for (const request of gateway) fact.refs.push({ kind: 'request', role: 'self', value: request })
  for (const from of linkedFrom(value)) fact.refs.push({ kind: 'span', role: 'consumed', value: from })
  // An inferred segment is the callee as the caller saw it: its ids are already the calling subsegment's.
  if (isCall && value.inferred !== true) fact.refs.push(...callRefs(aws))
  return fact
}

/** What the logs call the same thing, where they speak of it. */
function identityOf(requestId: string | undefined, gateway: string | undefined, span: string): Pick<SpanFact, 'key' | 'form'> {
  if (requestId !== undefined) return { key: `exec:${requestId}`, form: 'execution' }
  return gateway !== undefined ? { key: `gateway:${gateway}`, form: 'request' } : { key: `span:${span}`, form: 'segment' }
}

/**
 * The id of the caller's subsegment, where this document is the same work seen once more: a table, queue or topic inferred from the call to
 * it, and the function's own segment below an attempt of the service's. Kept apart, each would be drawn twice.
 */
function sameSpan(value: JsonObject): string | null {
  const origin = String(value.origin ?? '')
  if (origin === 'AWS::Lambda::Function') return parentOf(value)
  if (value.inferred !== true) return null
  const kind = ORIGINS.find(([prefix]) => origin.startsWith(prefix))?.[1]
  // Without a resource the subsegment is the caller's own work.
  return kind === undefined || resourceName(member(value, 'aws'), kind) !== undefined ? parentOf(value) : null
}

/** The plain id, which every line of the request has; the extended one where it is there too. */
function gatewayIds(value: JsonObject, aws: JsonObject): string[] {
  if (!String(value.origin ?? '').startsWith('AWS::ApiGateway')) return []
  const ids = [idOf(member(aws, 'api_gateway').request_id), idOf(member(member(value, 'metadata'), 'default').extended_request_id)]
  return ids.filter((id) => id !== undefined)
}

function parentOf(value: JsonObject): string | null {
  return typeof value.parent_id === 'string' && /^[0-9a-f]{16}$/i.test(value.parent_id) ? value.parent_id.toLowerCase() : null
}

/** Segments of other traces that this one was started by: a queue's consumer has a trace of its own (X-Ray trace linking, at most 20 a segment). */
function linkedFrom(value: JsonObject): string[] {
  if (!Array.isArray(value.links)) return []
  return value.links.filter(isJsonObject).flatMap((link) => {
    const reference = member(link, 'attributes').ReferenceType
    const id = typeof link.id === 'string' && /^[0-9a-f]{16}$/i.test(link.id) ? link.id.toLowerCase() : null
    return id !== null && typeof link.trace_id === 'string' && (reference === undefined || reference === 'parent')
      ? [`${canonicalTrace(link.trace_id)}:${id}`]
      : []
  })
}

/** Request and message ids of a call that this (sub)segment made. */
function callRefs(aws: JsonObject): Ref[] {
  const refs: Ref[] = []
  const requestId = idOf(aws.request_id)
  if (requestId !== undefined) refs.push({ kind: 'request', role: 'called', value: requestId })
  const messageId = idOf(aws.message_id)
  if (messageId !== undefined) refs.push({ kind: 'message', role: 'produced', value: messageId })
  return refs
}

interface Enclosing {
  traceId: string
  parent: string
  service: ServiceRef
  startNs: UnixNano | null
  more: SpanFact[]
  own: SpanFact
}

function addSubsegments(value: JsonObject, enclosing: Enclosing): void {
  if (!Array.isArray(value.subsegments)) return
  const { traceId, parent, more } = enclosing
  for (const child of value.subsegments) {
    if (!isJsonObject(child) || typeof child.id !== 'string' || !/^[0-9a-f]{16}$/i.test(child.id)) continue
    const id = child.id.toLowerCase()
    if (isIntegration(child, enclosing)) {
      enclosing.own.refs.push({ kind: 'span', role: 'self', value: `${traceId}:${id}` })
      addSubsegments(child, { ...enclosing, parent: id })
      continue
    }
    const service = serviceOf(child, enclosing.service)
    const fact = spanFact(child, { key: `span:${traceId}:${id}`, form: 'segment', service, traceId })
    fact.refs.push({ kind: 'span', role: 'self', value: `${traceId}:${id}` })
    if (id !== parent) fact.refs.push({ kind: 'span', role: 'parent', value: `${traceId}:${parent}` })
    fact.refs.push(...callRefs(member(child, 'aws')))
    more.push(fact)
    addSubsegments(child, { ...enclosing, parent: id, service: isLocal(child) ? service : enclosing.service })
  }
}

/** A gateway that invokes its function: the request itself, under the name that only traces have for it. */
function isIntegration(value: JsonObject, { own }: Enclosing): boolean {
  return own.form === 'request' && own.service.kind === 'gateway' && value.namespace === 'aws' && member(value, 'aws').operation === 'Invoke'
}

function isLocal(value: JsonObject): boolean {
  return value.namespace !== 'aws' && value.namespace !== 'remote'
}

function spanFact(value: JsonObject, base: Pick<SpanFact, 'key' | 'form' | 'service'> & { traceId: string }): SpanFact {
  const startNs = timeOf(value.start_time)
  const endNs = timeOf(value.end_time)
  const http = member(value, 'http')
  const response = Number(member(http, 'response').status)
  const fact: SpanFact = {
    ...base,
    name: operationOf(value, http),
    startNs,
    endNs: endNs !== null && startNs !== null && endNs < startNs ? startNs : endNs,
    refs: [],
  }
  if (value.in_progress === true) fact.open = true
  else fact.status = isFailure(value, response) ? 'error' : 'ok'
  const attributes: NonNullable<SpanFact['attributes']> = {}
  if (Number.isInteger(response) && response > 0) attributes['http.status'] = response
  if (value.inferred === true) attributes['xray.inferred'] = true
  if (value.throttle === true) attributes['xray.throttle'] = true
  const retries = member(value, 'aws').retries
  if (typeof retries === 'number' && retries > 0) attributes.retries = retries
  if (Object.keys(attributes).length > 0) fact.attributes = attributes
  return fact
}

/** A fault is a failure; an error is a client's (4xx), which is not, except on a function, where it says that the handler threw. */
function isFailure(value: JsonObject, response: number): boolean {
  if (value.fault === true || response >= 500) return true
  return value.error === true && String(value.origin ?? '').startsWith('AWS::Lambda') && !(response >= 400)
}

function timeOf(value: unknown): UnixNano | null {
  return typeof value === 'number' || typeof value === 'string' ? secondsToNs(String(value)) : null
}

function operationOf(value: JsonObject, http: JsonObject): string {
  const metadata = member(value, 'metadata')
  for (const name of [metadata.operation, member(metadata, 'default').operation, member(value, 'aws').operation]) {
    if (typeof name === 'string' && name !== '') return cutText(name, 200)
  }
  const request = member(http, 'request')
  if (typeof request.url === 'string') {
    const stage = member(member(value, 'aws'), 'api_gateway').stage
    return cutText(`${typeof request.method === 'string' ? `${request.method} ` : ''}${pathTemplate(request.url, stage)}`, 200)
  }
  // A local subsegment has nothing but its name: Invocation, Overhead, Dwell Time, Attempt #1.
  return value.trace_id === undefined && isLocal(value) && typeof value.name === 'string' ? cutText(value.name, 200) : ''
}

/** `within`: the service of the segment around a subsegment, whose own work its unmarked subsegments are. */
function serviceOf(value: JsonObject, within: ServiceRef | null): ServiceRef {
  const name = typeof value.name === 'string' && value.name !== '' ? cutText(value.name, 200) : 'unnamed'
  const origin = typeof value.origin === 'string' ? value.origin : ''
  const kind = ORIGINS.find(([prefix]) => origin.startsWith(prefix))?.[1]
  const aws = member(value, 'aws')
  if (kind !== undefined) return { kind, name: kind === 'container' || kind === 'function' || kind === 'gateway' ? name : (resourceName(aws, kind) ?? name) }
  if (value.namespace === 'aws') {
    const called = SDK_NAMES.get(name.toLowerCase())
    const resource = called === undefined ? undefined : resourceName(aws, called)
    if (called !== undefined && resource !== undefined) return { kind: called, name: resource }
    // Calls without a resource (Invoke, ListBuckets, …) are the caller's own work.
    return within ?? { kind: 'external', name }
  }
  if (value.namespace === 'remote') return { kind: 'external', name }
  if (within !== null) return within
  return origin === '' && value.inferred !== true ? { kind: 'container', name, assumed: true } : { kind: 'external', name }
}

function resourceName(aws: JsonObject, kind: ServiceKind): string | undefined {
  const names: Partial<Record<ServiceKind, unknown>> = {
    queue: aws.queue_url, topic: aws.topic_arn, table: aws.table_name, bucket: aws.bucket_name, bus: aws.event_bus_name,
    stream: aws.stream_name, workflow: aws.state_machine_arn,
  } // prettier-ignore
  const listed = Array.isArray(aws.resource_names) ? aws.resource_names[0] : undefined
  for (const name of [names[kind], listed, aws.resource_arn]) {
    if (typeof name !== 'string' || name === '') continue
    return name.startsWith('arn:') ? nameOfArn(name) : name.slice(name.startsWith('http') ? name.lastIndexOf('/') + 1 : 0)
  }
  return undefined
}
