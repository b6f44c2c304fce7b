/** Names and patterns of log groups: `*` stands for any characters, `?` for one; a name without them is itself. */

export interface GroupChoice {
  groups: readonly string[]
  excludedGroups: readonly string[]
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
