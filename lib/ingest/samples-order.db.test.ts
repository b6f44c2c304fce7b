/** Every sample that holds several records, in another order, cut in pieces and partly twice: the same rows as in one delivery. */
import { describe, expect, test } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { shuffles } from '#lib/link/testing'
import type { RawRecord } from '#lib/model/event'
import { createBodyDecoder } from '#lib/sources/http/decode'
import { bytesOf, hasSamples, sampleFiles } from '#lib/sources/samples/table'
import { ingestPage } from './pipeline'
import { emptyStore, linkAll, linkedRows } from './replay'

const { pool } = await createTestDatabase()
const MOST = 60
const FIRST_NS = 1_793_606_400_000_000_000n

/** What CloudWatch would hold: lines without a group, a time or an event id get them from their place, since without any only their delivery knows their order. */
function recordsOf(file: string): RawRecord[] {
  const decoder = createBodyDecoder({ nowMs: Date.parse('2027-01-01') })
  const records = [...decoder.push(bytesOf(file)), ...decoder.end()].flatMap((record) => ('fate' in record ? [] : [record]))
  return records.slice(0, MOST).map((record, i) => {
    if (record.form === 'segment') return record
    const timeNs = record.timeNs ?? FIRST_NS + BigInt(i) * 10_000_000n
    return {
      ...record,
      timeNs,
      logGroup: record.logGroup ?? 'sample',
      logStream: record.logStream ?? 's',
      sourceEventId: record.sourceEventId ?? String(i).padStart(56, '0'),
    }
  })
}

async function rowsOf(pieces: readonly RawRecord[][]): Promise<unknown[]> {
  await emptyStore(pool)
  for (const piece of pieces) {
    await ingestPage(piece, { sourceName: 'sample', sourceKind: 'file', gzip: false, fileTimeNs: FIRST_NS }, async () => {}, pool)
    await linkAll(pool)
  }
  return linkedRows(pool)
}

const several = hasSamples ? sampleFiles().filter((file) => recordsOf(file).length > 1) : []

describe.runIf(hasSamples)('samples in any order', () => {
  test.each(several)('%s', async (file) => {
    const records = recordsOf(file)
    const [order = []] = shuffles([...records, ...records.slice(0, 3)], 1, 5)
    const size = 1 + (records.length % 4)
    const pieces = Array.from({ length: Math.ceil(order.length / size) }, (_, n) => order.slice(n * size, (n + 1) * size))
    expect(await rowsOf(pieces)).toEqual(await rowsOf([records]))
  })
})
