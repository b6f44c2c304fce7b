/** Transactions that match a search, newest first. */
import type { UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql, type Sql } from '#lib/db/sql'
import type { TransactionItem, TransactionList } from '#lib/model/api'
import { RUNNING_WAIT_NS, transactionStatus } from '#lib/model/transaction-status'
import { loadComplete, nearestTransactions } from './coverage'
import { type Place, questionKey, readCursor, writeCursor } from './cursor'
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
  const asked = { range, where, place: cursor?.place ?? null, limit: question.limit, nowNs: question.nowNs }
  const { rows, total } = search.condition ? await loadSearched(db, asked) : await loadAll(db, asked)
  const page = rows.slice(0, question.limit)
  const last = page.at(-1)
  return {
    items: await toItems(db, page, search.shown, question.nowNs),
    nextCursor: rows.length > question.limit && last ? writeCursor({ range, place: { timeNs: last.start_ns, id: last.id } }, key) : null,
    complete: await loadComplete(db, range.toNs, question.nowNs),
    total,
    nearest:
      page.length === 0 && !cursor ? await nearestTransactions(db, range, search.where('transaction', { eventsFromNs: null, nowNs: question.nowNs })) : null,
  }
}

async function toItems(db: Db, page: readonly TransactionRow[], shown: TransactionItem['keys'], nowNs: UnixNano): Promise<TransactionItem[]> {
  const services = await loadServices(db)
  const shapes = await loadShapes(db, page, services)
  const keys = await loadKeys(db, page, shown)
  return page.map((row) => {
    const shape = shapes.get(row.id) ?? []
    return { ...toHead(row, services, nowNs), shape, shapeCut: Math.max(0, row.span_count - shape.length), keys: keys.get(row.id) ?? [] }
  })
}

interface PageQuestion {
  range: TimeRange
  where: Sql
  place: Place | null
  /** One row more is read, to know whether there is a next page. */
  limit: number
  nowNs: UnixNano
}

interface Page {
  rows: TransactionRow[]
  total: TransactionList['total']
}

const beforePlace = (place: Place | null): Sql => (place ? sql`(t.start_ns, t.id) < (${place.timeNs}, ${place.id})` : sql`true`)

/** Without a condition the index gives a page at once, and the count is a scan of the index. */
async function loadAll(db: Db, asked: PageQuestion): Promise<Page> {
  const { range, where, place, limit, nowNs } = asked
  const rows = await db.rows<TransactionRow>(sql`
    select ${TRANSACTION_COLUMNS}
    from transaction t
    where t.start_ns >= ${range.fromNs} and t.start_ns < ${range.toNs} and ${beforePlace(place)}
    order by t.start_ns desc, t.id desc
    limit ${limit + 1}`)
  const isWhole = place === null && rows.length <= limit
  return { rows, total: isWhole ? countRows(rows, nowNs) : await countTransactions(db, range, where, nowNs) }
}

/** With a condition the matches are found once, for the page and the count. */
async function loadSearched(db: Db, asked: PageQuestion): Promise<Page> {
  const { range, where, place, limit, nowNs } = asked
  const rows = await db.rows<Partial<TransactionRow> & CountRow>(sql`
    with matched as materialized (
      select t.id, t.start_ns, t.end_ns, t.failed, t.open
      from transaction t
      where t.start_ns >= ${range.fromNs} and t.start_ns < ${range.toNs} and ${where}
      order by t.start_ns desc, t.id desc
      limit ${COUNT_MAX + 1}
    ),
    counted as (select ${countColumns(nowNs)} from matched t),
    page as (
      select t.id
      from matched t
      where ${beforePlace(place)}
      order by t.start_ns desc, t.id desc
      limit ${limit + 1}
    )
    select counted.*, found.*
    from counted
    left join (select ${TRANSACTION_COLUMNS} from page join transaction t on t.id = page.id) found on true
    order by found.start_ns desc, found.id desc`)
  return { rows: rows.flatMap((row) => (isTransactionRow(row) ? [row] : [])), total: toTotal(rows[0]) }
}

/** The counts stand in a row of their own where nothing matches. */
function isTransactionRow(row: Partial<TransactionRow> & CountRow): row is TransactionRow & CountRow {
  return row.id !== null && row.id !== undefined
}

interface CountRow {
  matches: bigint
  failures: bigint
  unknowns: bigint
}

const countColumns = (nowNs: UnixNano): Sql => sql`count(*) as matches,
  count(*) filter (where t.failed) as failures,
  count(*) filter (where not t.failed and t.open and greatest(t.start_ns, t.end_ns) <= ${nowNs - RUNNING_WAIT_NS}) as unknowns`

function toTotal(row: CountRow | undefined): TransactionList['total'] {
  const count = Number(row?.matches ?? 0n)
  return { count, failed: Number(row?.failures ?? 0n), unknown: Number(row?.unknowns ?? 0n), exact: count <= COUNT_MAX }
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
  const [row] = await db.rows<CountRow>(sql`
    select ${countColumns(nowNs)}
    from (
      select t.start_ns, t.end_ns, t.failed, t.open
      from transaction t
      where t.start_ns >= ${range.fromNs} and t.start_ns < ${range.toNs} and ${where}
      limit ${COUNT_MAX + 1}
    ) t`)
  return toTotal(row)
}
