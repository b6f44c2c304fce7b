/**
 * API Gateway access logs in the guides' CSV and XML forms. (CLF is access-line.ts, JSON gateway.ts, a form of the team's own
 * access-format.ts.) https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html, …/http-api-logging.html
 *
 *   REST   10.0.0.1,-,-,02/Nov/2026:08:00:01 +0000,GET,/pets/{id},HTTP/1.1,200,1513,<request id>,<extended request id>
 *   HTTP   10.0.0.1,02/Nov/2026:08:00:01 +0000,GET,GET /pets,HTTP/1.1,200,1513,<request id>
 *   XML    <request id="…"> <ip>10.0.0.1</ip> <requestTime>…</requestTime> … </request>, the elements in any order, also others
 *
 * Ignores: CSV with other columns or quotes, entities in XML.
 */
import type { Draft } from './draft'
import { plainKeys, readAccessValues } from './gateway-request'
import { idOf } from './ids'
import { parseClfTime } from './clf-time'
import { addFields } from './tokens'

const LENGTH_MAX = 16_384
const REST = ['ip', 'caller', 'user', 'requestTime', 'httpMethod', 'resourcePath', 'protocol', 'status', 'responseLength', 'requestId', 'extendedRequestId']
const HTTP = ['ip', 'requestTime', 'httpMethod', 'routeKey', 'protocol', 'status', 'responseLength', 'requestId']

export function looksLikeGatewayCsv(text: string): boolean {
  return /^[\da-f.:]{3,45},/i.test(text) && text.length < LENGTH_MAX && /\d\d\/[A-Z][a-z]{2}\/\d{4}:/.test(text)
}

export function readGatewayCsv(text: string, draft: Draft): boolean {
  const cells = text.split(',')
  const names = cells.length === REST.length ? REST : cells.length === HTTP.length ? HTTP : null
  if (names === null) return false
  const values = Object.fromEntries(names.map((name, i) => [name, (cells[i] ?? '').trim()]))
  const { requestTime = '', status = '', requestId } = values
  if (parseClfTime(requestTime) === null || !/^(?:\d{3}|-)$/.test(status) || idOf(requestId) === undefined) return false
  return readNamed(values, draft)
}

export function looksLikeGatewayXml(text: string): boolean {
  return text.startsWith('<request id="')
}

/** An element's text has no `<`, so that each is looked at once. */
const ELEMENT = /<([A-Za-z][\w.-]{0,63})>([^<]*)<\/\1>/g

export function readGatewayXml(text: string, draft: Draft): boolean {
  const line = text.length > LENGTH_MAX ? text.slice(0, LENGTH_MAX) : text
  const id = line.slice(13, line.indexOf('"', 13))
  const values: { [name: string]: string } = Object.create(null) as { [name: string]: string }
  for (const [, name = '', value = ''] of line.matchAll(ELEMENT)) values[name] = value.trim()
  if (idOf(id) === undefined || !('status' in values || 'requestTime' in values)) return false
  values.requestId ??= id
  return readNamed(values, draft)
}

/** The names of API Gateway's variables with their values: the request's span, and every value as a field. `certain` as in readAccessValues. */
export function readNamed(values: { [name: string]: string }, draft: Draft, certain = false): boolean {
  if (!readAccessValues(plainKeys(values), draft, certain)) return false
  addFields(values, draft)
  return true
}
