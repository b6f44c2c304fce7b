/** What `evaluate` prints. Pure. */
import type { Measures } from '#lib/evaluate/measure'
import { countInWords } from './words'

export interface Evaluation {
  threshold: number
  truth: { links: number; roots: number; executions: number; sampledRows: number }
  /** `links`: all of the instance, between spans. */
  instance: { links: number; executionsSeen: number }
  measures: Measures
}

const NAME_WIDTH = 26

export function evaluationInWords({ threshold, truth, instance, measures: m }: Evaluation): string {
  const n = countInWords
  const sampled = truth.sampledRows > 0 ? `; ${n(truth.sampledRows)} sampled ones are not scored` : ''
  return [
    `${n(truth.links)} true links and ${n(truth.roots)} roots${sampled}`,
    `${n(instance.links)} links of Specter, with ${n(instance.executionsSeen)} of ${n(truth.executions)} executions`,
    '',
    `shown at ${threshold} and above`,
    row('precision', m.precision, 'of the links shown, right'),
    row('recall', m.recall, 'of the true links, shown'),
    row('roots given a cause', m.rootsGivenCause, 'of the roots'),
    row('effects without a cause', m.childrenLeftAlone, 'of the true links'),
    '',
    'best guess, whatever its confidence',
    row('right', m.bestGuess, 'of the true links'),
    row('right, roots included', m.bestWithRoots, 'of links and roots'),
    row('among the top three', m.top3, 'of the true links'),
    row('taken for a root', m.childrenCalledRoot, 'of the true links'),
    row('transactions wholly right', m.wholeTransactions, 'of the transactions'),
    '',
    'true links found at a threshold of that precision',
    ...([99, 95, 90] as const).map((at) => row(`${at} %`, m[`coverage${at}`], '')),
    '',
    'expected calibration error (ten bins)',
    row('all links', m.ece, ''),
    row('B and C alone', m.eceInferred, ''),
    '',
    ...table(
      ['tier', 'shown', 'right', 'precision', 'recall', 'held back', 'error'],
      (['A', 'B', 'C'] as const).flatMap((tier) => {
        const t = m.byTier[tier]
        return t ? [[tier, n(t.shown), n(t.right), share(t.precision), share(t.recall), n(t.heldBack), share(t.ece)]] : []
      }),
    ),
    '',
    ...table(
      ['evidence', 'links', 'recall', 'best guess'],
      Object.entries(m.byLevel).map(([level, l]) => [level, n(l.links), share(l.recall), share(l.bestGuess)]),
    ),
    '',
  ].join('\n')
}

/** `-` where there is nothing to take a share of. */
function share(x: number): string {
  return Number.isNaN(x) ? '-' : x.toFixed(4)
}

function row(name: string, value: number, of: string): string {
  return `  ${name.padEnd(NAME_WIDTH)}${share(value)}  ${of}`.trimEnd()
}

function table(head: string[], rows: string[][]): string[] {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((cells) => cells[i]?.length ?? 0)))
  return [head, ...rows].map((cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
