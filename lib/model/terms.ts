/**
 * Keys of the inverted index (event.terms): what an event can be found by. The writer (lib/normalize) and the search
 * (lib/search) both use these functions, so that they can't drift apart. A key is stored as hash64(key).
 *
 * An event has: `v:` of every field's value and of its request id, trace id and source event id; `f:` of every field;
 * `t:` of its template. Values are compared exactly, case included: `SAVE20` and `save20` are two coupons.
 */

/** Longer values are indexed by their first 256 characters. */
export const TERM_VALUE_MAX = 256

/** The value, whatever field it stands in. */
export function valueKey(value: string): string {
  return 'v:' + value.slice(0, TERM_VALUE_MAX)
}

/** The value in one field. */
export function fieldKey(name: string, value: string): string {
  return 'f:' + name + '=' + value.slice(0, TERM_VALUE_MAX)
}

/** The template by its text; equal texts of two services share it. */
export function templateKey(template: string): string {
  return 't:' + template
}
