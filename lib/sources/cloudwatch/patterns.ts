/** Names and patterns of log groups: `*` stands for any characters, `?` for one; a name without them is itself. */

/** DescribeLogGroups is asked once a prefix; more prefixes than this are joined, since listing a bit too much is one call more a 50 groups. */
const MAX_PREFIXES = 20

export interface GroupChoice {
  groups: readonly string[]
  excludedGroups: readonly string[]
}

export function isPattern(text: string): boolean {
  return /[*?]/.test(text)
}

/** Whether a name fits a pattern, in time linear in both for any pattern that has few stars: two pointers, no regular expression. */
export function fitsPattern(name: string, pattern: string): boolean {
  let n = 0
  let p = 0
  let star = -1
  let mark = 0
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++
      mark = n
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      n++
      p++
    } else if (star >= 0) {
      p = star + 1
      n = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

export function isChosen(name: string, { groups, excludedGroups }: GroupChoice): boolean {
  return groups.some((pattern) => fitsPattern(name, pattern)) && !excludedGroups.some((pattern) => fitsPattern(name, pattern))
}

/** Names that are chosen without a pattern: they can be read though nobody may list groups. */
export function namedGroups({ groups, excludedGroups }: GroupChoice): string[] {
  return [...new Set(groups)].filter((name) => !isPattern(name) && !excludedGroups.some((pattern) => fitsPattern(name, pattern)))
}

/** Prefixes that together list every group that may be chosen; none is part of another. `''` lists all. */
export function prefixesOf(groups: readonly string[]): string[] {
  let prefixes = minimal(groups.map((pattern) => pattern.split(/[*?]/, 1)[0] ?? ''))
  while (prefixes.length > MAX_PREFIXES) {
    const shorter = minimal(prefixes.map(parent))
    if (shorter.length === prefixes.length && shorter.every((prefix, i) => prefix === prefixes[i])) return ['']
    prefixes = shorter
  }
  return prefixes
}

/** `/aws/lambda/cart` -> `/aws/lambda/` -> `/aws/` -> `` */
function parent(prefix: string): string {
  const cut = prefix.replace(/[/\-_.#]$/, '')
  return cut.slice(0, Math.max(cut.lastIndexOf('/'), cut.lastIndexOf('-')) + 1)
}

function minimal(prefixes: readonly string[]): string[] {
  const sorted = [...new Set(prefixes)].sort()
  const kept: string[] = []
  for (const prefix of sorted) {
    const last = kept.at(-1)
    if (last === undefined || !prefix.startsWith(last)) kept.push(prefix)
  }
  return kept
}
