import { fitModel } from '#lib/link/statistical/fit'
import { scoreWindow } from '#lib/link/statistical/score'
import type { CertainLink, SpanInput } from '#lib/link/statistical/types'
import { measure, type Measures, type Predicted, type Truth } from './measure'
import { readCertain, readSpans, readTruth, type Damage } from './read-lambda'

const DATA = new URL('../../../shared/data/', import.meta.url).pathname
const THRESHOLD = 0.95

interface Case { name: string; spans: SpanInput[]; certain: CertainLink[]; truth: Truth }

function truthOf(set: string, spans: SpanInput[]): Truth {
  const rows = readTruth(`${DATA}${set}`)
  const byId = new Map(rows.map((r) => [r.requestId, r]))
  const logged = new Set(spans.map((s) => s.id))
  const truth: Truth = { links: [], roots: [] }
  for (const row of rows) {
    if (row.sampled || !logged.has(row.requestId)) continue
    let parent = row.parent
    while (parent !== null && !logged.has(parent)) parent = byId.get(parent)?.parent ?? null
    if (parent === null) truth.roots.push({ effect: row.requestId, transaction: row.trace })
    else truth.links.push({ effect: row.requestId, causes: [parent], transaction: row.trace, level: 'timing' })
  }
  return truth
}

function trainticket(set: string, name: string, labels: boolean, damage?: Damage): Case {
  const spans = readSpans(`${DATA}${set}`, damage)
  return { name, spans, certain: labels ? readCertain(`${DATA}${set}`) : [], truth: truthOf(set, spans) }
}

const asPredicted = (l: ReturnType<typeof scoreWindow>[number]): Predicted => l

function show(name: string, m: Measures, seconds: string): void {
  const f = (x: number): string => x.toFixed(4)
  console.log(`| ${name} | ${f(m.precision)} | ${f(m.recall)} | ${f(m.bestGuess)} | ${f(m.bestWithRoots)} | ${f(m.rootsGivenCause)} | ${f(m.childrenCalledRoot)} | ${f(m.wholeTransactions)} | ${f(m.top3)} | ${f(m.coverage99)} / ${f(m.coverage95)} / ${f(m.coverage90)} | ${f(m.ece)} | ${seconds} |`)
}

const cases: (() => Case)[] = []
const damage: Damage = { cutId: 0.3, lost: 0.05, skewMs: 50, seed: 7 }
for (const set of ['trainticket-a', 'trainticket-a-busy']) {
  cases.push(() => trainticket(set, set, true))
  cases.push(() => trainticket(set, `${set}, no X-Ray`, false))
}
cases.push(() => trainticket('trainticket-a-busy', 'trainticket-a-busy, damaged', true, damage))

const only = process.argv[2]
console.log('| set | precision | recall | best | best+roots | roots given cause | children called root | whole | top 3 | coverage 99/95/90 | ECE | fit + score s |')
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|')
for (const make of cases) {
  const c = make()
  if (only && c.name !== only) continue
  const t0 = performance.now()
  const model = fitModel({ spans: c.spans, certain: c.certain })
  const t1 = performance.now()
  const links = scoreWindow(model, c.spans, c.certain)
  const t2 = performance.now()
  show(c.name, measure(links.map(asPredicted), c.truth, THRESHOLD), `${((t1 - t0) / 1000).toFixed(1)} + ${((t2 - t1) / 1000).toFixed(1)}`)
  if (process.argv.includes('-v')) console.log(JSON.stringify(model.calibration), JSON.stringify(model).length, links[1000])
}
