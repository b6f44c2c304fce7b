/** Links of tiers B and C for one window of spans, by a given model. The same spans give the same links in whatever order they come. */
import { calibrated } from './calibrate'
import { guess, type CauseGuess, type Guesses } from './guess'
import { openModel, sourcesOf, type Model } from './model'
import { knownCauses } from './fit'
import type { Candidate, CertainLink, Evidence, SpanInput, StatisticalLink } from './types'
import { openWindow, type Window } from './window'

const MOST_ALTERNATIVES = 3

/**
 * @param certain links of the window that tier A has already proved: they get no link here, and what they took part in is no longer free
 */
export function scoreWindow(model: Model, spans: readonly SpanInput[], certain: readonly CertainLink[] = []): StatisticalLink[] {
  const { names, learned } = openModel(model)
  const window = openWindow(spans, names, model)
  const known = knownCauses(window, certain)
  const guesses = guess(window, sourcesOf(learned, model.unitMs, known))
  const links: StatisticalLink[] = []
  for (let e = 0; e < window.spans.length; e++) {
    if (known.has(e)) continue
    const link = linkOf(model, window, guesses, e, names.at(window.opening[e] ?? 0))
    if (link) links.push(link)
  }
  return links
}

function linkOf(model: Model, window: Window, guesses: Guesses, e: number, ofClass: string): StatisticalLink | null {
  const causes = guesses.of(e)
  const best = causes[0]
  if (!best) return null
  const confidence = calibrated(model.calibration, best.p, ofClass)
  // What is left goes to the others in proportion.
  const scale = best.p < 1 ? (1 - confidence) / (1 - best.p) : 0
  const others: Candidate[] = causes.slice(1).map((c) => ({ cause: window.spans[c.cause]?.id ?? null, p: c.p * scale }))
  others.push({ cause: null, p: guesses.outside(e) * scale })
  return {
    effect: window.spans[e]?.id ?? '',
    cause: window.spans[best.cause]?.id ?? '',
    causeLine: window.anchors.line[best.anchor] ?? -1,
    tier: 'C',
    confidence,
    rule: 'call-site',
    evidence: evidenceOf(window, e, best, causes.length),
    alternatives: others.sort((a, b) => b.p - a.p).slice(0, MOST_ALTERNATIVES).filter((a) => a.p > 1e-4),
    model: model.hash,
  }
}

function evidenceOf(window: Window, e: number, best: CauseGuess, candidates: number): Evidence[] {
  const { anchors } = window
  const a = best.anchor
  const out: Evidence[] = [{ kind: 'delay', value: `${round((window.startMs[e] ?? 0) - (anchors.fromMs[a] ?? 0))} ms` }]
  const toMs = anchors.toMs[a] ?? NaN
  if (!Number.isNaN(toMs)) out.push({ kind: 'return', value: `${round(toMs - (window.endMs[e] ?? 0))} ms` })
  out.push({ kind: 'rivals', value: String(candidates - 1) })
  return out
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000
