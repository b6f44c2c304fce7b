/**
 * VPC flow logs. https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
 *
 *   2 123456789012 eni-0050644426037aa0f 10.26.1.153 3.239.232.29 60220 443 6 48 21869 1669842701 1669842702 ACCEPT OK
 *
 * A line counts the packets of one flow within some seconds: it says nothing of causes, and is an event that can be searched. The default
 * format is known by its shape; for another one give Specter the format (access-format.ts). Header lines are events of their own.
 * Ignores: the names behind protocol and TCP flag numbers.
 */
import { epochToNs, DAY_NS } from '#lib/base/log-time'
import type { Draft } from './draft'
import { addFields, named } from './tokens'

const DEFAULT = [
  'version', 'account-id', 'interface-id', 'srcaddr', 'dstaddr', 'srcport', 'dstport', 'protocol', 'packets', 'bytes', 'start', 'end', 'action',
  'log-status',
] // prettier-ignore
const ADDRESS = '(?:[\\da-f.:]{2,45}|-)'
const LINE = new RegExp(
  `^2 (?:\\d{12}|unknown) eni-[0-9a-f]{8,20} ${ADDRESS} ${ADDRESS}(?: (?:\\d{1,20}|-)){5} \\d{10} \\d{10} (?:ACCEPT|REJECT|-) (?:OK|NODATA|SKIPDATA)$`,
)

export function looksLikeFlow(text: string): boolean {
  const first = text.charCodeAt(0)
  if (first === 118) return text.startsWith('version ') && text.includes(' log-status')
  return first === 50 && text.charCodeAt(1) === 32 && text.length < 400 && LINE.test(text)
}

export function readFlowLine(text: string, draft: Draft): boolean {
  if (text.charCodeAt(0) === 50) return readFlowValues(named(DEFAULT, text.split(' ')), draft)
  draft.template = 'version account-id … log-status'
  draft.severity = 5
  return true
}

/** Values by the names of the guide. False where nothing of a flow is among them. */
export function readFlowValues(values: { [name: string]: string }, draft: Draft): boolean {
  const { action = '-', srcaddr, dstaddr, dstport } = values
  const source = srcaddr ?? values['pkt-srcaddr']
  const target = dstaddr ?? values['pkt-dstaddr']
  if (values.start === undefined && source === undefined && target === undefined) return false
  const status = values['log-status'] ?? 'OK'
  draft.service = { kind: 'external', name: draft.service.name }
  draft.lineNs ??= epochToNs(values.start, draft.eventNs + DAY_NS)
  draft.severity = action === 'REJECT' ? 13 : 9
  const what = action === '-' ? status : action
  draft.message = source === undefined || source === '-' ? what : `${what} ${source} -> ${target ?? '?'}${dstport === undefined ? '' : `:${dstport}`}`
  draft.template = `flow ${what}`
  if (action !== '-') draft.facts.outcome = action
  addFields(values, draft)
  return true
}
