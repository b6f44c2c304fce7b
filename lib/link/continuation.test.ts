import { describe, expect, test } from 'vitest'
import type { EventFacts, ParsedEvent } from '#lib/model/event'
import type { LinkEvent } from '#lib/model/link-event'
import { assignContinuations } from './continuation'
import { DeliveryOrder } from './delivery-order'
import { shuffles } from './testing'

const TRACE: [ms: number, severity: number, facts: EventFacts | null][] = [
  [0, 9, null], // 0 paid
  [5, 17, null], // 1 ERROR no seat
  [5, 0, { continues: 'error', opens: 'trace' }], // 2 Traceback
  [6, 0, { continues: 'any' }], // 3   File …
  [7, 17, { continues: 'trace' }], // 4 KeyError
  [8, 17, { continues: 'error', opens: 'trace' }], // 5 Traceback of another
  [8, 17, { continues: 'trace' }], // 6 ValueError
  [9, 9, null], // 7 paid
  [2_000, 0, { continues: 'any' }], // 8 long after
]

/** `sent`: what CloudWatch numbered, the others as a file without ids gives them. */
function events(sent: boolean): LinkEvent[] {
  return TRACE.map(([ms, severity, facts], i) => ({
    timeNs: BigInt(ms) * 1_000_000n,
    id: BigInt(100 - i),
    streamId: 1n,
    serviceId: 1n,
    groupId: facts === null ? BigInt(100 - i) : null,
    spanId: null,
    severity,
    form: 'log',
    requestId: null,
    traceId: null,
    sourceEventId: sent ? String(i).padStart(56, '0') : null,
    sandbox: false,
    facts,
  }))
}

describe('in a stored stream', () => {
  test.each([
    ['by eventId', true],
    ['by time alone, the worst of equal lines first', false],
  ])('lines join the entry before them, in any order of arrival: %s', (_, sent) => {
    for (const order of shuffles(events(sent), 30)) {
      const groups = assignContinuations(order)
      const told = [...groups].map(([event, group]) => [100 - Number(event.id), 100 - Number(group)]).sort(([a = 0], [b = 0]) => a - b)
      expect(told).toEqual([[2, 1], [3, 1], [4, 1], [5, 5], [6, 5], [8, 8]]) // prettier-ignore
    }
  })

  test('an entry ends where a line of its own time is far from its first', () => {
    const lines = Array.from({ length: 10 }, (_, i): LinkEvent => ({ ...(events(true)[3] as LinkEvent), id: BigInt(i + 1), timeNs: BigInt(i) * 900_000_000n, facts: i === 0 ? null : { continues: 'any' }, groupId: i === 0 ? 1n : null })) // prettier-ignore
    const groups = [...assignContinuations(lines)].map(([, group]) => group)
    expect(groups).toEqual([1n, 1n, 1n, 1n, 1n, 7n, 7n, 7n, 7n])
  })
})

describe('in a delivery', () => {
  const U = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
  const V = 'fbd8cc1b-0000-4000-8000-d3f14b9aef76'
  const AT = 1_793_606_400_000_000_000n

  /** Groups of lines told as [words, what the parser found]; each line's own group is its number from 1 on. */
  function groupsOf(lines: Partial<ParsedEvent>[], order = new DeliveryOrder()): (bigint | null)[] {
    return lines.map((line, i) => order.place(eventOf(line), 7n, BigInt(i + 1)))
  }

  function eventOf(line: Partial<ParsedEvent>): ParsedEvent {
    return { record: { form: 'log', body: '', timeNs: null, line: 1 }, timeNs: AT, untimed: true, service: { kind: 'container', name: 'x' }, severity: 0, facts: null, message: '', template: '', fields: [], format: 'text', ...line } // prettier-ignore
  }

  test('lines join the entry before them', () => {
    const lines = TRACE.slice(0, 8).map(([, severity, facts]) => ({ severity, facts: facts && { ...facts } }))
    expect(groupsOf(lines)).toEqual([1n, 2n, 2n, 2n, 2n, 6n, 6n, 8n])
  })

  test('the statement behind a slow log’s comments and the words behind a header join them; what comes next does not', () => {
    expect(groupsOf([{ facts: { opens: 'slow' } }, { facts: { continues: 'slow', opens: 'slow' } }, {}, { facts: { opens: 'slow' } }, {}])).toEqual([
      1n,
      1n,
      1n,
      4n,
      4n,
    ])
    expect(groupsOf([{ facts: { opens: 'jul' } }, {}, {}])).toEqual([1n, 1n, 3n])
  })

  test('parts of a line join, each container stream for itself', () => {
    const out = [{ name: 'stream', value: 'stdout' }]
    const err = [{ name: 'stream', value: 'stderr' }]
    const lines = [{ fields: out, facts: { part: { of: 'stdout', more: true as const } } }, { fields: err }, { fields: out, facts: { part: { of: 'stdout', more: true as const } } }, { fields: out }, { fields: out }] // prettier-ignore
    expect(groupsOf(lines)).toEqual([1n, 2n, 1n, 1n, 5n])
  })

  test('lines without an id belong to the execution that is open', () => {
    const start = { requestId: U, facts: { marker: { type: 'start' as const } } }
    const end = { requestId: U, facts: { marker: { type: 'end' as const } } }
    const [before, , inside, , after] = groupsOf([{}, start, {}, end, {}])
    expect([before, after]).toEqual([1n, 5n])
    expect(inside).not.toBe(3n)
    // A second one that starts before the first has ended: several sandboxes in one delivery.
    expect(groupsOf([start, { ...start, requestId: V }, {}, end, {}])).toEqual([1n, 2n, 3n, 4n, 5n])
  })

  test('lines without a time keep their order, those that continue a timed one its time', () => {
    const order = new DeliveryOrder()
    const place = (line: Partial<ParsedEvent>): number => {
      const event = eventOf(line)
      order.place(event, 7n, 1n)
      return Number(event.timeNs - AT)
    }
    const timed = { untimed: false, timeNs: AT - 1_000n }
    expect([place({}), place({}), place(timed), place({ facts: { continues: 'any' } }), place({ facts: { continues: 'any' } }), place({})]).toEqual([0, 1, -1000, -999, -998, 2]) // prettier-ignore
  })

  test('of a log group the store keeps the order: nothing is decided here', () => {
    const event = eventOf({ facts: { continues: 'any' } })
    event.record.logGroup = '/ecs/shop'
    expect(groupsOf([{}, event])).toEqual([1n, 2n])
    expect(event.facts).toEqual({ continues: 'any' })
  })
})
