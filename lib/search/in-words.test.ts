import { describe, expect, it } from 'vitest'
import { narrowed, queryInWords } from './in-words'

describe('a search in words', () => {
  it.each([
    ['', ''],
    ['coupon:SAVE20', 'with coupon SAVE20'],
    ['coupon:SAVE20 service:payment', 'with coupon SAVE20 and through payment'],
    ['timeout -service:cart', 'with \u201ctimeout\u201d and not through cart'],
    ['status:error duration:>500', 'that failed and with duration >\u202f500'],
    ['a:1 b:2 c:3 d:4 e:5', 'with a 1, b 2, c 3 and 2 more conditions'],
    ['a:1 OR b:2', 'matching a:1 OR b:2'],
    ['{"orderId": "ord-90317", "message": "x"}', 'that name ord-90317'],
    ['{"orderId": "ord-90317", "cartId": "crt_1234"}', 'that name ord-90317 or crt_1234'],
  ])('%s', (text, phrase) => {
    expect(queryInWords(text).phrase).toBe(phrase)
  })

  it('knows when the outcome itself is asked for', () => {
    expect(queryInWords('coupon:X status:ok').byStatus).toBe(true)
    expect(queryInWords('coupon:X').byStatus).toBe(false)
  })

  it('narrows any search without changing what it asked', () => {
    expect(narrowed('', 'status:error')).toBe('status:error')
    expect(narrowed('a:1 b:2', 'status:error')).toBe('a:1 b:2 status:error')
    expect(narrowed('a:1 OR b:2', 'status:error')).toBe('(a:1 OR b:2) status:error')
  })
})
