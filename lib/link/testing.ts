/** Events drawn as text, for the tests of this folder. */
import { hash64 } from '#lib/base/hash'
import type { EventFacts } from '#lib/model/event'
import { spanKey } from '#lib/model/keys'
import type { LinkEvent } from '#lib/model/link-event'

/**
 * One line an event: `<ms> <stream> <request id or -> <word>`; words: INIT START END REPORT:<ms> TIMEOUT, anything else is a log line
 * (`!word` at ERROR). Stream names with `*` are sandboxes' (all are, unless they start with `~`).
 */
export function drawEvents(drawing: string): LinkEvent[] {
  return drawing
    .trim()
    .split('\n')
    .map((line, i) => {
      const [ms = '', stream = '', request = '-', word = ''] = line.trim().split(/\s+/)
      const requestId = request === '-' ? null : request
      return {
        timeNs: BigInt(ms) * 1_000_000n,
        id: hash64(`${i}/${line.trim()}`),
        streamId: hash64(stream),
        serviceId: hash64('service'),
        groupId: requestId === null ? null : hash64(spanKey.execution(requestId)),
        spanId: requestId === null ? null : hash64(spanKey.execution(requestId)),
        severity: word.startsWith('!') ? 17 : 9,
        form: 'log',
        requestId,
        traceId: null,
        sourceEventId: null,
        sandbox: !stream.startsWith('~'),
        facts: markerOf(word),
      }
    })
}

function markerOf(word: string): EventFacts | null {
  if (word === 'INIT') return { marker: { type: 'init' } }
  if (word === 'START') return { marker: { type: 'start' } }
  if (word === 'END') return { marker: { type: 'end' } }
  if (word === 'TIMEOUT') return { marker: { type: 'timeout', status: 'timeout' } }
  if (word.startsWith('REPORT:')) return { marker: { type: 'report', durationMs: Number(word.slice(7)) } }
  return null
}

/** All orders of a short list, or `count` seeded shuffles of a long one. */
export function shuffles<T>(items: readonly T[], count: number, seed = 7): T[][] {
  let state = seed
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Array.from({ length: count }, () => {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      const a = copy[i] as T
      copy[i] = copy[j] as T
      copy[j] = a
    }
    return copy
  })
}
