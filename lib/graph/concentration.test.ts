import { describe, expect, it } from 'vitest'
import { concentration } from './concentration'

describe('when failures happened', () => {
  it('names the shortest time that holds most of them', () => {
    const errors = [0, 1, 0, 0, 0, 0, 0, 0, 9, 11, 0, 1, 0, 0, 0, 0]
    expect(concentration(errors, 1000, 10)).toEqual({ fromMs: 1080, toMs: 1100, count: 20, untilEnd: false })
  })

  it('says nothing where they are few or spread out', () => {
    expect(concentration([0, 0, 3, 0, 0, 0], 0, 10)).toBeNull()
    expect(concentration([5, 5, 5, 5, 5, 5], 0, 10)).toBeNull()
    expect(concentration([], 0, 10)).toBeNull()
  })

  it('tells that they go on until the end', () => {
    expect(concentration([...Array<number>(20).fill(0), 8, 9, 9], 0, 1)).toMatchObject({ untilEnd: true, count: 26 })
  })
})
