/** A line that a user's own format has read (access-format.ts): its values mean what the names mean to the service that wrote it. */
import type { AccessFormat } from './access-format'
import { readCloudFrontValues } from './cloudfront'
import type { Draft } from './draft'
import { readNamed } from './gateway-text'
import { addFields } from './tokens'
import { readFlowValues } from './vpc-flow'

/** False where the line is not written by this format, or says too little to be more than text. */
export function readByFormat(format: AccessFormat, text: string, draft: Draft): boolean {
  const values = format.read(text)
  if (values === null) return false
  if (format.kind === 'cloudfront') return readCloudFrontValues(values, draft)
  if (format.kind === 'vpc-flow') return readFlowValues(values, draft)
  if (readNamed(values, draft, true)) return true
  // A format without a request's id, method and route still names its values.
  draft.severity = 9
  draft.message = text
  draft.template = format.variables.map((name) => `${name}=*`).join(' ')
  addFields(values, draft)
  return true
}
