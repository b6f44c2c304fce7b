/**
 * By how much an effect may seem to have started before its cause did: clocks differ. Certain links show it for their pair of services; others
 * are given what the clocks of one platform may differ by.
 */
import type { Known } from './known'
import type { Window } from './window'

/** Cause's and effect's service (`guardKey`) -> ms. */
export type Guards = ReadonlyMap<number, number>

const UNKNOWN_MS = 50
/** Beyond what certain links have shown. */
const MARGIN_MS = 5
const LEAST_LINKS = 10
const NEARLY_ALL = 0.99

const guardKey = (cause: number, effect: number): number => cause * 0x100000 + effect

export function learnGuards(window: Window, known: Known): Map<number, number> {
  const leads = new Map<number, number[]>()
  for (const [e, causes] of known) {
    for (const c of causes) {
      const startMs = window.spans[c]?.startMs
      if (startMs === null || startMs === undefined) continue
      const key = guardKey(window.service[c] ?? 0, window.service[e] ?? 0)
      const lead = startMs - (window.startMs[e] ?? 0)
      const list = leads.get(key)
      if (list) list.push(lead)
      else leads.set(key, [lead])
    }
  }
  const guards = new Map<number, number>()
  for (const [key, list] of leads) {
    if (list.length < LEAST_LINKS) continue
    const most = list.sort((a, b) => a - b)[Math.floor(NEARLY_ALL * (list.length - 1))] ?? 0
    guards.set(key, Math.ceil(Math.max(0, most) + MARGIN_MS))
  }
  return guards
}

/** Whether the effect must have started before the cause could, which a known start of the cause shows. */
export function startsTooEarly(window: Window, guards: Guards, cause: number, effect: number): boolean {
  const startMs = window.spans[cause]?.startMs
  if (startMs === null || startMs === undefined) return false
  const guard = guards.get(guardKey(window.service[cause] ?? 0, window.service[effect] ?? 0)) ?? UNKNOWN_MS
  return (window.startMs[effect] ?? 0) < startMs - guard
}
