/**
 * `npx tsx bench/links/tier-a.ts FOLDER…`: tier A alone against the truth of a recorded set (logs, xray, executions and truth.ndjson.gz, as
 * ../shared/data/README.md and `npm run demo:record` have them): its precision, its recall of the links whose ids stand in the lines, and
 * the health of each rule. Causes are looked for through spans that logged nothing.
 */
import { pushTo } from '#lib/base/group'
import { ruleHealth } from '#lib/link/health'
import { ndjson } from './read-lambda'
import { readSet, type ReadSet } from './read-product'

interface Row {
  cause: { exec: string }
  effect: { exec: string }
  kind: string
  anyOf?: string
  evidenceLevel: string
  root?: { exec: string }
}

/** What an effect may be caused by: any of `causes` is right, one of them suffices. */
interface Wanted {
  kind: string
  level: string
  effect: string
  causes: string[]
}

function execOfSpans(folder: string, read: ReadSet): Map<bigint, string> {
  const found = new Map<bigint, string>()
  for (const { exec, eventIds } of ndjson<{ exec: string; eventIds: string[] }>(`${folder}/executions.ndjson.gz`)) {
    // Its first line's: one that names no execution may stand with another one, where lines are lost.
    const span = eventIds.map((id) => read.spanOfEventId.get(id)).find((id) => id !== undefined)
    if (span !== undefined) found.set(span, exec)
  }
  return found
}

/** [effect, cause] in truth's names, through spans that logged nothing. */
function provenLinks(read: ReadSet, execOf: Map<bigint, string>): [effect: string, cause: string][] {
  const causes = new Map<bigint, bigint[]>()
  for (const link of read.links) if (link.tier === 'A' && link.kind !== 'duplicate-of') pushTo(causes, link.effect, link.cause)
  const proven: [string, string][] = []
  for (const [effect, exec] of execOf) {
    const seen = new Set([effect])
    let front = [effect]
    while (front.length > 0) {
      const above = front.flatMap((span) => causes.get(span) ?? []).filter((span) => !seen.has(span))
      front = []
      for (const span of above) {
        if (seen.has(span)) continue
        seen.add(span)
        const cause = execOf.get(span)
        if (cause === undefined) front.push(span)
        else if (cause !== exec) proven.push([exec, cause])
      }
    }
  }
  return proven
}

function wantedOf(folder: string): { wanted: Wanted[]; right: Map<string, Set<string>> } {
  const choices = new Map<string, Wanted>()
  const right = new Map<string, Set<string>>()
  let single = 0
  for (const row of ndjson<Row>(`${folder}/truth.ndjson.gz`)) {
    if (row.root) continue
    const key = row.anyOf ?? `single ${single++}`
    const choice = choices.get(key)
    if (choice) choice.causes.push(row.cause.exec)
    else choices.set(key, { kind: row.kind, level: row.evidenceLevel, effect: row.effect.exec, causes: [row.cause.exec] })
    right.set(row.effect.exec, (right.get(row.effect.exec) ?? new Set()).add(row.cause.exec))
  }
  return { wanted: [...choices.values()], right }
}

async function measureFolder(folder: string): Promise<void> {
  const read = await readSet([`${folder}/logs.ndjson.gz`, `${folder}/xray.ndjson.gz`])
  const proven = provenLinks(read, execOfSpans(folder, read))
  const { wanted, right } = wantedOf(folder)
  const found = new Set(proven.map(([effect, cause]) => `${effect} ${cause}`))
  const wrong = proven.filter(([effect, cause]) => !right.get(effect)?.has(cause))
  console.log(`${folder}: ${read.events} events, ${read.spans.size} spans, ${read.links.length} links of tier A`)
  console.log(
    `  precision ${(1 - wrong.length / proven.length).toFixed(5)} (${wrong.length} wrong of ${proven.length}${wrong.length > 0 ? `: ${wrong.slice(0, 5).join('; ')}` : ''})`,
  )
  const byKind = new Map<string, [found: number, of: number]>()
  for (const row of wanted) {
    for (const name of [row.level, `${row.level} ${row.kind}`]) {
      const count = byKind.get(name) ?? [0, 0]
      if (row.causes.some((cause) => found.has(`${row.effect} ${cause}`))) count[0]++
      count[1]++
      byKind.set(name, count)
    }
  }
  for (const [name, [hits, of]] of [...byKind].sort()) console.log(`  recall ${name}: ${(hits / of).toFixed(4)} (${of - hits} missing of ${of})`)
  const missing = wanted.filter((row) => row.level === 'exact' && !row.causes.some((cause) => found.has(`${row.effect} ${cause}`)))
  for (const row of missing.slice(0, 5)) console.log(`    missing: ${row.kind} ${row.causes.join(' or ')} -> ${row.effect}`)
  for (const rule of ruleHealth(read.links)) {
    const note = rule.demoted ? ' DEMOTED' : ''
    console.log(`  rule ${rule.rule}: ${rule.effects} effects, ${rule.contradicted} contradicted, at most ${rule.high.toFixed(5)}${note}`)
  }
}

for (const folder of process.argv.slice(2)) await measureFolder(folder)
