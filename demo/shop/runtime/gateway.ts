import type { Clock } from './clock'
import type { FunctionHost, Outcome } from './functions'
import type { Invoker } from './invoker'
import type { Execution, Ledger, RootFacts, Transaction } from './ledger'
import type { LogWriter } from './log-writer'
import type { Random } from './random'
import { seconds, traceHeader, type TraceContext, type XRay } from './xray'

export interface GatewaySettings {
  name: string
  kind: 'http' | 'rest'
  apiId: string
  stage: string
  logGroup: string
  /** The access log's format as it is set up on the stage: text with $context variables. */
  accessLog: string
  /** X-Ray is a switch of REST stages; HTTP APIs have none. */
  tracing: boolean
  routes: { method: string; path: string; function: string }[]
}

export interface ClientRequest {
  method: string
  /** The route's path, e.g. /carts/{cartId}. */
  route: string
  parameters: Record<string, string>
  headers: Record<string, string>
  body: unknown
  ip: string
  facts: RootFacts
}

export interface ClientResponse {
  status: number
  body: unknown
  transactions: ReadonlySet<Transaction>
}

export interface Gateway {
  settings: GatewaySettings
  request(request: ClientRequest, answered: (response: ClientResponse) => void): void
}

interface GatewayServices {
  account: string
  region: string
  clock: Clock
  random: Random
  ledger: Ledger
  logs: LogWriter
  xray: XRay
  invoker: Invoker
  functionOf(name: string): FunctionHost
}

const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function commonLogTime(at: number): string {
  const text = new Date(at).toISOString()
  return `${text.slice(8, 10)}/${MONTHS[Number(text.slice(5, 7)) - 1]}/${text.slice(0, 4)}:${text.slice(11, 19)} +0000`
}

interface Exchange {
  request: ClientRequest
  requestId: string
  extendedRequestId: string
  path: string
  start: number
  trace: TraceContext
}

export function createGateway(settings: GatewaySettings, services: GatewayServices): Gateway {
  const { clock, random, ledger, logs, xray } = services
  const streams = Array.from({ length: 4 }, () => random.hex(32))
  const rest = settings.kind === 'rest'

  const logAccess = (
    exchange: Exchange,
    execution: Execution,
    facts: { end: number; status: number; length: number; integration: Record<string, string> },
  ): void => {
    const { request } = exchange
    const context: Record<string, string> = {
      requestId: exchange.requestId,
      extendedRequestId: exchange.extendedRequestId,
      'identity.sourceIp': request.ip,
      requestTime: commonLogTime(exchange.start),
      requestTimeEpoch: String(Math.floor(rest ? exchange.start : exchange.start / 1000)),
      httpMethod: request.method,
      routeKey: `${request.method} ${request.route}`,
      resourcePath: request.route,
      path: exchange.path,
      status: String(facts.status),
      protocol: 'HTTP/1.1',
      responseLength: String(facts.length),
      responseLatency: String(Math.round(facts.end - exchange.start)),
      xrayTraceId: settings.tracing ? exchange.trace.root : '-',
      ...facts.integration,
    }
    const message = settings.accessLog.replaceAll(/\$context\.([A-Za-z.]+)/g, (_, name: string) => context[name] ?? '-')
    logs.write({ group: settings.logGroup, stream: random.pick(streams), at: facts.end, message, execution, delayMs: random.between(700, 3600) })
  }

  const putSegment = (
    exchange: Exchange,
    id: string,
    call: { id: string; start: number; end: number; functionName: string },
    end: number,
    status: number,
  ): void => {
    if (!settings.tracing || !exchange.trace.sampled) return
    xray.put({
      id,
      name: `${settings.name}/${settings.stage}`,
      start_time: seconds(exchange.start),
      trace_id: exchange.trace.root,
      end_time: seconds(end),
      http: {
        request: {
          url: `https://${settings.apiId}.execute-api.${services.region}.amazonaws.com/${settings.stage}${exchange.path}`,
          method: exchange.request.method,
          client_ip: exchange.request.ip,
        },
        response: { status, content_length: 0 },
      },
      ...(status >= 500 ? { fault: true } : {}),
      ...(status >= 400 && status < 500 ? { error: true } : {}),
      aws: { api_gateway: { account_id: services.account, rest_api_id: settings.apiId, stage: settings.stage, request_id: exchange.requestId } },
      origin: 'AWS::ApiGateway::Stage',
      resource_arn: `arn:aws:apigateway:${services.region}::/restapis/${settings.apiId}/stages/${settings.stage}`,
      subsegments: [
        {
          id: call.id,
          name: 'Lambda',
          start_time: seconds(call.start),
          end_time: seconds(call.end),
          http: { request: { method: 'POST' }, response: { status: status >= 500 ? 502 : 200 } },
          aws: { function_name: call.functionName, operation: 'Invoke' },
          namespace: 'aws',
        },
      ],
    })
  }

  return {
    settings,
    request(request, answered) {
      const route = settings.routes.find(({ method, path }) => method === request.method && path === request.route)
      if (route === undefined) throw new Error(`${settings.name} has no route ${request.method} ${request.route}`)
      const start = clock.now()
      const extendedRequestId = `${random.text(15, ID_LETTERS)}=`
      const path = request.route.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(request.parameters[name] ?? ''))
      const exchange: Exchange = { request, requestId: rest ? random.uuid() : extendedRequestId, extendedRequestId, path, start, trace: xray.begin(start) }
      const execution = ledger.open(
        { kind: 'gateway', service: settings.name, requestId: null, label: exchange.requestId, attempt: 1, start, sampled: exchange.trace.sampled },
        [],
        request.facts,
      )
      const segment = xray.segmentId()
      const callId = xray.segmentId()
      const requestId = random.uuid()
      const event = rest ? restEvent(exchange, settings, services) : httpEvent(exchange, settings, services)

      const finish = (status: number, body: string, integration: Record<string, string>, called: number): void => {
        const returned = clock.now()
        clock.at(returned + random.around(3), () => {
          const end = clock.now()
          execution.end = end
          logAccess(exchange, execution, { end, status, length: Buffer.byteLength(body), integration })
          putSegment(exchange, segment, { id: callId, start: called, end: returned, functionName: route.function }, end, status)
          if (status >= 500) ledger.fail(execution.txs, 'server-error')
          answered({ status, body: parsed(body), transactions: execution.txs })
        })
      }

      clock.at(start + random.around(6, 0.5), () => {
        const called = clock.now()
        const text = JSON.stringify(request.body ?? {})
        const parent = settings.tracing ? { parent: callId } : {}
        const started = services.invoker.sync(services.functionOf(route.function), {
          event,
          requestId,
          attempt: 1,
          arrivals: [{ causes: [ledger.emission(execution, 'http', start, [requestId, exchange.requestId], text)], text }],
          trace: { root: exchange.trace.root, sampled: exchange.trace.sampled, ...parent },
          done(outcome) {
            const answer = answerOf(outcome, rest)
            const integration = {
              'integration.requestId': requestId,
              'integration.status': outcome.failed ? '-' : '200',
              'integration.latency': String(Math.round(clock.now() - called)),
              integrationLatency: String(Math.round(clock.now() - called)),
            }
            finish(answer.status, answer.body, integration, called)
          },
        })
        if (!started) finish(rest ? 500 : 503, rest ? '{"message": "Internal server error"}' : '{"message":"Service Unavailable"}', {}, called)
      })
    },
  }
}

