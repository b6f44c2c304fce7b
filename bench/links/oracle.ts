/**
 * The same engine with the true delays: it learns from every true link, scores without them (only tier A is certain, as before). What it does not
 * find is not told by these lines to a method of this kind, or not as surely as the threshold asks.
 */
import type { CertainLink } from '#lib/link/statistical/types'
import type { Case } from './cases'

export function allCertain({ certain, truth }: Pick<Case, 'certain' | 'truth'>): CertainLink[] {
  const out = new Map(certain.map((link) => [`${link.effect} ${link.cause}`, link]))
  for (const { effect, causes } of [...truth.links, ...(truth.also ?? [])]) {
    const cause = causes[0]
    // One of several that are as right is certain already: nothing to add.
    if (cause !== undefined && !causes.some((other) => out.has(`${effect} ${other}`))) out.set(`${effect} ${cause}`, { effect, cause })
  }
  for (const { effect } of truth.roots) out.set(`${effect} null`, { effect, cause: null })
  return [...out.values()]
}
