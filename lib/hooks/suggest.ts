'use client'
/** What the search box offers at the caret: the names that the search knows, fields of the logs, then values, each with its count. */
import { completionAt, matchingFields, matchingValues } from '#lib/search/complete'
import type { Completion } from '#lib/search/complete'
import { useFields, useFieldValues } from './data'

export interface Suggestion {
  /** What replaces the word: a field's name, or a value. */
  choice: string
  /** What it is, where that is not plain from its name. */
  about: string | null
  /** Events that have it; null where nobody counted. */
  count: number | null
  /** Of a field: how many different values. */
  distinct: number | null
}

export interface Suggestions {
  completion: Completion
  items: Suggestion[]
  loading: boolean
}

const FIELDS_MAX = 9
const VALUES_MAX = 10
/** Before anything is typed, the telling names only. */
const FIRST_BUILT_IN = 4

/** Asked only while `open`. */
export function useSuggestions(text: string, caret: number, open: boolean): Suggestions {
  const completion = completionAt(text, caret)
  const ofField = completion.kind === 'value'
  const fields = useFields(completion.prefix, open && !ofField)
  const field = ofField ? completion.field : ''
  const values = useFieldValues(field, completion.prefix, open && ofField)
  if (ofField) return { completion, items: valuesOf(field, completion.prefix, values.data?.items ?? []), loading: values.isPending && open }
  return { completion, items: fieldsOf(completion.prefix, fields.data?.items ?? []), loading: fields.isPending && open }
}

function fieldsOf(prefix: string, found: readonly { name: string; count: number; distinct: number }[]): Suggestion[] {
  const counted = new Map(found.map((field) => [field.name, field]))
  const builtIn = matchingFields(prefix).map((field): Suggestion => {
    const known = counted.get(field.name)
    return { choice: field.name, about: field.about, count: known?.count ?? null, distinct: known?.distinct ?? field.values?.length ?? null }
  })
  const names = new Set(builtIn.map((item) => item.choice))
  const own = found
    .filter((field) => !names.has(field.name))
    .map((field): Suggestion => ({ choice: field.name, about: null, count: field.count, distinct: field.distinct }))
  return [...builtIn.slice(0, prefix === '' ? FIRST_BUILT_IN : undefined), ...own].slice(0, FIELDS_MAX)
}

function valuesOf(field: string, prefix: string, found: readonly { value: string; count: number }[]): Suggestion[] {
  const counted = found.map(({ value, count }): Suggestion => ({ choice: value, about: null, count, distinct: null }))
  const known = new Set(counted.map((item) => item.choice))
  const builtIn = matchingValues(field, prefix)
    .filter((value) => !known.has(value))
    .map((value): Suggestion => ({ choice: value, about: null, count: null, distinct: null }))
  return [...counted, ...builtIn].slice(0, VALUES_MAX)
}
