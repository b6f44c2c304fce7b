import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { piecesOf } from './search-input'

const looks = (text: string) =>
  piecesOf(text)
    .pieces.filter((piece) => piece.text.trim() !== '')
    .map((piece) => `${piece.look} ${piece.text}`)

describe('the coloured text under the box', () => {
  it('adds up to what was typed, character for character, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[ab:"()\s-]{0,20}$/)), (text) => {
        expect(
          piecesOf(text)
            .pieces.map((piece) => piece.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })
  it('tells words, fields and exclusions apart', () => {
    expect(looks('refused coupon:SAVE20 -status:ok')).toEqual(['word refused', 'field coupon:SAVE20', 'not -status:ok'])
  })
  it('marks the fault where it is', () => {
    const wrong = piecesOf('a (status:ok').pieces.filter((piece) => piece.wrong !== null)
    expect(wrong.map((piece) => piece.text)).toContain('(')
  })
  it('leaves a pasted line as it is', () => {
    expect(piecesOf('2026-11-22T14:04:31Z ERROR requestId=3f2b8c1e-0000-4000-8000-000000000001').pieces).toHaveLength(1)
  })
})
