/**
 * Keys of the inverted index (event.terms): what an event can be found by. The writer (lib/normalize/terms.ts) and the search
 * (lib/search) both use these functions, so that they can't drift apart. A key is stored as hash64(key).
 *
 *   v:<value>          any field's value or id of the event          v:save20
 *   f:<name>=<value>   a field by its full name or its last part     f:order.id=5ad7, f:id=5ad7
 *   t:<template>       all events of one template; equal texts of two services share it
 *
 * Upper and lower case are the same: whoever searches rarely knows how a line wrote it.
 */
export function valueTerm(value: string): string {
  return `v:${value.toLowerCase()}`
}

export function fieldTerm(name: string, value: string): string {
  return `f:${name.toLowerCase()}=${value.toLowerCase()}`
}

export function templateTerm(template: string): string {
  return `t:${template}`
}
