/** Links of tiers B and C for one window of spans, by a given model. The same spans give the same links in whatever order they come. */
import { borrowedCurve, calibrated } from './calibrate'
import { decisiveValue, type ValueView } from './decisive'
import { guess, type CauseGuess, type Guesses } from './guess'
import { openModel, sourcesOf, type Model } from './model'
import { forbiddenCauses, knownCauses } from './known'
import { isShared, shareOf } from './sharing'
import type { Candidate, CertainLink, Evidence, ForbiddenPair, SharedValue, SpanInput, StatisticalLink } from './types'
import { beginAsUsual } from './usual'
import { openWindow, type Window } from './window'

const MOST_ALTERNATIVES = 3

/**
 * @param certain links of the window that tier A has already proved: they get no link here, and what they took part in is no longer free
 * @param forbidden pairs that are no candidates, so that what they would take is free for others
 */
export function scoreWindow(
  model: Model,
  spans: readonly SpanInput[],
  certain: readonly CertainLink[] = [],
  forbidden: readonly ForbiddenPair[] = [],
): StatisticalLink[] {
  const { names, learned } = openModel(model)
  const window = openWindow(spans, names, model)
  beginAsUsual(window, new Map(model.usual), (opening) => learned.openings.has(opening))
  const known = knownCauses(window, certain)
  const sources = { ...sourcesOf(learned, model.unitMs, known), forbidden: forbiddenCauses(window, forbidden) }
  const guesses = guess(window, sources)
  const gathers = new Set(model.gather.map(([opening]) => opening))
  const links: StatisticalLink[] = []
  for (let e = 0; e < window.spans.length; e++) {
    const several = gathers.has(window.opening[e] ?? 0)
    const found = linksOf(guesses, e, {
      model,
      window,
      ofClass: names.at(window.opening[e] ?? 0),
      values: { shares: sources.shares, types: learned.types },
      several,
    })
    // Where a cause is certain, another needs to be likelier than not.
    links.push(...(known.has(e) ? found.filter((link) => link.confidence >= 0.5) : found))
  }
  return links
}

/** The best cause; of an effect that may have several, all that are likelier than not. */
function linksOf(guesses: Guesses, e: number, context: Context & { several: boolean }): StatisticalLink[] {
  const { model, window, ofClass, values, several } = context
  const causes = guesses.of(e)
  const best = causes[0]
  if (!best) return []
  const shown = several ? causes.filter((c) => c === best || c.p >= 0.5) : [best]
  return shown.map((cause) => {
    const others = causes.filter((c) => !shown.includes(c))
    // Of a batch, another cause's value tells nothing against this one.
    const value = decisiveValue(window, values, e, cause.cause, others.map((c) => c.cause)) // prettier-ignore
    const byValue = isShared(shareOf(window.sharing, window.sharing.rare(e), cause.cause))
    const confidence = calibrated(model.calibration, cause.p, ofClass, byValue)
    return {
      effect: window.spans[e]?.id ?? '',
      cause: window.spans[cause.cause]?.id ?? '',
      causeLine: window.anchors.line[cause.anchor] ?? -1,
      tier: value ? 'B' : 'C',
      confidence,
      rule: value ? 'shared-value' : 'call-site',
      evidence: [...(value ? valueEvidence(value) : []), ...evidenceOf(window, e, cause, causes.length)],
      ...(value ? { value } : {}),
      ...(!byValue && borrowedCurve(model.calibration, ofClass) ? { borrowed: true as const } : {}),
      alternatives: alternativesTo(cause, others, guesses.outside(e), { window, confidence }),
      model: model.hash,
    }
  })
}

interface Context {
  model: Model
  window: Window
  ofClass: string
  values: ValueView
}

const valueEvidence = ({ hash, carriers, fields }: SharedValue): Evidence[] => [
  { kind: 'value', value: hash.toString(16).padStart(14, '0') },
  { kind: 'fields', value: fields },
  { kind: 'carriers', value: String(carriers) },
]

/** What is left of the probability goes to the others in proportion. */
function alternativesTo(
  chosen: CauseGuess,
  others: CauseGuess[],
  outside: number,
  { window, confidence }: { window: Window; confidence: number },
): Candidate[] {
  const scale = chosen.p < 1 ? (1 - confidence) / (1 - chosen.p) : 0
  const list: Candidate[] = others.map((c) => ({ cause: window.spans[c.cause]?.id ?? null, p: Math.min(1, c.p * scale) }))
  list.push({ cause: null, p: Math.min(1, outside * scale) })
  return list
    .sort((a, b) => b.p - a.p)
    .slice(0, MOST_ALTERNATIVES)
    .filter((a) => a.p > 1e-4)
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
