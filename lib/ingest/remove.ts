/**
 * Takes out of the store what a delivery holds, and everything that was derived from it: as if it had never come. One database
 * transaction, under the linker's lock: whoever reads meanwhile sees all of it or nothing, and a kill leaves all of it.
 */
import type { Pool, PoolClient } from 'pg'
import { groupBy } from '#lib/base/group'
import { inTransaction } from '#lib/db/pool'
import { assembleGroup } from '#lib/link/assemble'
import type { EventKey } from '#lib/model/span'
import { maskRecord } from '#lib/normalize/mask'
import { parseRecord } from '#lib/parse/index'
import { createBodyDecoder } from '#lib/sources/http/decode'
import { eventsOfGroups } from '#lib/store/link-queue'
import { clearIfEmpty, deleteMarked, forgetTransactions, groupsLinkedWith, groupsOfRemoval, markForRemoval } from '#lib/store/removal'
import { deleteSpans } from '#lib/store/spans'
import { emptyDictionary, toEventRow } from './event-rows'
import { OrdinalCounter } from './identity'
import { assembleGroups, dropRefs, GROUP_REACH_NS, LINKER_LOCK } from './linker'
import { markAround, relink } from './relink'
import { awaitedByStored } from './unproven'

/** Groups read back at once, some 40 MB. */
const PIECE = 4_000

/** The keys under which the records of a body are stored. Records need a time of their own: those without one are known by when they came first. */
export async function recordKeys(body: AsyncIterable<Uint8Array>, source: { name: string; kind: string }): Promise<EventKey[]> {
  const decoder = createBodyDecoder({ nowMs: Date.now() })
  const ordinals = new OrdinalCounter()
  const dictionary = emptyDictionary()
  const keys: EventKey[] = []
  const add = (records: ReturnType<typeof decoder.push>): void => {
    for (const record of records) {
      if ('fate' in record) continue
      const event = parseRecord(maskRecord(record), { sourceName: source.name, receivedNs: 0n })
      if (!event.untimed) keys.push({ timeNs: event.timeNs, id: toEventRow(event, { source, ordinals }, dictionary).id })
    }
  }
  for await (const chunk of body) add(decoder.push(chunk))
  add(decoder.end())
  return keys
}

/**
 * Removes the events of these keys, which are those of whole log streams: a line without an id that stayed behind would keep the
 * execution of a START that went. Returns how many there were.
 */
export async function removeEvents(keys: readonly EventKey[], pool: Pool): Promise<number> {
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LINKER_LOCK])
    const removed = await markForRemoval(client, keys)
    if (removed === 0) return 0
    const { groups, low, high } = await groupsOfRemoval(client)
    const spoken = await spansSpokenOf(client, groups, low, high)
    const spans = [...spoken]
    // What others say of the same spans is said again once these are gone.
    const left = new Set([...groups, ...(await groupsLinkedWith(client, spans))])
    await deleteMarked(client)
    const goneJoins = [...(await dropRefs(client, spans)), ...(await awaitedByStored(client, spans))]
    const parted = await deleteSpans(client, spans)
    const touched = await assembleGroups(client, [], left, { low, high })
    for (const join of goneJoins) touched.goneJoins.add(join)
    for (const span of parted) if (!touched.gone.includes(span)) touched.parted.add(span)
    touched.gone.push(...spans.filter((id) => !touched.spans.has(id)))
    for (const id of touched.gone) touched.parted.delete(id)
    await relink(client, touched)
    await markAround(client, low, high)
    await forgetTransactions(client, touched.gone)
    await clearIfEmpty(client)
    return removed
  })
}

/** Every span that the events of these groups prove, their own and others'. */
async function spansSpokenOf(client: PoolClient, groups: readonly bigint[], low: bigint, high: bigint): Promise<Set<bigint>> {
  const spans = new Set<bigint>()
  for (let at = 0; at < groups.length; at += PIECE) {
    const events = await eventsOfGroups(client, groups.slice(at, at + PIECE), low - GROUP_REACH_NS, high + GROUP_REACH_NS)
    for (const [groupId, members] of groupBy(events, (event) => event.groupId)) {
      if (groupId === null) continue
      const assembly = assembleGroup(groupId, members)
      for (const span of [...assembly.spans, ...assembly.contributed]) spans.add(span.id)
    }
  }
  return spans
}
