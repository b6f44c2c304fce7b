/** What could be typed next: which word the caret is in, and what fits there. The data's own names and values come from the API. */
import { BUILT_IN_FIELDS, type BuiltInField } from './fields'
import { quoteIfNeeded, tokenize } from './tokens'

/** What is being typed: the text from..to is replaced by the choice. */
export type Completion =
  | { kind: 'field'; prefix: string; from: number; to: number }
  | { kind: 'value'; field: string; prefix: string; from: number; to: number }

/** The completion at the caret. `completionAt('a coup', 6)` is a field with prefix `coup`, from 2 to 6. */
export function completionAt(text: string, caret: number): Completion {
  const { tokens } = tokenize(text)
  const token = tokens.find((candidate) => candidate.start < caret && caret <= candidate.end)
  if (!token || token.type !== 'leaf') return { kind: 'field', prefix: '', from: caret, to: caret }
  const typed = text.slice(token.start, caret)
  if (token.name === null) return { kind: 'field', prefix: token.quoted ? token.value : typed, from: token.start, to: token.end }
  const head = /^(?:"(?:[^"\\]|\\.)*"|[^:"]*):(?:>=|<=|>|<)?/.exec(typed)?.[0]
  // The caret is still in the name.
  if (head === undefined) return { kind: 'field', prefix: typed.replace(/^"/, ''), from: token.start, to: token.end }
  const prefix = typed
    .slice(head.length)
    .replace(/^"/, '')
    .replace(/\\(["\\])/g, '$1')
  return { kind: 'value', field: token.name, prefix, from: token.start + head.length, to: token.end }
}

/** Built-in names that fit, those that begin with the prefix first. */
export function matchingFields(prefix: string): BuiltInField[] {
  const lower = prefix.toLowerCase()
  const starting = BUILT_IN_FIELDS.filter((field) => field.name.startsWith(lower))
  const containing = BUILT_IN_FIELDS.filter((field) => !field.name.startsWith(lower) && field.name.includes(lower))
  return [...starting, ...containing]
}

/** Values of a built-in field that fit; empty where only the data knows them. */
export function matchingValues(field: string, prefix: string): string[] {
  const known = BUILT_IN_FIELDS.find((candidate) => candidate.name === field)?.values ?? []
  return known.filter((value) => value.startsWith(prefix.toLowerCase()))
}

/** The text and caret after a choice. A name gets its colon and waits for a value, a value gets a space behind it. */
export function applyCompletion(text: string, completion: Completion, choice: string): { text: string; caret: number } {
  const before = text.slice(0, completion.from)
  const after = text.slice(completion.to)
  const written = completion.kind === 'field' ? quoteIfNeeded(choice, 'key') + ':' : quoteIfNeeded(choice, 'value')
  const space = completion.kind === 'value' && !after.startsWith(' ') ? ' ' : ''
  const caret = before.length + written.length + (completion.kind === 'value' ? 1 : 0)
  return { text: before + written + space + after, caret }
}
