/** Which log groups are asked for, and how they are listed. What a pattern means: lib/base/group-pattern.ts. */
import { fitsPattern, type GroupChoice } from '#lib/base/group-pattern'

/** DescribeLogGroups is asked once a prefix; more prefixes than this are joined, since listing a bit too much is one call more a 50 groups. */
const MAX_PREFIXES = 20

export function isPattern(text: string): boolean {
  return /[*?]/.test(text)
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
