/** Transactions that match a search, newest first. */
import type { UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql, type Sql } from '#lib/db/sql'
import type { TransactionList } from '#lib/model/api'
import { RUNNING_WAIT_NS, transactionStatus } from '#lib/model/transaction-status'
import { loadComplete, nearestRange } from './coverage'
import { questionKey, readCursor, writeCursor } from './cursor'
import { prepareSearch } from './prepare-search'
import type { Db } from './read'
import { loadServices } from './services'
import { loadKeys } from './transaction-keys'
import { loadShapes, toHead, TRANSACTION_COLUMNS, type TransactionRow } from './transaction-items'

export interface ListQuestion {
  q?: string | undefined
  range: TimeRange
  limit: number
  cursor?: string | undefined
  nowNs: UnixNano
}

/** Transactions are counted up to this many; beyond it the total says that it is not exact. */
const COUNT_MAX = 200_000
/** An event belongs to a transaction that begins no later than this after it: source clocks differ by minutes, not by days. */
const SKEW_NS = 86_400n * 1_000_000_000n

/** The lower bound on the events of transactions that begin in a range. */
export function eventsFrom(range: TimeRange): UnixNano {
  return range.fromNs - SKEW_NS
}

/** Relies on transaction_start for the order and the range; a search goes through the indexes named in lib/search/to-sql.ts. */
export async function listTransactions(db: Db, question: ListQuestion): Promise<TransactionList> {
  const key = questionKey(['transactions', question.q])
  const cursor = question.cursor === undefined ? null : readCursor(question.cursor, key)
  const range = cursor?.range ?? question.range
  const search = await prepareSearch(db, question.q)
  const where = search.where('transaction', { eventsFromNs: eventsFrom(range), nowNs: question.nowNs })
  const rows = await loadPage(db, range, where, cursor?.place ?? null, question.limit + 1)
  const page = rows.slice(0, question.limit)
  const last = page.at(-1)
  const services = await loadServices(db)
  const shapes = await loadShapes(db, page, services)
  const keys = await loadKeys(db, page, search.shown)
  const items = page.map((row) => {
    const shape = shapes.get(row.id) ?? []
    return { ...toHead(row, services, question.nowNs), shape, shapeCut: Math.max(0, row.span_count - shape.length), keys: keys.get(row.id) ?? [] }
  })
  return {
    items,
    nextCursor: rows.length > question.limit && last ? writeCursor({ range, place: { timeNs: last.start_ns, id: last.id } }, key) : null,
    complete: await loadComplete(db, range.toNs, question.nowNs),
    total: cursor || rows.length > question.limit ? await countTransactions(db, range, where, question.nowNs) : countRows(page, question.nowNs),
    nearest: items.length === 0 && !cursor ? await nearestTransactions(db, range, question) : null,
  }
}

async function loadPage(db: Db, range: TimeRange, where: Sql, place: { timeNs: UnixNano; id: bigint } | null, limit: number): Promise<TransactionRow[]> {
  const before = place ? sql`(t.start_ns, t.id) < (${place.timeNs}, ${place.id})` : sql`true`
  return db.rows<TransactionRow>(sql`
    select ${TRANSACTION_COLUMNS}
    from transaction t
    where t.start_ns >= ${range.fromNs} and t.start_ns < ${range.toNs} and ${before} and ${where}
    order by t.start_ns desc, t.id desc
    limit ${limit}`)
}

/** The same counts where the first page holds the whole result. */
function countRows(rows: readonly TransactionRow[], nowNs: UnixNano): TransactionList['total'] {
  const statuses = rows.map((row) => transactionStatus({ failed: row.failed, open: row.open, startNs: row.start_ns, endNs: row.end_ns }, nowNs))
  return {
    count: rows.length,
    failed: statuses.filter((status) => status === 'error').length,
    unknown: statuses.filter((status) => status === 'unknown').length,
    exact: true,
  }
}

/** How many match, how many of them failed, and of how many the end is not known. */
export async function countTransactions(db: Db, range: TimeRange, where: Sql, nowNs: UnixNano): Promise<TransactionList['total']> {
  const [row] = await db.rows<{ count: bigint; failed: bigint; unknown: bigint }>(sql`
    select count(*) as count,
           count(*) filter (where m.failed) as failed,
           count(*) filter (where not m.failed and m.open and greatest(m.start_ns, m.end_ns) <= ${nowNs - RUNNING_WAIT_NS}) as unknown
    from (
      select t.start_ns, t.end_ns, t.failed, t.open
      from transaction t
      where t.start_ns >= ${range.fromNs} and t.start_ns < ${range.toNs} and ${where}
      limit ${COUNT_MAX + 1}
    ) m`)
  const count = Number(row?.count ?? 0n)
  return { count, failed: Number(row?.failed ?? 0n), unknown: Number(row?.unknown ?? 0n), exact: count <= COUNT_MAX }
}

/** Where the nearest match lies before and after an empty range. */
async function nearestTransactions(db: Db, range: TimeRange, question: ListQuestion): Promise<{ from: string; to: string } | null> {
  const search = await prepareSearch(db, question.q)
  const where = search.where('transaction', { eventsFromNs: null, nowNs: question.nowNs })
  const [before] = await db.rows<{ start_ns: bigint }>(sql`
    select t.start_ns from transaction t where t.start_ns < ${range.fromNs} and ${where} order by t.start_ns desc limit 1`)
  const [after] = await db.rows<{ start_ns: bigint }>(sql`
    select t.start_ns from transaction t where t.start_ns >= ${range.toNs} and ${where} order by t.start_ns limit 1`)
  return nearestRange(range, { beforeNs: before?.start_ns ?? null, afterNs: after?.start_ns ?? null })
}
