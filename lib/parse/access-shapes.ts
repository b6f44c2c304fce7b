/**
 * Which form the values of an access log's variables have, so that a line of another kind is not taken for one that fits. A value that is
 * absent is `-`, whatever its form.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html,
 * …/http-api-logging-variables.html, https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html,
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 *
 * Ignores: whether an id or an address is a real one.
 */
import type { FormatKind } from './access-format'

export interface Shape {
  /** Characters that a value may have, as far as they go from a place (sticky): it bounds where a value can end. Null: any. */
  run: RegExp | null
  /** Of a whole value that is not `-`. */
  fits(value: string): boolean
}

function shape(chars: string, whole: RegExp | ((value: string) => boolean), max = 256): Shape {
  return { run: new RegExp(`${chars}{0,${max}}`, 'y'), fits: typeof whole === 'function' ? whole : (value) => whole.test(value) }
}

/** Any text: what people name, messages, user agents. */
const TEXT: Shape = { run: null, fits: () => true }
/** Values of flow logs have no blanks. */
const WORD = shape('\\S', /^\S+$/, 512)
/** Ids of requests and connections: uuids, or base64. A word of a language is none: an id has a digit, or base64's padding. */
const ID = shape('[\\w+/=:.-]', (value) => value.length >= 8 && /[\d=]/.test(value))
const NUMBER = shape('[\\d.]', /^\d+(?:\.\d+)?$/, 24)
const STATUS = shape('\\d', /^\d{3}$/, 4)
const ACCOUNT = shape('[\\dunkow]', /^(?:\d{12}|unknown)$/, 13)
const IP = shape('[\\w:./-]', /^(?:[\da-fA-F:.]*[:.][\da-fA-F:.]*(?:\/\d{1,3})?|test-invoke-source-ip)$/, 46)
const METHOD = shape('[A-Z]', /^[A-Z]{3,20}$/, 20)
const PROTOCOL = shape('[\\w/.]', /^[A-Za-z]+(?:\/\d+(?:\.\d+)?)?$/, 16)
const TIME = shape('[\\w/: +-]', /^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}$/, 26)
const TRACE = shape('[\\w=;:?|-]', (value) => value.includes('1-'))
const HOST = shape('[\\w.:-]', /^[A-Za-z0-9][\w.:-]*$/)
const NAME = shape('[\\w$.-]', /^[\w$.-]+$/, 128)
const ARN = shape('\\S', /^arn:/, 512)
const PATH: Shape = { run: null, fits: (value) => value.startsWith('/') }
/** `GET /pets/{id}`, `$default`, a WebSocket's own key. A method alone is the method of another variable. */
const ROUTE = shape(
  '[^"\\n\\t]',
  (value) => /^(?:[A-Z]{3,10} \/\S*|\$[a-z]+|[^\s/$]{1,128})$/.test(value) && !/^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY)$/.test(value),
  512,
)
const ONE_OF = (...words: string[]): Shape => shape('[\\w-]', (value) => words.includes(value), 16)

type Shapes = ReadonlyMap<string, Shape>

const shapes = (rows: readonly (readonly [Shape, string])[]): Shapes =>
  new Map(rows.flatMap(([form, names]) => names.split(' ').map((name) => [name, form] as const)))

const GATEWAY = shapes([
  [
    ID,
    'requestId extendedRequestId integration.requestId authorizer.requestId authorize.requestId authenticate.requestId awsEndpointRequestId awsEndpointRequestId2',
  ],
  [ID, 'connectionId messageId'],
  [
    STATUS,
    'status integration.status integrationStatus integration.integrationStatus authorizer.status authorizer.integrationStatus authorize.status authenticate.status',
  ],
  [STATUS, 'waf.status customDomain.status'],
  [
    NUMBER,
    'requestTimeEpoch connectedAt responseLatency responseLength integrationLatency integration.latency authorizer.latency authorizer.integrationLatency',
  ],
  [NUMBER, 'authorize.latency authenticate.latency waf.latency dataProcessed integration.timeToFirstByte'],
  [TIME, 'requestTime'],
  [IP, 'identity.sourceIp'],
  [METHOD, 'httpMethod'],
  [PROTOCOL, 'protocol'],
  [ROUTE, 'routeKey'],
  [PATH, 'path resourcePath'],
  [TRACE, 'xrayTraceId'],
  [HOST, 'domainName'],
  [NAME, 'apiId stage domainPrefix deploymentId identity.apiKeyId wafResponseCode error.responseType'],
  [ACCOUNT, 'accountId identity.accountId'],
  [ONE_OF('CONNECT', 'MESSAGE', 'DISCONNECT'), 'eventType'],
  [ONE_OF('IN', 'OUT'), 'messageDirection'],
  [ARN, 'webaclArn'],
])

const FLOW = shapes([
  [NUMBER, 'version srcport dstport protocol packets bytes start end tcp-flags traffic-path'],
  [ACCOUNT, 'account-id'],
  [IP, 'srcaddr dstaddr pkt-srcaddr pkt-dstaddr'],
  [ONE_OF('ACCEPT', 'REJECT'), 'action'],
  [ONE_OF('OK', 'NODATA', 'SKIPDATA'), 'log-status'],
  [ONE_OF('ingress', 'egress'), 'flow-direction'],
  [shape('[\\w-]', /^eni-\w+$/, 32), 'interface-id'],
  [shape('[\\w-]', /^vpc-\w+$/, 32), 'vpc-id'],
  [shape('[\\w-]', /^subnet-\w+$/, 32), 'subnet-id'],
])

const FRONT = shapes([
  [NUMBER, 'timestamp timestamp(ms) sc-bytes cs-bytes time-taken time-to-first-byte c-port sc-content-len asn'],
  [STATUS, 'sc-status'],
  [METHOD, 'cs-method'],
  [IP, 'c-ip s-ip'],
  [ID, 'x-edge-request-id'],
  [shape('[\\d-]', /^\d{4}-\d\d-\d\d$/, 10), 'date'],
  [shape('[\\d:]', /^\d\d:\d\d:\d\d$/, 8), 'time'],
])

const OF_KIND: Readonly<Record<FormatKind, { known: Shapes; other: Shape }>> = {
  'api-gateway': { known: GATEWAY, other: TEXT },
  'vpc-flow': { known: FLOW, other: WORD },
  cloudfront: { known: FRONT, other: TEXT },
}

/** The form of a variable's values; any text, or any word, where the name says nothing of it. */
export function shapeOf(kind: FormatKind, variable: string): Shape {
  const { known, other } = OF_KIND[kind]
  return known.get(variable) ?? other
}

/** True for a value that this variable can have. */
export function fitsShape({ fits }: Shape, value: string): boolean {
  return value === '-' || fits(value)
}

/** Where a value that begins at `from` ends at the latest. */
export function reachOf({ run }: Shape, line: string, from: number): number {
  if (run === null) return line.length
  run.lastIndex = from
  const reach = run.test(line) ? run.lastIndex : from
  return reach === from && line.charCodeAt(from) === 45 ? from + 1 : reach
}
