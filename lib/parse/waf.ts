/**
 * AWS WAF logs. https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
 *
 * One evaluated request a line, JSON. `httpRequest.requestId` is the id that the protected resource has for the request: API Gateway's,
 * CloudFront's, or for a load balancer the trace id; so the evaluation is a part of that request. A block is no failure: its outcome says
 * so, with the rule that ended it.
 * Ignores: rules that matched without ending it, labels, headers (all kept as fields as far as there is room).
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { epochToNs, DAY_NS } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import type { Ref, SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { idOf, traceIdOf } from './ids'

const ENVELOPE = new Set(['timestamp', 'formatVersion', 'ruleGroupList', 'rateBasedRuleList', 'nonTerminatingMatchingRules'])

export function isWafLog(value: JsonObject): boolean {
  return typeof value.webaclId === 'string' && isJsonObject(value.httpRequest)
}

export function readWafLog(value: JsonObject, draft: Draft): boolean {
  const request = isJsonObject(value.httpRequest) ? value.httpRequest : {}
  const acl = String(value.webaclId)
  const action = typeof value.action === 'string' ? value.action : '?'
  const atNs = epochToNs(value.timestamp, draft.eventNs + DAY_NS) ?? draft.eventNs
  const requestId = idOf(request.requestId)
  const method = typeof request.httpMethod === 'string' ? request.httpMethod : ''
  const uri = typeof request.uri === 'string' ? request.uri.replace(/\?.*$/s, '') : ''
  const operation = cutText(`${method} ${uri}`.trim(), 200)
  draft.service = { kind: 'external', name: `WAF ${nameOfAcl(acl)}` }
  if (requestId !== undefined) {
    const own: SpanFact = {
      key: `waf:${acl}:${requestId}`,
      form: 'request',
      service: draft.service,
      name: operation,
      startNs: atNs,
      endNs: atNs,
      status: 'ok',
      refs: [parentOf(requestId)],
      attributes: { 'waf.action': action },
    }
    const traceId = traceIdOf(requestId)
    if (traceId !== undefined) draft.traceId = own.traceId = traceId
    draft.facts.own = own
  }
  draft.facts.outcome = cutText(action, 40)
  draft.lineNs ??= atNs
  draft.severity = action === 'BLOCK' ? 13 : 9
  const rule = typeof value.terminatingRuleId === 'string' && value.terminatingRuleId !== 'Default_Action' ? ` by ${cutText(value.terminatingRuleId, 200)}` : ''
  draft.message = `${action} ${operation}${rule}`
  draft.template = `${action} ${method} *${rule}`
  flatten(value, draft.fields, ENVELOPE)
  return true
}

/** A load balancer's requests are known by their trace. */
function parentOf(requestId: string): Ref {
  const traceId = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i.test(requestId) ? requestId.toLowerCase() : undefined
  return { kind: 'request', role: 'parent', value: traceId === undefined ? requestId : `Root=${traceId}` }
}

/** `arn:aws:wafv2:…:regional/webacl/NAME/id` -> NAME; the classic one is an id alone. */
function nameOfAcl(arn: string): string {
  return /\/webacl\/([^/]{1,128})\//.exec(arn)?.[1] ?? cutText(arn.slice(arn.lastIndexOf('/') + 1), 100)
}