function answerOf(outcome: Outcome, rest: boolean): { status: number; body: string } {
  const broken = rest ? { status: 502, body: '{"message": "Internal server error"}' } : { status: 500, body: '{"message":"Internal Server Error"}' }
  if (outcome.failed) return broken
  const { statusCode, body } = (outcome.result ?? {}) as { statusCode?: number; body?: string }
  return statusCode === undefined ? broken : { status: statusCode, body: body ?? '' }
}

function parsed(body: string): unknown {
  return body === '' ? null : (JSON.parse(body) as unknown)
}

const hostOf = (settings: GatewaySettings, services: GatewayServices): string => `${settings.apiId}.execute-api.${services.region}.amazonaws.com`

function headersOf(exchange: Exchange, host: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    host,
    'x-amzn-trace-id': traceHeader(exchange.trace),
    'x-forwarded-for': exchange.request.ip,
    ...exchange.request.headers,
  }
}

/** The event of an HTTP API, payload version 2.0. */
function httpEvent(exchange: Exchange, settings: GatewaySettings, services: GatewayServices): Record<string, unknown> {
  const { request, path, requestId, start } = exchange
  const host = hostOf(settings, services)
  return {
    version: '2.0',
    routeKey: `${request.method} ${request.route}`,
    rawPath: path,
    rawQueryString: '',
    headers: headersOf(exchange, host),
    requestContext: {
      accountId: services.account,
      apiId: settings.apiId,
      domainName: host,
      domainPrefix: settings.apiId,
      http: { method: request.method, path, protocol: 'HTTP/1.1', sourceIp: request.ip, userAgent: request.headers['user-agent'] ?? '-' },
      requestId,
      routeKey: `${request.method} ${request.route}`,
      stage: '$default',
      time: commonLogTime(start),
      timeEpoch: Math.floor(start),
    },
    pathParameters: request.parameters,
    ...(request.body === null ? {} : { body: JSON.stringify(request.body) }),
    isBase64Encoded: false,
  }
}

/** The event of a REST API's proxy integration. */
function restEvent(exchange: Exchange, settings: GatewaySettings, services: GatewayServices): Record<string, unknown> {
  const { request, path, requestId, extendedRequestId, start } = exchange
  const host = hostOf(settings, services)
  return {
    resource: request.route,
    path,
    httpMethod: request.method,
    headers: headersOf(exchange, host),
    queryStringParameters: null,
    pathParameters: request.parameters,
    stageVariables: null,
    requestContext: {
      resourcePath: request.route,
      httpMethod: request.method,
      extendedRequestId,
      requestTime: commonLogTime(start),
      path: `/${settings.stage}${path}`,
      accountId: services.account,
      protocol: 'HTTP/1.1',
      stage: settings.stage,
      requestTimeEpoch: Math.floor(start),
      requestId,
      identity: { sourceIp: request.ip, userAgent: request.headers['user-agent'] ?? '-' },
      domainName: host,
      apiId: settings.apiId,
    },
    body: request.body === null ? null : JSON.stringify(request.body),
    isBase64Encoded: false,
  }
}
