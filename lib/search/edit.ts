/** Edits of a query's text, as a click on a facet, a value or a chart makes them. What was typed by hand stays as it is. */
import type { FieldNode, SearchNode } from './ast'
import { parse, serializeNode } from './grammar'
import { quoteIfNeeded } from './tokens'

/** A condition as it is written: `conditionText('coupon', 'SAVE 20')` is `coupon:"SAVE 20"`. */
export function conditionText(name: string, value: string): string {
  return quoteIfNeeded(name, 'key') + ':' + quoteIfNeeded(value, 'value')
}

function topLevel(node: SearchNode | null): SearchNode[] {
  if (!node) return []
  return node.type === 'and' ? node.parts : [node]
}

function isCondition(node: SearchNode, name: string, value: string): boolean {
  const field: SearchNode = node.type === 'not' ? node.part : node
  return field.type === 'field' && isSameField(field, name, value)
}

function isSameField(field: FieldNode, name: string, value: string): boolean {
  return field.name === name && field.value === value && field.op === '='
}

/** Whether the condition stands at the top level of the query: included, excluded, or not at all. */
export function conditionState(text: string, name: string, value: string): 'include' | 'exclude' | null {
  const found = topLevel(parse(text).query.root).find((node) => isCondition(node, name, value))
  if (!found) return null
  return found.type === 'not' ? 'exclude' : 'include'
}

/** Adds `name:value` (or `-name:value`), replacing the same condition of the other sign; already there, nothing changes. */
export function withCondition(text: string, name: string, value: string, sign: 'include' | 'exclude'): string {
  if (conditionState(text, name, value) === sign) return text
  const rest = withoutCondition(text, name, value)
  const { root } = parse(rest).query
  const condition = (sign === 'exclude' ? '-' : '') + conditionText(name, value)
  if (!root) return condition
  const kept = root.type === 'or' ? `(${serializeNode(root)})` : rest.trim()
  return `${kept} ${condition}`
}

/** Takes the condition away where it stands at the top level, with either sign. */
export function withoutCondition(text: string, name: string, value: string): string {
  const parts = topLevel(parse(text).query.root)
  const kept = parts.filter((node) => !isCondition(node, name, value))
  if (kept.length === parts.length) return text
  return kept.map(serializeNode).join(' ')
}
