import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findEmbedded } from './loose-value'
import { mergeTemplates, templateOf } from './template'
import { scanText } from './text-scan'

const scan = (text: string): [string, ...string[]] => {
  const { template, fields } = scanText(text)
  return [template, ...fields.map(({ name, value }) => `${name}=${value}`)]
}

describe('template and fields of a line', () => {
  test.each([
    [
      '[create][Order Create Success][OrderId:590e9129-8a69-4474-b874-8d869618acc1 , Price: 50.0]',
      ['[create][Order Create Success][OrderId:* , Price: *]', 'OrderId=590e9129-8a69-4474-b874-8d869618acc1', 'Price=50.0'],
    ],
    [
      '[Seat request][request: Seat(travelDate=2023-01-29 15:38:06, trainNumber=G1234, stations=[a, b])]',
      ['[Seat request][request: Seat(travelDate=*, trainNumber=*, stations=*)]', 'travelDate=2023-01-29 15:38:06', 'trainNumber=G1234'],
    ],
    [
      '[RouteId: [92708982-77af-4318-be25-57ccb0ff69ad, aefcef3f-3f42-46e8-afd7-6cb2a928bd3d]]',
      ['[RouteId: *]', 'RouteId=92708982-77af-4318-be25-57ccb0ff69ad', 'RouteId=aefcef3f-3f42-46e8-afd7-6cb2a928bd3d'],
    ],
    ['[Travel Date: 2023-01-29 15:38:06]', ['[Travel Date: *]', 'TravelDate=2023-01-29 15:38:06']],
    ['Response(status=1, msg=Order is Null., data=null)', ['Response(status=*, msg=Order is Null., data=*)', 'status=1', 'msg=Order is Null.']],
    ['Batch received size=10 for queue "orders"', ['Batch received size=* for queue *', 'size=10', 'id=orders']],
    ['error: connection refused by 10.0.0.1:5432', ['error: connection refused by *', 'ip=10.0.0.1:5432']],
    ['[trace_id=6ae84300 span_id=1f7e521a name=a b]', ['[trace_id=* span_id=* name=a b]', 'trace_id=6ae84300', 'span_id=1f7e521a', 'name=a b']],
    ['mail to bob@example.com', ['mail to *', 'email=bob@example.com']],
    ['Handler:93 took 12 ms', ['Handler:* took * ms']],
    ['GET /v1/orders/77123 200', ['GET /v1/orders/* *', 'path=/v1/orders/77123']],
    ['coupon SAVE20 refused', ['coupon * refused']],
    ['coupon=SAVE20 refused', ['coupon=* refused', 'coupon=SAVE20']],
    ["it's Bob's", ["it's Bob's"]],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.Ms8NCFiYqqvwWsjPSxx', ['token *', 'id=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.Ms8NCFiYqqvwWsjPSxx']],
    ['a\n  wrapped\t\tline', ['a wrapped line']],
    ['id=undefined, other=-', ['id=*, other=*']],
    ['', ['']],
  ])('%s', (text, expected) => expect(scan(text)).toEqual(expected))
})

describe('properties', () => {
  test('any text has a template and at most 64 fields of at most 512 characters', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('=', ': ', '[', ']', '(', '{', '}', '"', "'", ', ', 'a1', ' ')), { maxLength: 30 }),
        (parts) => {
          const { template, fields } = scanText(parts.join(''))
          expect(template.length).toBeLessThanOrEqual(1000)
          expect(fields.length).toBeLessThanOrEqual(64)
          for (const { value } of fields) expect(value.length).toBeLessThanOrEqual(512)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('numbers, ids and names of values do not change a template', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(), fc.uuid(), fc.nat(), (a, m, b, n) => {
        const line = (id: string, count: number): string => `stored order ${id} with ${count} lines [orderId: ${id}, total=${count}.50]`
        expect(templateOf(line(a, m))).toBe(templateOf(line(b, n)))
      }),
    )
  })

  // A pattern that backtracks would take hours on these: the runner's time-out is the assertion.
  test('a hostile line takes no longer than its length', () => {
    for (const part of ['a', '@', '{ ', '[', 'a.', 'A1', '"', "'", '=', ': ', 'a:', '{"', "{'a': "]) {
      const text = part.repeat(1_000_000 / part.length)
      expect(scanText(text)).toBeDefined()
      findEmbedded(text.slice(0, 200_000))
    }
  })
})

describe('objects inside text', () => {
  test.each([
    ['Event: {"a":{"b":[1,2]}} end', { a: { b: [1, 2] } }],
    [
      "{'a': None, 'b': True, 'c': b'x', 'd': Decimal('1.5'), 'e': (1, 2), 'f': datetime.datetime(2026, 11, 2)}",
      { a: null, b: true, c: 'x', d: '1.5', e: [1, 2], f: '2026-11-2' },
    ],
    [
      "sent { messageId: '8f06', items: [Array], 'x-y': undefined, n: -1.5, list: [ 1, 2, ... 3 more items ], k: Foo { a: 1 } }",
      { messageId: '8f06', items: ['Array'], 'x-y': null, n: -1.5, list: [1, 2], k: { a: 1 } },
    ],
    ["{'it': 'don\\'t', \"q\": 'a\\nb'}", { it: "don't", q: 'a\nb' }],
    ["[{'a': 1}]", [{ a: 1 }]],
  ])('%s', (text, expected) => expect(JSON.parse(JSON.stringify(findEmbedded(text)?.value))).toEqual(expected))

  test.each(['data={id=1, b=2}', '[INFO] x', '{not closed: 1', 'a {} b', "{'a': ", '{ a b }', `${"{'a': ".repeat(500)}1${'}'.repeat(500)}`])(
    'none in %s',
    (text) => expect(findEmbedded(text)).toBeNull(),
  )
})

describe('folding', () => {
  const count = (texts: string[]): { text: string; count: number }[] => texts.map((text) => ({ text, count: 1 }))

  test('names at one place are a variable, a few verbs are not', () => {
    const users = ['user Alice logged in', 'user Bob logged in', 'user Carol logged in']
    const verbs = ['order was created now', 'order was paid now', 'order was shipped now', 'order was refused now']
    expect(mergeTemplates(count([...users, ...verbs])).map(({ text, count }) => `${count} ${text}`)).toEqual([
      '3 user * logged in',
      ...verbs.sort().map((verb) => `1 ${verb}`),
    ])
  })

  test('the same set folds alike in any order, and nothing is lost', () => {
    const words = fc.constantFrom('Alice', 'Bob', 'Carol', 'queue-a', 'queue-b', 'sent', 'to', 'from', '*')
    const set = fc.uniqueArray(
      fc.array(words, { minLength: 1, maxLength: 5 }).map((list) => list.join(' ')),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(set, (texts) => {
        const merged = mergeTemplates(count(texts))
        expect(mergeTemplates(count([...texts].reverse()))).toEqual(merged)
        expect(merged.flatMap(({ members }) => members).sort()).toEqual([...texts].sort())
        expect(merged.reduce((sum, group) => sum + group.count, 0)).toBe(texts.length)
      }),
    )
  })
})
