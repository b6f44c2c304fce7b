/**
 * Seeded chance without a sequence: a draw is a hash of the seed and of what it is about, so it doesn't depend on how many were made
 * before it. The same seed gives an event the same delay whatever else happens.
 */
import { hashHalves } from '#lib/base/hash'

/** Uniform in [0, 1). */
export function draw(seed: string, ...about: (string | number)[]): number {
  return (hashHalves(`${seed}\u0001${about.join('\u0001')}`).hi >>> 0) / 4294967296
}

export interface DelayShape {
  /** Most delays lie around this one, ms. */
  typicalMs: number
  /** Share of events that come much later, 0 to 1. */
  lateShare: number
  /** The longest of those delays, ms. */
  lateMaxMs: number
}

/** Whole ms between an event's time and its arrival. Late ones spread evenly over the powers of ten: seconds, minutes, hours. */
export function drawDelay(seed: string, key: string, { typicalMs, lateShare, lateMaxMs }: DelayShape): number {
  if (draw(seed, 'late', key) >= lateShare) return Math.round(-typicalMs * Math.log(1 - draw(seed, 'delay', key)))
  const least = Math.max(1, Math.min(typicalMs, lateMaxMs))
  return Math.round(least * (lateMaxMs / least) ** draw(seed, 'later', key))
}
