/** The engine sees values as hashes; who reads its evidence wants the value and the name that it has in the line. */
import type { PoolClient } from 'pg'
import { hashNumber } from '#lib/link/statistical/adapt'
import type { Field } from '#lib/model/event'
import type { EventKey } from '#lib/model/span'
import { parseRecord } from '#lib/parse/index'
import type { ModelLink } from '#lib/store/model-links'
import { bodiesOf } from '#lib/store/windows'
import type { ReadWindow } from './read-window'

/** Evidence that is measured has these names; a field of the same name keeps the name `value`. */
const MEASURED = new Set(['delay', 'return', 'rivals', 'model', 'borrowed', 'carriers'])

/** The same links, with shared values as they stand in the effect's lines. One whose line is gone keeps its hash. */
export async function nameValues(client: PoolClient, window: ReadWindow, links: readonly ModelLink[]): Promise<ModelLink[]> {
  const wanted = new Map<string, EventKey>()
  const lineOf = (link: ModelLink, hash: number): EventKey | undefined =>
    window.spans.get(link.via ?? link.effect)?.lines.find((line) => line.values.includes(hash))
  for (const link of links) {
    for (const hash of sharedHashes(link)) {
      const line = lineOf(link, hash)
      if (line) wanted.set(keyOf(line), line)
    }
  }
  if (wanted.size === 0) return [...links]
  const fields = new Map((await bodiesOf(client, [...wanted.values()])).map((line) => [keyOf(line), fieldsIn(line.body, line.timeNs)]))
  return links.map((link) => ({
    ...link,
    evidence: link.evidence.map((fact) => {
      if (fact.kind !== 'value') return fact
      const hash = Number.parseInt(fact.value, 16)
      const line = lineOf(link, hash)
      const field = line && fields.get(keyOf(line))?.find((one) => hashNumber(one.value) === hash)
      return field ? { kind: MEASURED.has(field.name) ? 'value' : field.name, value: field.value } : fact
    }),
  }))
}

const keyOf = ({ timeNs, id }: EventKey): string => `${timeNs}/${id}`

const sharedHashes = (link: ModelLink): number[] => link.evidence.flatMap((fact) => (fact.kind === 'value' ? [Number.parseInt(fact.value, 16)] : []))

function fieldsIn(body: string, timeNs: bigint): Field[] {
  return parseRecord({ form: 'log', body, timeNs, line: 1 }, { sourceName: '', receivedNs: timeNs }).fields
}
