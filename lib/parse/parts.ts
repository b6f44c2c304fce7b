/**
 * A line that a container runtime cut at 16 KB is read as a whole: the JSON that was cut has its ids again. Each part stays an event as it
 * came; what the whole says stands with its last part (container-line.ts tells the parts, lib/link/delivery-order.ts makes them one entry).
 *
 * Needs the parts in their order, so it reads deliveries without log groups: files, and what routers push. Parts of one line are told by
 * `partial_id`, else by their stream. Ignores: parts of which one is missing or in another delivery, and lines above 1 MB.
 */
import { isJsonObject, parseJson } from '#lib/base/json'
import { channelOf } from '#lib/model/channel'
import type { ParsedEvent, RawRecord } from '#lib/model/event'
import type { ParseContext, Parser } from './index'

const WHOLE_MAX = 1024 * 1024
/** Lines that wait for their rest at once. */
const OPEN_MAX = 64

const CRI = /^(\S{20,40} (?:stdout|stderr) )[FP]((?::\w{1,16}){0,4} )/

/** What is inside a wrapping, and the wrapping with another text inside. */
interface Wrapped {
  text: string
  with(text: string): string
}

/** Takes records in the order of their delivery. */
export function joinParts(parse: Parser): Parser {
  const open = new Map<string, string>()
  return (record, context) => {
    const event = parse(record, context)
    const part = event.facts?.part
    if (part === undefined && open.size === 0) return event
    if (record.form !== 'log' || record.logGroup !== undefined) return event
    const key = part?.id ?? channelOf(event)
    const before = open.get(key)
    if (before === undefined && part?.more !== true) return event
    const wrapped = unwrap(record.body)
    open.delete(key)
    if (wrapped === null) return event
    const whole = (before ?? '') + wrapped.text
    if (part?.more === true) {
      if (open.size >= OPEN_MAX) open.clear()
      if (whole.length <= WHOLE_MAX) open.set(key, whole)
      return event
    }
    return readWhole({ record, whole: wrapped.with(whole) }, parse, context)
  }
}

function readWhole({ record, whole }: { record: RawRecord; whole: string }, parse: Parser, context: ParseContext): ParsedEvent {
  const { json: _json, ...rest } = record
  return { ...parse({ ...rest, body: whole }, context), record }
}

function unwrap(body: string): Wrapped | null {
  const header = CRI.exec(body)
  if (header !== null) return { text: body.slice(header[0].length), with: (text) => `${header[1]}F${header[2]}${text}` }
  const parsed = parseJson(body)
  if (!parsed.ok || !isJsonObject(parsed.value) || typeof parsed.value.log !== 'string') return null
  const { value } = parsed
  return { text: parsed.value.log, with: (text) => JSON.stringify({ ...value, log: text }) }
}
