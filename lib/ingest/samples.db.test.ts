/** Every sample through the whole product, store and linker included: counts that add up, and the spans and links of its row (lib/sources/samples). */
import { beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { SPAN_FORMS, wordOf } from '#lib/model/codes'
import { bytesOf, hasSamples, likeRow, sampleFiles, TABLE } from '#lib/sources/samples/table'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'

const { pool } = await createTestDatabase()

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const deliver = (file: string): ReturnType<typeof ingestStream> =>
  ingestStream(once(bytesOf(file)), { sourceName: 'sample', sourceKind: 'file', gzip: false }, pool)

const counted = (rows: { name: string; n: number }[]): string[] => rows.map(({ name, n }) => (n === 1 ? name : `${n} × ${name}`)).sort()

async function spans(): Promise<string[]> {
  const { rows } = await pool.query<{ form: number; service: string; n: number }>(
    `select form, s.kind || ':' || s.name as service, count(*)::int as n from span join service s on s.id = service_id group by 1, 2`,
  )
  return counted(rows.map(({ form, service, n }) => ({ name: `${wordOf(SPAN_FORMS, form)} ${service}`, n })))
}

async function links(): Promise<string[]> {
  const { rows } = await pool.query<{ from_form: number; cause: string; to_form: number; effect: string; rule: string; n: number }>(
    `select a.form as from_form, x.kind || ':' || x.name as cause, b.form as to_form, y.kind || ':' || y.name as effect, rule, count(*)::int as n
     from link join span a on a.id = cause join span b on b.id = effect join service x on x.id = a.service_id join service y on y.id = b.service_id
     group by 1, 2, 3, 4, 5`,
  )
  return counted(
    rows.map(({ from_form: from, cause, to_form: to, effect, rule, n }) => {
      return { name: `${wordOf(SPAN_FORMS, from)} ${cause} -> ${wordOf(SPAN_FORMS, to)} ${effect} (${rule})`, n }
    }),
  )
}

describe.runIf(hasSamples)('samples in the store', () => {
  beforeEach(async () => {
    await pool.query('truncate event, ingest_batch, untimed_identity, quarantine, span, span_ref, link, transaction, transaction_span, former_transaction')
  })

  test.each(sampleFiles())('%s', async (file) => {
    const row = TABLE[file] ?? { events: {} }
    const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0)
    const result = await deliver(file)
    expect(result.stored + result.duplicate).toBe(sum(row.events))
    expect(result.quarantined + result.rejected).toBe(sum(row.refused ?? {}))
    expect(result.received).toBe(result.stored + result.duplicate + result.quarantined + result.rejected)
    while ((await linkRound(pool)) > 0) continue
    expect({ spans: likeRow(row.spans, await spans()), links: likeRow(row.links, await links()) }).toEqual({ spans: row.spans ?? [], links: row.links ?? [] })
    // Again: nothing new, so nothing to link.
    expect(await deliver(file)).toMatchObject({ stored: 0, duplicate: sum(row.events) })
    expect(await linkRound(pool)).toBe(0)
  })
})
