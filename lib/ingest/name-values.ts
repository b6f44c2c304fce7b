/** The engine sees values as hashes; who reads its evidence wants the value and the name that it has in the line. */
import type { PoolClient } from 'pg'
import { namedValue } from '#lib/link/statistical/adapt'
import type { Field, ParsedEvent } from '#lib/model/event'
import type { EventKey, Link } from '#lib/model/span'
import { parseRecord } from '#lib/parse/index'
import type { ModelLink } from '#lib/store/model-links'
import { bodiesOf } from '#lib/store/windows'
import type { ReadWindow } from './read-window'

/** Evidence that is measured has these names; a field of the same name keeps the name `value`. */
const MEASURED = new Set(['delay', 'return', 'rivals', 'model', 'borrowed', 'carriers', 'fields'])

/** The same links, with shared values as they stand in the effect's lines, and the fields of both sides. One whose line is gone keeps its hash. */
export async function nameValues(client: PoolClient, window: ReadWindow, links: readonly ModelLink[]): Promise<ModelLink[]> {
  const wanted = new Map<string, EventKey>()
  const lineOf = (span: bigint, hash: number): EventKey | undefined => window.spans.get(span)?.lines.find((line) => line.values.includes(hash))
  const linesOf = (link: ModelLink, hash: number): (EventKey | undefined)[] => [lineOf(link.cause, hash), lineOf(link.via ?? link.effect, hash)]
  for (const link of links) {
    const hash = sharedHash(link)
    for (const line of hash === undefined ? [] : linesOf(link, hash)) if (line) wanted.set(keyOf(line), line)
  }
  if (wanted.size === 0) return [...links]
  const read = new Map((await bodiesOf(client, [...wanted.values()])).map((line) => [keyOf(line), parse(line.body, line.timeNs)]))
  return links.map((link) => {
    const hash = sharedHash(link)
    if (hash === undefined) return link
    const [cause, effect] = linesOf(link, hash).map((line) => {
      const event = line && read.get(keyOf(line))
      return event && namedValue(event, hash)
    })
    return { ...link, evidence: link.evidence.map((fact) => named(fact, cause, effect)) }
  })
}

function named(fact: Link['evidence'][number], cause: Field | undefined, effect: Field | undefined): Link['evidence'][number] {
  if (fact.kind === 'value' && effect) return { kind: MEASURED.has(effect.name) ? 'value' : effect.name, value: effect.value }
  // `"Coupon entered" = "Offer refreshed" (1:1)` gains the fields' names.
  if (fact.kind === 'fields' && cause && effect) return { kind: 'fields', value: `${cause.name} in ${fact.value.replace('" = "', `" = ${effect.name} in "`)}` }
  return fact
}

const keyOf = ({ timeNs, id }: EventKey): string => `${timeNs}/${id}`

function sharedHash({ evidence }: ModelLink): number | undefined {
  const fact = evidence.find(({ kind }) => kind === 'value')
  return fact && Number.parseInt(fact.value, 16)
}

function parse(body: string, timeNs: bigint): ParsedEvent {
  return parseRecord({ form: 'log', body, timeNs, line: 1 }, { sourceName: '', receivedNs: timeNs })
}
