/**
 * The path of a URL as a route would name it: ids are `{id}`, so that a thousand orders are one operation. A route that a gateway was
 * configured with says more and is preferred where it is known (lib/link/assemble.ts).
 *
 *   https://api.example/prod/orders/8f067f86-…/items?x=1, stage prod  ->  /orders/{id}/items
 */
import { isUuid } from './ids'

const ID_IN_PATH = '{id}'
const SEGMENTS_MAX = 20

/** @param stage the first part of the path on an execute-api host, which routes leave out */
export function pathTemplate(url: string, stage?: unknown): string {
  const host = /^https?:\/\/([^/?#]*)/.exec(url)
  const path = url.slice(host?.[0].length ?? 0).replace(/[?#].*$/, '')
  const parts = path.split('/').slice(1, 1 + SEGMENTS_MAX)
  if (typeof stage === 'string' && parts[0] === stage && host?.[1]?.includes('execute-api') === true) parts.shift()
  return `/${parts.map((part) => (isIdPart(part) ? ID_IN_PATH : part)).join('/')}`
}

/** Versions and plain words are not: `v2`, `oauth2`, `2024-report`. */
function isIdPart(part: string): boolean {
  if (part.length === 0 || /^v\d{1,3}(?:\.\d+)*$/i.test(part)) return false
  if (/^\d+$/.test(part) || isUuid(part) || /^[0-9a-f]{12,}$/i.test(part) || part.includes('%40') || part.includes('@')) return true
  const digits = part.replace(/\D/g, '').length
  // `ord_18b7048fbadd`, `FB-8CYQ4D3`, `8c90798198-vvwthh`: long, and digits among the letters.
  return part.length >= 8 && digits >= 2 && !/^[a-z]+(?:-[a-z]+)*-?\d{1,3}$/i.test(part)
}
