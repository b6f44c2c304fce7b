/** Small integers that stand for words in columns (span.form, span_ref.role and kind): the order never changes. */
import type { Ref, SpanFact } from '#lib/model/event'

export const SPAN_FORMS = ['execution', 'request', 'delivery', 'segment', 'span', 'event'] as const satisfies readonly SpanFact['form'][]
export const REF_ROLES = ['self', 'parent', 'produced', 'consumed', 'called', 'mentioned'] as const satisfies readonly Ref['role'][]
export const REF_KINDS = [
  'span',
  'request',
  'message',
  'event',
  'object',
  'position',
  'execution',
  'idempotency',
  'sender',
  'change',
] as const satisfies readonly Ref['kind'][]

/** The word for a code; a code that no version wrote is a broken row. */
export function wordOf<T extends string>(words: readonly T[], code: number): T {
  const word = words[code]
  if (word === undefined) throw new Error(`no word for code ${code} among ${words.join(', ')}`)
  return word
}
