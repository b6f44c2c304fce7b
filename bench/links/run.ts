/** `npm run bench:links [name of a case]`: fits on each data set, scores, and prints one row a case; each in a process of its own, for its memory. */
import { spawnSync } from 'node:child_process'
import { fitModel } from '#lib/link/statistical/fit'
import { scoreWindow } from '#lib/link/statistical/score'
import { DATA, eventDriven, haveData, haveShop, SHOP, trainticket, type Case } from './cases'
import { BASELINES, predictBy } from './baselines'
import { measure, type Measures, type Predicted } from '#lib/evaluate/measure'
import { allCertain } from './oracle'
import type { Damage } from './read-lambda'
import { runTraceweaver } from './traceweaver'

const THRESHOLD = 0.95
const DAMAGE: Damage = { cutId: 0.3, lost: 0.05, skewMs: 50, seed: 7 }

export const CASES: Record<string, () => Case | Promise<Case>> = {
  'trainticket-a': () => trainticket('trainticket-a', 'trainticket-a', true),
  'trainticket-a-busy': () => trainticket('trainticket-a-busy', 'trainticket-a-busy', true),
  'trainticket-a, no X-Ray': () => trainticket('trainticket-a', 'trainticket-a, no X-Ray', false),
  'trainticket-a-busy, no X-Ray': () => trainticket('trainticket-a-busy', 'trainticket-a-busy, no X-Ray', false),
  'trainticket-a-busy, damaged': () => trainticket('trainticket-a-busy', 'trainticket-a-busy, damaged', true, DAMAGE),
  ferry: () => eventDriven('ferry', `${DATA}ferry/`),
  'ferry-hard': () => eventDriven('ferry-hard', `${DATA}ferry-hard/`),
  shop: () => eventDriven('shop', SHOP),
}

const HEAD =
  '| set | links | precision | recall | best | best+roots | roots given cause | children called root | whole | top 3 | coverage 99/95/90 | ECE | ECE B+C | fit + score s | events/s | peak RSS MB |'

function row(name: string, m: Measures, fitS: number, scoreS: number, events: number): string {
  const f = (x: number): string => x.toFixed(3)
  const cells = [
    name,
    m.links,
    f(m.precision),
    f(m.recall),
    f(m.bestGuess),
    f(m.bestWithRoots),
    f(m.rootsGivenCause),
    f(m.childrenCalledRoot),
    f(m.wholeTransactions),
    f(m.top3),
    `${f(m.coverage99)} / ${f(m.coverage95)} / ${f(m.coverage90)}`,
    f(m.ece),
    f(m.eceInferred),
    `${fitS.toFixed(1)} + ${scoreS.toFixed(1)}`,
    Math.round(events / (fitS + scoreS)),
    Math.round(process.resourceUsage().maxRSS / 1024),
  ]
  return `| ${cells.join(' | ')} |`
}

type RunCase = Case & { fitOn?: Pick<Case, 'spans' | 'certain'> }

const exactOf = (c: Case): Predicted[] =>
  c.certain.flatMap((l): Predicted[] => (l.cause === null ? [] : [{ effect: l.effect, cause: l.cause, confidence: 1, tier: 'A', alternatives: [] }]))

function fitAndScore(name: string, c: RunCase): void {
  const t0 = performance.now()
  const model = fitModel(c.fitOn ?? c)
  const t1 = performance.now()
  const links = scoreWindow(model, c.spans, c.certain)
  const t2 = performance.now()
  const m = measure([...exactOf(c), ...links], c.truth, THRESHOLD)
  console.log(row(name, m, (t1 - t0) / 1000, (t2 - t1) / 1000, c.events))
  const levels = Object.entries(m.byLevel).map(([level, { recall }]) => `${level} ${recall.toFixed(3)}`)
  if (levels.length > 1) console.log(`|   recall by evidence | ${levels.join(', ')} |`)
}

function runCase(c: RunCase, baselines = true): void {
  fitAndScore(c.name, c)
  if (baselines) {
    fitAndScore(`${c.name}: oracle that knows the true delays`, { ...c, fitOn: { spans: c.spans, certain: allCertain(c) } })
    const exact = exactOf(c)
    for (const [name, rule] of Object.entries(BASELINES)) {
      const start = performance.now()
      const guesses = predictBy(rule, c.spans, c.certain)
      console.log(row(`${c.name}: ${name}`, measure([...exact, ...guesses], c.truth, THRESHOLD), 0, (performance.now() - start) / 1000, c.events))
    }
  }
}

/** The second table: learned on the first 60 % of the time, scored on the effects of the rest, whose causes may lie before. */
function splitCase(c: Case): RunCase {
  const first = (span: Case['spans'][number]): number => span.lines.reduce((t, l) => Math.min(t, l.timeMs), span.startMs ?? Infinity)
  const starts = new Map(c.spans.map((span) => [span.id, first(span)]))
  const times = [...starts.values()].sort((a, b) => a - b)
  const at = times[Math.floor(times.length * 0.6)] ?? 0
  const early = (id: string): boolean => (starts.get(id) ?? 0) < at
  const late = { links: c.truth.links.filter((l) => !early(l.effect)), roots: c.truth.roots.filter((r) => !early(r.effect)) }
  const certain = c.certain.filter((l) => early(l.effect) && (l.cause === null || early(l.cause)))
  return {
    ...c,
    name: `${c.name}, fitted on the first 60 %`,
    truth: { ...c.truth, ...late },
    fitOn: { spans: c.spans.filter((span) => early(span.id)), certain },
  }
}

async function main(): Promise<void> {
  if (!haveData()) {
    console.log(`bench:links SKIPPED: no data at ${DATA}`)
    return
  }
  const only = process.argv.slice(2)
  if (only.length === 0 || only.includes('traceweaver')) runTraceweaver(`${DATA}traceweaver/`)
  if (only.join() === 'traceweaver') return
  const names = Object.keys(CASES).filter((name) => only.length === 0 || only.includes(name))
  if (process.env['BENCH_INSIDE'] === undefined) {
    console.log(HEAD)
    console.log(HEAD.replace(/[^|]+/g, '---'))
    for (const name of names) {
      const env = { ...process.env, BENCH_INSIDE: '1' }
      spawnSync(process.execPath, [...process.execArgv, import.meta.filename, name], { stdio: 'inherit', env })
    }
    return
  }
  for (const name of names) await runNamed(name)
}

async function runNamed(name: string): Promise<void> {
  const make = CASES[name]
  if (!make) return
  if (name === 'shop' && !haveShop()) {
    console.log(`| shop | skipped: \`npm run demo:record\` writes its day with the truth |`)
    return
  }
  const c = await make()
  runCase(c)
  runCase(splitCase(c), false)
}

if (process.argv[1]?.endsWith('run.ts')) void main()
