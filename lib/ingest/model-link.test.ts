import { expect, test } from 'vitest'
import type { ModelLink } from '#lib/store/model-links'
import { withBestBelow } from './model-link'

const link = (effect: bigint, cause: bigint, confidence: number, alternatives: ModelLink['alternatives'] = []): ModelLink => ({
  cause, effect, kind: 'invokes', tier: 'C', rule: 'call-site', confidence, causeEvent: null, effectEvent: null, evidence: [], alternatives, model: 'm', via: null,
}) // prettier-ignore
const shown = (links: readonly ModelLink[]): string[] =>
  links.map(
    ({ effect, cause, confidence, alternatives }) =>
      `${effect}<-${cause} ${confidence} [${alternatives.map((other) => `${other.cause} ${other.confidence}`).join(', ')}]`,
  )

test('of several candidates below the threshold the best is the link, whatever their order, and the others its alternatives', () => {
  const links = [link(1n, 12n, 0.4, [{ cause: 14n, confidence: 0.1 }]), link(1n, 11n, 0.4), link(1n, 13n, 0.05), link(2n, 11n, 0.3)]
  const expected = ['1<-11 0.4 [12 0.4, 13 0.05]', '2<-11 0.3 []']
  expect(shown(withBestBelow(links))).toEqual(expected)
  expect(shown(withBestBelow(links.toReversed())).toSorted()).toEqual(expected)
})

test('every cause of a batch that is sure enough stays, and the unsure one beside them is an alternative', () => {
  const links = [
    link(1n, 11n, 0.96),
    link(1n, 12n, 0.99, [
      { cause: 11n, confidence: 0.2 },
      { cause: 15n, confidence: 0.01 },
    ]),
    link(1n, 13n, 0.6),
  ]
  expect(shown(withBestBelow(links))).toEqual(['1<-12 0.99 [13 0.6, 15 0.01]', '1<-11 0.96 []'])
})

test('no more than three alternatives are kept, each cause once', () => {
  const [first, ...others] = withBestBelow([5, 4, 3, 2, 1].map((n) => link(1n, BigInt(n), n / 10, [{ cause: 2n, confidence: 0.15 }])))
  expect(others).toEqual([])
  expect(first?.alternatives.map((other) => Number(other.cause))).toEqual([4, 3, 2])
})
