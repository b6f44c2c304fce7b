'use client'
/** What the search box offers for the word at the caret: fields, then values of a field, each with its count. */
import { useFields, useFieldValues } from './data'

export interface WordAt {
  /** Offsets of the word in the text. */
  start: number
  end: number
  /** What a `-` before it keeps. */
  negated: boolean
  /** Null while the field's name is still being typed. */
  field: string | null
  /** The part to be completed. */
  prefix: string
}

/** The word around the caret. `('status:er', 9)` -> field status, prefix er; `('-cou', 4)` -> negated, prefix cou. */
export function wordAt(text: string, caret: number): WordAt {
  let start = caret
  let quoted = (text.slice(0, caret).match(/"/g) ?? []).length % 2 === 1
  while (start > 0) {
    const before = text.charAt(start - 1)
    if (before === '"') quoted = !quoted
    if (!quoted && /[\s()]/.test(before)) break
    start--
  }
  let end = caret
  while (end < text.length && !/[\s()]/.test(text.charAt(end))) end++
  const negated = text.charAt(start) === '-'
  const body = text.slice(negated ? start + 1 : start, caret)
  const colon = body.indexOf(':')
  if (colon <= 0) return { start, end, negated, field: null, prefix: body.replace(/^"/, '') }
  const prefix = body.slice(colon + 1).replace(/^(?:>=|<=|>|<)?"?/, '')
  return { start, end, negated, field: body.slice(0, colon), prefix }
}

export interface Suggestion {
  /** Replaces the word. A field's ends with its colon and keeps the list open. */
  insert: string
  kind: 'field' | 'value'
  field: string
  value: string
  /** Events that have it. */
  count: number
  /** Of a field: how many different values. */
  distinct: number | null
}

/** A value as it must be typed: quoted where it has spaces, quotes or parentheses. */
export function quoteValue(value: string): string {
  return /^[^\s"()]+$/.test(value) && !/^[<>]/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

export interface Suggestions {
  items: Suggestion[]
  loading: boolean
}

/** At most 8 fields or 10 values. Asked only while `open`. */
export function useSuggestions(word: WordAt, open: boolean): Suggestions {
  const ofField = word.field !== null
  const fields = useFields(word.prefix, open && !ofField)
  const values = useFieldValues(word.field ?? '', word.prefix, open && ofField)
  const mark = word.negated ? '-' : ''
  if (ofField) {
    const field = word.field ?? ''
    const items = (values.data?.items ?? []).slice(0, 10).map(({ value, count }): Suggestion => ({
      insert: `${mark}${field}:${quoteValue(value)} `, kind: 'value', field, value, count, distinct: null,
    }))
    return { items, loading: values.isPending && open }
  }
  const items = (fields.data?.items ?? []).slice(0, 8).map(({ name, count, distinct }): Suggestion => ({
    insert: `${mark}${name}:`, kind: 'field', field: name, value: '', count, distinct,
  }))
  return { items, loading: fields.isPending && open }
}
