/**
 * API Gateway access logs in JSON. The team chooses the names in its format; these are the ones of the console, the guides and common
 * templates, in camel case, snake case and with dots.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html, …/http-api-logging-variables.html
 *
 * Ignores: names of a team's own (give Specter the format, access-format.ts), objects inside the line (kept as fields).
 */
import type { JsonObject } from '#lib/base/json'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { plainKeys, readAccessValues } from './gateway-request'
import { idOf } from './ids'

const TELLING = [
  'requesttime',
  'requesttimeepoch',
  'extendedrequestid',
  'integrationrequestid',
  'integrationstatus',
  'integrationlatency',
  'responselatency',
  'routekey',
  'resourcepath',
  'integrationerrormessage',
  'responselength',
]

const REQUEST_ID = /^(?:context)?[._\s-]?(?:extended)?[._\s-]?request[._\s-]?id$/i

/** A gateway's line names its request; most lines of loggers don't. */
export function namesRequest(value: JsonObject): boolean {
  for (const key in value) if (REQUEST_ID.test(key)) return true
  return false
}

/** Reads an access line into the draft as a gateway's span; false where the value is none. */
export function readGatewayLine(value: JsonObject, draft: Draft): boolean {
  const plain = plainKeys(value)
  const telling = TELLING.filter((key) => plain.has(key)).length
  if ((idOf(plain.get('extendedrequestid')) ?? idOf(plain.get('requestid'))) === undefined) return false
  if (telling < (draft.service.kind === 'gateway' ? 1 : 3) || !readAccessValues(plain, draft, draft.service.kind === 'gateway')) return false
  flatten(value, draft.fields)
  return true
}
