import { describe, expect, it } from 'vitest'
import { causeTree } from './cause-tree'
import { criticalUnits } from './critical-units'
import { foldTransaction } from './fold-transaction'
import { transactionFixture } from './transaction-fixture'

describe('units that carry the critical path', () => {
  it('are those with a tenth of it, effects included, and everything above them', () => {
    const { spans, links, originNs } = transactionFixture(`
gate GET 0-100 #g
  order get 1-99 #o
    stock short 2-5 #s
    pay long 10-90 #p`)
    const folded = foldTransaction(causeTree(spans, links, originNs), links, { open: new Set(), missing: [], keep: new Set() })
    const path = [
      ['g', 0, 1],
      ['o', 1, 2],
      ['s', 2, 5],
      ['o', 5, 10],
      ['p', 10, 90],
      ['o', 90, 99],
      ['g', 99, 100],
    ] as const
    const pieces = path.map(([spanId, startMs, endMs]) => ({ spanId, startMs, endMs, waiting: false }))
    expect([...criticalUnits(folded, pieces)].sort()).toEqual(['g', 'o', 'p'])
  })
})
