/**
 * Templates of messages. The first step needs one line only and no memory (text-scan.ts): numbers, ids, quoted values and whatever stands
 * behind `=` and `:` become `*`, so that equal lines have equal templates in any order, on any machine, after any restart. What it can't
 * see is a variable word: `user alice logged in`, `user bob logged in`. The second step folds such templates, and needs them all.
 *
 * Drain (He et al., 2017) folds greedily, as lines come; its result depends on their order. Here a position is variable if enough
 * different words stand at it in templates that are otherwise equal, which depends on the set alone.
 */
import { scanText } from './text-scan'

export interface CountedTemplate {
  text: string
  count: number
}

export interface MergedTemplate extends CountedTemplate {
  /** The templates folded into it, sorted; itself where nothing was folded. */
  members: string[]
}

/** A name (`ferry-capture`, `orderA`, `Shanghai`) at a position is a variable from the third on; a word in small or capital letters only from the eighth: verbs and states are few. */
const NAMES_MIN = 3
const WORDS_MIN = 8
/** Shorter templates have too little in common to be called one. */
const TOKENS_MIN = 3
const ROUNDS_MAX = 4

/** The template of one message. */
export function templateOf(message: string): string {
  return scanText(message).template
}

/** Folds templates that differ by variable words. Sorted by count, then text; the same for the same set, whatever its order. */
export function mergeTemplates(templates: readonly CountedTemplate[]): MergedTemplate[] {
  let groups = new Map<string, MergedTemplate>()
  for (const { text, count } of templates) join(groups, text, { text, count, members: [text] })
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const folded = foldOnce(groups)
    if (folded.size === groups.size) break
    groups = folded
  }
  for (const group of groups.values()) group.members.sort()
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
}

function join(groups: Map<string, MergedTemplate>, text: string, group: MergedTemplate): void {
  const known = groups.get(text)
  if (known === undefined) groups.set(text, { ...group, text })
  else {
    known.count += group.count
    known.members = [...new Set([...known.members, ...group.members])]
  }
}

/** One round: every template takes a star at its most variable position, if it has one. */
function foldOnce(groups: ReadonlyMap<string, MergedTemplate>): Map<string, MergedTemplate> {
  const wordsAt = new Map<string, Set<string>>()
  const split = new Map<string, string[]>()
  for (const text of [...groups.keys()].sort()) {
    const tokens = text.split(' ')
    split.set(text, tokens)
    if (tokens.length < TOKENS_MIN) continue
    tokens.forEach((token, i) => {
      if (token === '*') return
      const key = starred(tokens, i)
      const words = wordsAt.get(key)
      if (words === undefined) wordsAt.set(key, new Set([token]))
      else words.add(token)
    })
  }
  const out = new Map<string, MergedTemplate>()
  for (const [text, group] of groups) join(out, variablePosition(split.get(text) ?? [], wordsAt) ?? text, group)
  return out
}

function starred(tokens: readonly string[], index: number): string {
  return tokens.map((token, i) => (i === index ? '*' : token)).join(' ')
}

/** The template with a star at the position that has the most words, if those are enough; ties go to the first. */
function variablePosition(tokens: readonly string[], wordsAt: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  let best: string | null = null
  let most = 0
  if (tokens.length < TOKENS_MIN) return null
  tokens.forEach((token, i) => {
    if (token === '*') return
    const key = starred(tokens, i)
    const words = wordsAt.get(key)
    if (words === undefined || words.size <= most) return
    const plain = [...words].filter((word) => /^(?:[a-z]+|[A-Z]+)[.,:;]?$/.test(word)).length
    if (words.size - plain >= NAMES_MIN || words.size >= WORDS_MIN) {
      best = key
      most = words.size
    }
  })
  return best
}
