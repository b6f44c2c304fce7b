import { expect, it } from 'vitest'

import { createVirtualClock } from './clock'
import { createRandom } from './random'

it('runs events in order of time, equal times in order of scheduling, and none beyond the end', async () => {
  const clock = createVirtualClock(100)
  const random = createRandom('clock')
  const ran: string[] = []
  const times = Array.from({ length: 500 }, () => 100 + random.below(50))
  times.forEach((time, i) => clock.at(time, () => ran.push(`${time}/${i}`)))
  clock.at(151, () => ran.push('too late'))
  await clock.runUntil(150)
  const expected = times.map((time, i) => ({ time, i })).sort((a, b) => a.time - b.time || a.i - b.i)
  expect(ran).toEqual(expected.map(({ time, i }) => `${time}/${i}`))
  expect(clock.now()).toBe(150)
})

it('lets the promises of woken code settle before time goes on', async () => {
  const clock = createVirtualClock(0)
  const seen: number[] = []
  clock.at(5, () => {
    clock.wake()
    void (async () => {
      for (let i = 0; i < 50; i++) await Promise.resolve()
      seen.push(clock.now())
      clock.at(clock.now() + 1, () => seen.push(clock.now()))
    })()
  })
  clock.at(5.5, () => seen.push(clock.now()))
  await clock.runUntil(10)
  expect(seen).toEqual([5, 5.5, 6])
})

it('does not run what was cancelled', async () => {
  const clock = createVirtualClock(0)
  const ran: string[] = []
  clock.at(2, () => ran.push('cancelled')).cancel()
  clock.at(3, () => ran.push('kept'))
  await clock.runUntil(5)
  expect(ran).toEqual(['kept'])
})
