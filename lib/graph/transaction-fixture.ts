/**
 * Transactions for tests, drawn as text a person can read. One line is a span: its indent is its place under its cause, then
 * `service name start-end`, then marks: `B0.97` another tier than A, `!` failed, `<other` one more cause by id, `#id` its own id,
 * `:form`. Without an end the span is open.
 *
 *   shop-api POST /checkout 0-412
 *     checkout place 11-396 #co
 *       orders(queue) - 291-1502
 */
import type { LinkItem, SpanItem } from '#lib/model/api'

const ORIGIN_MS = 1_700_000_000_000

const LINE = /^(\s*)([\w-]+)(?:\((\w+)\))?\s+(.*?)\s+(-?[\d.]+)-([\d.]*)((?:\s+\S+)*)$/

export function spanFixture(id: string, over: Partial<SpanItem> & { startMs?: number; endMs?: number | null }): SpanItem {
  const { startMs = 0, endMs = startMs + 10, ...rest } = over
  const iso = (ms: number) => new Date(ORIGIN_MS + ms).toISOString()
  const ns = (ms: number) => String(BigInt(ORIGIN_MS) * 1_000_000n + BigInt(Math.round(ms * 1e6)))
  return {
    id,
    service: 'service',
    kind: 'function',
    form: 'execution',
    name: '',
    startTime: iso(startMs),
    startNs: ns(startMs),
    startExact: true,
    endTime: endMs === null ? null : iso(endMs),
    endNs: endMs === null ? null : ns(endMs),
    durationMs: endMs === null ? null : endMs - startMs,
    status: 'ok',
    open: endMs === null,
    severity: 9,
    requestId: null,
    traceId: null,
    eventCount: 0,
    shared: false,
    attributes: {},
    ...rest,
  }
}

export function linkFixture(cause: string, effect: string, over: Partial<LinkItem> = {}): LinkItem {
  const end = (spanId: string) => ({ spanId, eventId: null, sourceEventId: null, requestId: null, service: '', kind: 'function' as const })
  return {
    cause: end(cause),
    effect: end(effect),
    kind: 'call',
    tier: 'A',
    confidence: 1,
    rule: 'span-parent',
    evidence: [],
    alternatives: [],
    delayMs: 1,
    ...over,
  }
}

const kinds: readonly string[] = ['function', 'gateway', 'queue', 'topic', 'bus', 'stream', 'table', 'bucket', 'workflow', 'container', 'external']
const isKind = (text: string): text is SpanItem['kind'] => kinds.includes(text)
const forms: readonly string[] = ['execution', 'request', 'delivery', 'segment', 'span', 'event']
const isForm = (text: string): text is SpanItem['form'] => forms.includes(text)
const isTier = (text: string): text is LinkItem['tier'] => text === 'A' || text === 'B' || text === 'C' || text === 'K'

/** Spans and links of the drawing, and the nanoseconds that offset 0 stands for. Throws on a line that it can't read. */
export function transactionFixture(text: string): { spans: SpanItem[]; links: LinkItem[]; originNs: bigint } {
  const spans: SpanItem[] = []
  const links: LinkItem[] = []
  const above: { indent: number; id: string }[] = []
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const match = LINE.exec(line)
    if (!match) throw new Error(`no span in this line: ${line}`)
    const [, indent = '', service = '', kind = 'function', name = '', start = '0', end = '', marks = ''] = match
    const words = marks.split(/\s+/).filter(Boolean)
    const id = words.find((word) => word.startsWith('#'))?.slice(1) ?? `s${spans.length}`
    const form = words.find((word) => word.startsWith(':'))?.slice(1) ?? 'execution'
    spans.push(
      spanFixture(id, {
        service,
        name: name === '-' ? '' : name,
        startMs: Number(start),
        endMs: end === '' ? null : Number(end),
        status: words.includes('!') ? 'error' : 'ok',
        ...(isKind(kind) ? { kind } : {}),
        ...(isForm(form) ? { form } : {}),
      }),
    )
    while ((above.at(-1)?.indent ?? -1) >= indent.length) above.pop()
    const cause = above.at(-1)
    const tier = words.map((word) => /^([ABCK])([\d.]+)$/.exec(word)).find(Boolean)
    const letter = tier?.[1] ?? 'A'
    if (cause) links.push(linkFixture(cause.id, id, { tier: isTier(letter) ? letter : 'A', confidence: tier ? Number(tier[2]) : 1 }))
    for (const word of words) if (word.startsWith('<')) links.push(linkFixture(word.slice(1), id, { confidence: 0.96, tier: 'B' }))
    above.push({ indent: indent.length, id })
  }
  return { spans, links, originNs: BigInt(ORIGIN_MS) * 1_000_000n }
}
