/** Lines of AWS's edges: values with blanks between them, some in quotes or brackets. */
import { cutText } from '#lib/base/text-bytes'
import type { Draft } from './draft'
import { isPlaceholder } from './ids'
import { FIELDS_MAX, VALUE_MAX } from './text-scan'

/** Longer lines are no access lines. */
const LINE_MAX = 65_536

/**
 * `a "b c" [d e] -` -> a, b c, d e, -. Inside quotes a backslash keeps the next character; what never closes goes on to the end. At most
 * `max` values are read.
 */
export function splitQuoted(text: string, max: number): string[] {
  const values: string[] = []
  let at = 0
  const length = Math.min(text.length, LINE_MAX)
  while (at < length && values.length < max) {
    const first = text.charCodeAt(at)
    if (first === 32) {
      at++
      continue
    }
    const close = first === 34 || first === 91 ? closing(text, at + 1, first === 34 ? 34 : 93) : -1
    // What goes on behind its closing quote is a list of quoted values: "h2","http/1.1".
    const quoted = close >= 0 && (close + 1 >= length || text.charCodeAt(close + 1) === 32)
    const end = quoted ? close : nextBlank(text, close < 0 ? at : Math.min(close, length))
    values.push(text.slice(quoted ? at + 1 : at, end))
    at = end + 1
  }
  return values
}

function closing(text: string, from: number, mark: number): number {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 92) i++
    else if (c === mark) return i
  }
  return text.length
}

function nextBlank(text: string, from: number): number {
  const blank = text.indexOf(' ', from)
  return blank < 0 ? text.length : blank
}

/** Values by the names of a list, in its order; names beyond the values are missing. */
export function named(names: readonly string[], values: readonly string[]): { [name: string]: string } {
  const object = Object.create(null) as { [name: string]: string }
  for (let i = 0; i < names.length && i < values.length; i++) object[names[i] ?? ''] = values[i] ?? ''
  return object
}

/** Every value that is one as a field. */
export function addFields(values: { [name: string]: string }, draft: Draft): void {
  for (const name of Object.keys(values)) {
    const value = values[name] ?? ''
    if (value.length <= VALUE_MAX && draft.fields.length < FIELDS_MAX && !isPlaceholder(value)) draft.fields.push({ name, value })
  }
}

/** `GET https://api.example.com:443/v1/orders?x=1 HTTP/1.1` -> `GET /v1/orders`. */
export function operationOfRequest(request: string): string {
  const [method = '', url = ''] = request.slice(0, 2000).split(' ', 2)
  const path = url.replace(/^[a-z]{2,5}:\/\/[^/?#]*/, '').replace(/[?#].*$/, '')
  return /^[A-Z]{3,10}$/.test(method) ? cutText(`${method} ${path === '' ? '/' : path}`, 200) : ''
}

/** A count or a duration; undefined where there is none (`-`, -1). */
export function amount(value: string | undefined): number | undefined {
  const number = value === undefined || value === '' || value === '-' ? Number.NaN : Number(value)
  return Number.isFinite(number) && number >= 0 ? number : undefined
}
