/**
 * A plain masker for the benchmark's own reading of the files: variable parts become `*`, values keep the key before them.
 * The product's template miner is lib/parse; this one only lets the engine be measured without a running instance.
 */
import { hashNumber } from '#lib/link/statistical/adapt'

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,}/g
const KEYED = /([A-Za-z][\w ]{0,40}?) ?[=:：] ?["']?([^[\](){},"'=:]{1,80})/g

export function maskTemplate(text: string): string {
  return text
    .slice(0, 400)
    .replace(ID, '*')
    .replace(/([=:：]) ?[^[\],(){}]*/g, '$1*')
    .replace(/#(\d+)/g, (_, n: string) => '#' + n.replace(/\d/g, (d) => 'abcdefghij'.charAt(Number(d))))
    .replace(/\d+/g, '*')
    .replace(/[({].*/s, '(')
    .slice(0, 110)
}

/** Ids in text, and what follows `key=` or `key:`, hashed; at most `most` a line. */
export function maskValues(text: string, most = 16): number[] {
  const out = new Set<number>()
  const add = (value: string): void => {
    if (out.size < most && value.length > 1) out.add(hashNumber(value))
  }
  for (const match of text.matchAll(ID)) add(match[0])
  for (const match of text.matchAll(KEYED)) add((match[2] ?? '').trim())
  return [...out]
}
