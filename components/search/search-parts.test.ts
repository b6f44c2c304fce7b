import { describe, expect, it } from 'vitest'
import { durationScale } from './duration-bar'

describe('the scale of the duration bars', () => {
  it('is a round length that holds every duration', () => {
    expect(durationScale([1060, 3300, 4210])).toBe(5000)
    expect(durationScale([88])).toBe(100)
    expect(durationScale([])).toBe(1)
  })

  it('is not flattened by one straggler', () => {
    expect(durationScale([...Array<number>(40).fill(100), 90_000])).toBe(200)
  })
})
