import { describe, expect, it } from 'vitest'
import type { TransactionItem } from '#lib/model/api'
import { durationPieces } from './duration-bar'
import { shapeStrip } from './shape-strip'

type ShapeSpan = TransactionItem['shape'][number]

/** `service kind parent start-end [tier] [!]`, one span each. */
function shape(...rows: string[]): ShapeSpan[] {
  return rows.map((row, i) => {
    const [service = '', kind = 'function', parent = '-', time = '0-1', ...marks] = row.split(' ')
    const [start = '0', end = ''] = time.split('-')
    const tier = marks.find((mark) => mark === 'B' || mark === 'C')
    return {
      spanId: String(i),
      service,
      kind: kind === 'queue' || kind === 'gateway' ? kind : 'function',
      status: marks.includes('!') ? 'error' : 'ok',
      depth: 0,
      parent: parent === '-' ? null : Number(parent),
      tier: parent === '-' ? null : tier === 'B' || tier === 'C' ? tier : 'A',
      startMs: Number(start),
      endMs: end === '' ? null : Number(end),
    }
  })
}

describe('the shape strip', () => {
  it('puts the longest chain on top, the longest branch under it and counts the rest', () => {
    const strip = shapeStrip(
      shape('api gateway - 0-9', 'checkout f 0 1-8', 'coupon f 1 2-3', 'table f 2 3-4', 'orders queue 1 2-6', 'pay f 4 6-7 !', 'mail f 5 7-9', 'stock f 1 2-3'),
      3,
    )
    expect(strip.marks.map((mark) => `${mark.service}@${mark.column}/${mark.track}${mark.failed ? '!' : ''}`)).toEqual([
      'api@0/0',
      'checkout@1/0',
      'orders@2/0',
      'pay@3/0!',
      'mail@4/0',
      'coupon@2/1',
      'table@3/1',
    ])
    expect(strip.more).toBe(4)
  })

  it('draws the steps within one service once and dashes what is inferred', () => {
    const strip = shapeStrip(shape('a f - 0-9', 'a f 0 1-8 !', 'b f 1 2-3 C'), 0)
    expect(strip.marks).toMatchObject([{ service: 'a', failed: true }, { service: 'b' }])
    expect(strip.lines).toMatchObject([{ inferred: true }])
    expect(strip.more).toBe(0)
  })

  it('has nothing to say about an empty shape but how much was cut', () => {
    expect(shapeStrip([], 7)).toEqual({ marks: [], lines: [], columns: 0, more: 7 })
  })
})

describe('the duration bar', () => {
  it('shows waiting where nothing ran', () => {
    const pieces = durationPieces({ shape: shape('api f - 0-10', 'q queue 0 8-100', 'w f 1 100-120'), durationMs: 130, status: 'ok' })
    expect(pieces.map((piece) => `${piece.kind} ${piece.fromMs}-${piece.toMs}`)).toEqual(['work 0-10', 'waiting 10-100', 'work 100-120', 'waiting 120-130'])
  })

  it('ends in the unknown where something has no end', () => {
    expect(durationPieces({ shape: shape('api f - 0-10', 'w f 0 20-'), durationMs: null, status: 'running' }).at(-1)).toEqual({
      kind: 'unknown',
      fromMs: 20,
      toMs: 20,
    })
  })
})
