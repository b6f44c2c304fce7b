import { expect, it } from 'vitest'
import type { Unit, UnitLink } from './fold-transaction'
import { withoutShortcuts } from './shortcuts'

/** `id kind parent` a line. */
function unitsOf(...lines: string[]): Map<string, Unit> {
  return new Map(
    lines.map((line) => {
      const [id = '', kind = '', parent = '-'] = line.split(' ')
      return [id, { id, parent: parent === '-' ? null : parent, lead: { kind } } as Unit]
    }),
  )
}

const link = (source: string, target: string, tree: boolean, tier: UnitLink['tier'] = 'A'): UnitLink => ({
  id: `${source}>${target}`, source, target, links: [], tier, confidence: 1, delayMs: null, tree, waits: false,
}) // prettier-ignore

const UNITS = unitsOf('redeem function -', 'bus bus redeem', 'queue queue bus', 'stats function queue', 'admin function redeem', 'audit function admin')

it('a link past a bus and a queue is not drawn beside the steps', () => {
  const links = [link('redeem', 'bus', true), link('bus', 'queue', true), link('queue', 'stats', true), link('redeem', 'stats', false)]
  expect(withoutShortcuts(links, UNITS).map(({ id }) => id)).toEqual(['redeem>bus', 'bus>queue', 'queue>stats'])
})

it('a link past a function is another call, and an inferred one another statement', () => {
  const links = [link('redeem', 'audit', false), link('redeem', 'stats', false, 'C')]
  expect(withoutShortcuts(links, UNITS)).toEqual(links)
})
