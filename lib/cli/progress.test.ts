import { describe, expect, test } from 'vitest'
import { linkingText, percent, progressText, RateMeter, type Progress } from './progress'

const BASE: Progress = {
  index: 2,
  count: 5,
  label: 'app.log',
  sentBytes: 12_300_000,
  totalBytes: 44_000_000,
  bytesPerSecond: 3_100_000,
  events: 35_000,
  eventsPerSecond: 15_200,
  waitingForAnswer: false,
}

describe('progressText', () => {
  test('says file, bytes, percent, both rates and the time left', () => {
    expect(progressText(BASE)).toBe('[2/5] app.log  12.3 MB of 44.0 MB, 27 %  3.10 MB/s  35,000 events, 15,200/s  10 s left')
  })

  test('leaves out what is not known: no end of a pipe, no rate yet, no count', () => {
    const text = progressText({ ...BASE, count: 1, totalBytes: null, bytesPerSecond: null, events: null, eventsPerSecond: null })
    expect(text).toBe('app.log  12.3 MB')
  })

  test('a server that takes nothing has no time left, not an infinite one', () => {
    expect(progressText({ ...BASE, bytesPerSecond: 0 })).not.toContain('left')
  })

  test('when all is sent, it waits for the answer', () => {
    expect(progressText({ ...BASE, sentBytes: 44_000_000, waitingForAnswer: true })).toContain('100 %  35,000 events, 15,200/s  all sent')
  })

  test('of a long path the end is kept, so that the numbers fit on the line', () => {
    const label = `/var/log/${'deep/'.repeat(20)}app.log`
    expect(progressText({ ...BASE, label })).toContain(`[2/5] …${label.slice(-35)}  12.3 MB`)
  })
})

test('percent reaches 100 only with the last byte', () => {
  expect(percent(0, 10)).toBe('0 %')
  expect(percent(99_999, 100_000)).toBe('99 %')
  expect(percent(12, 10)).toBe('100 %')
  expect(percent(0, 0)).toBe('100 %')
})

describe('RateMeter', () => {
  test('knows nothing before a second is over', () => {
    const meter = new RateMeter()
    meter.add(0, 0)
    meter.add(500, 5_000_000)
    expect(meter.perSecond(900)).toBeNull()
    expect(meter.perSecond(1000)).toBe(5_000_000)
  })

  test('follows the last 15 s, not the whole time', () => {
    const meter = new RateMeter()
    for (let s = 0; s <= 60; s++) meter.add(s * 1000, s * 1000)
    for (let s = 61; s <= 80; s++) meter.add(s * 1000, 60_000 + (s - 60) * 100)
    expect(meter.perSecond(80_000)).toBeCloseTo(100, 0)
  })

  test('falls towards zero while nothing moves', () => {
    const meter = new RateMeter()
    meter.add(0, 0)
    meter.add(1000, 1000)
    expect(meter.perSecond(10_000)).toBe(100)
  })

  test('starts anew when a file is sent again', () => {
    const meter = new RateMeter()
    meter.add(0, 0)
    meter.add(2000, 8000)
    meter.add(3000, 1000)
    meter.add(5000, 3000)
    expect(meter.perSecond(5000)).toBe(1000)
  })

  test('keeps few samples however many chunks there are', () => {
    const meter = new RateMeter()
    for (let i = 0; i <= 100_000; i++) meter.add(i, i)
    expect(meter.perSecond(100_000)).toBeCloseTo(1000, -1)
    expect(Reflect.get(meter, 'samples')).toHaveProperty(
      'length',
      expect.toSatisfy((n: number) => n < 200),
    )
  })
})

test('linkingText says what is pending, how fast it goes and how far it is', () => {
  const text = linkingText({ pending: 52_000, mostPending: 168_000, linkedThrough: '2023-01-29T08:13:00.000Z', eventsPerSecond: 13_000 })
  expect(text).toBe('Linking: 52,000 of 168,000 events to go, 69 %  13,000/s  4 s left  through 2023-01-29T08:13:00.000Z')
  expect(linkingText({ pending: 10, mostPending: 10, linkedThrough: null, eventsPerSecond: 0 })).toBe('Linking: 10 of 10 events to go, 0 %')
})
