/** A whole log line or JSON document pasted into the search box: its ids are what is looked for. */

/** Whoever pastes a line looks for that one thing; more ids than this only add what is common to many. */
const MAX_IDS = 12

const UUID = /\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b/g
const XRAY_TRACE = /\b1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}\b/g
/** Hex of a span or trace id, a ULID: 16 characters or more with digits and letters mixed. */
const LONG_TOKEN = /\b(?=[0-9A-Za-z]*\d)(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{16,64}\b/g
/** `"orderId": "ord-90317"`, `order_id=ord-90317`: what calls itself an id. */
const NAMED_ID = /["']?(?:\b\w*(?:Id|ID|_id|\bid|Key|_key))["']?\s*[:=]\s*["']?([\w.@+/-]{4,128})/g

/** A line begins with its time, has a tab or a line break, or is JSON; a query that somebody types has none of these. */
function looksPasted(text: string): boolean {
  const trimmed = text.trim()
  return (
    /[\t\n\r]/.test(trimmed) ||
    /^[[{]\s*[{"]/.test(trimmed) ||
    /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*\s/.test(trimmed) ||
    /^(?:START|END|REPORT|INIT_REPORT) RequestId: /.test(trimmed)
  )
}

/** The ids of a pasted line, the telling ones first; null where the text is a query, or a paste without ids. */
export function idsInPaste(text: string): string[] | null {
  if (!looksPasted(text)) return null
  const found = new Set<string>()
  for (const match of text.matchAll(XRAY_TRACE)) found.add(match[0])
  for (const match of text.matchAll(UUID)) found.add(match[0])
  for (const match of text.matchAll(NAMED_ID)) if (match[1] && /\d/.test(match[1])) found.add(match[1])
  // A piece of an id already found is no id of its own.
  for (const match of text.matchAll(LONG_TOKEN)) if (![...found].some((id) => id.includes(match[0]))) found.add(match[0])
  return found.size > 0 ? [...found].slice(0, MAX_IDS) : null
}
