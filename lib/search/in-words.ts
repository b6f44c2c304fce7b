/** What a search asks for, as the end of a sentence: `coupon:SAVE20 service:payment` -> "with coupon SAVE20 and through payment". */
import type { FieldNode, SearchNode } from './ast'
import { parse, serializeNode } from './grammar'
import { idsInPaste } from './paste'

export interface QueryWords {
  /** Follows "transactions"; empty for an empty search. */
  phrase: string
  /** The search asks for one outcome, so that counting failures says nothing. */
  byStatus: boolean
}

const OF_STATUS: Record<string, string> = { error: 'that failed', ok: 'that passed', running: 'still running', unknown: 'of unknown outcome' }

function fieldWords(field: FieldNode): string {
  const value = field.op === '=' ? field.value : `${field.op}\u202f${field.value}`
  if (field.op !== '=') return `with ${field.name} ${value}`
  if (field.name === 'service') return `through ${value}`
  if (field.name === 'name') return `that began with ${value}`
  if (field.name === 'level') return `with ${value} lines`
  if (field.name === 'status') return OF_STATUS[value] ?? `with status ${value}`
  if (field.name === 'trace' || field.name === 'request') return `of ${field.name} ${value}`
  return `with ${field.name} ${value}`
}

function words(node: SearchNode): string {
  switch (node.type) {
    case 'field':
      return fieldWords(node)
    case 'not':
      return node.part.type === 'field' || node.part.type === 'word' ? `not ${words(node.part)}` : `not matching ${serializeNode(node.part).trim()}`
    case 'word':
      return `with \u201c${node.raw.replace(/^"|"$/g, '')}\u201d`
    default:
      return `matching ${serializeNode(node).trim()}`
  }
}

const isStatus = (node: SearchNode): boolean => node.type === 'field' && node.name === 'status'

/** A pasted line is no query: what is looked for are the ids in it. */
function pastedWords(ids: readonly string[]): string {
  const [first, ...rest] = ids
  return `that name ${first}${rest.length > 0 ? ` or ${rest.length === 1 ? rest[0] : `${rest.length} other ids of the pasted line`}` : ''}`
}

/** Top-level conditions joined by "and"; an `or` stays as it was typed. Long searches are cut to their first three conditions. */
export function queryInWords(text: string): QueryWords {
  const pasted = idsInPaste(text)
  if (pasted) return { phrase: pastedWords(pasted), byStatus: false }
  const { root } = parse(text).query
  if (!root) return { phrase: '', byStatus: false }
  const parts = root.type === 'and' ? root.parts : [root]
  const said = parts.slice(0, 3).map(words)
  const left = parts.length - said.length
  const tail = left > 0 ? [`${left} more ${left === 1 ? 'condition' : 'conditions'}`] : []
  // One "with" carries those that follow it.
  const all = [...said, ...tail].map((part, i, list) => (part.startsWith('with ') && list[i - 1]?.startsWith('with ') ? part.slice(5) : part))
  const phrase = all.length > 2 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : all.join(' and ')
  return { phrase, byStatus: parts.some(isStatus) }
}

/** The search narrowed by a further condition written as text, whatever its own structure is. */
export function narrowed(text: string, condition: string): string {
  const { root } = parse(text).query
  if (!root) return condition
  return root.type === 'or' ? `(${serializeNode(root)}) ${condition}` : `${text.trim()} ${condition}`
}

/** The conditions at the top of a search, each with what would remain without it. */
export function conditionsOf(text: string): { text: string; without: string }[] {
  const { root } = parse(text).query
  if (root?.type !== 'and') return root ? [{ text: serializeNode(root), without: '' }] : []
  return root.parts.map((part, i) => ({
    text: serializeNode(part).trim(),
    without: root.parts
      .filter((_, other) => other !== i)
      .map((other) => serializeNode(other).trim())
      .join(' '),
  }))
}
