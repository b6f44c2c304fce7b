'use client'
/** The result of a search as three lists, one an outcome, so that two failures among ten thousand stand first. */
import type { TransactionItem } from '#lib/model/api'
import { narrowed, queryInWords } from '#lib/search/in-words'
import type { RangeParams } from './data'
import { useTransactions } from './transaction-data'
import type { TransactionPages } from './transaction-data'

export type GroupName = 'error' | 'unknown' | 'ok'

export interface ResultGroup {
  name: GroupName
  pages: TransactionPages
  items: TransactionItem[]
  /** How many the search has of this outcome. */
  total: number
}

export interface SearchResults {
  groups: ResultGroup[]
  count: number
  failed: number
  unknown: number
  /** False where counting stopped early: the numbers are at least these. */
  exact: boolean
  complete: boolean
  nearest: { from: string; to: string } | null
  /** Nothing has ever been shown yet. */
  loading: boolean
  /** What is shown belongs to an older search. */
  stale: boolean
  error: Error | null
  retry: () => void
}

const CONDITION: Record<GroupName, string> = { error: 'status:error', unknown: '(status:unknown OR status:running)', ok: 'status:ok' }

export function groupOf(item: TransactionItem): GroupName {
  if (item.status === 'error' || item.status === 'ok') return item.status
  return 'unknown'
}

/** A search that names a status is one question; any other is asked once for each outcome. */
export function useSearchResults(params: RangeParams, refreshMs: number | false, enabled: boolean): SearchResults {
  const { byStatus } = queryInWords(params.q)
  const ask = (name: GroupName): RangeParams => ({ ...params, q: narrowed(params.q, CONDITION[name]) })
  const one = useTransactions(params, refreshMs, enabled && byStatus)
  const failed = useTransactions(ask('error'), refreshMs, enabled && !byStatus)
  const unknown = useTransactions(ask('unknown'), refreshMs, enabled && !byStatus)
  const ok = useTransactions(ask('ok'), refreshMs, enabled && !byStatus)
  const used = byStatus ? [one] : [failed, unknown, ok]
  const firsts = used.map((pages) => pages.data?.pages[0])
  const sum = (pick: (total: { count: number; failed: number; unknown: number }) => number) =>
    firsts.reduce((total, first) => total + (first ? pick(first.total) : 0), 0)
  return {
    groups: byStatus ? splitByOutcome(one) : [group('error', failed), group('unknown', unknown), group('ok', ok)],
    count: sum((total) => total.count),
    failed: sum((total) => total.failed),
    unknown: sum((total) => total.unknown),
    exact: firsts.every((first) => first?.total.exact ?? true),
    complete: firsts.every((first) => first?.complete ?? true),
    nearest: firsts.find((first) => first?.nearest)?.nearest ?? null,
    loading: enabled && used.some((pages) => pages.data === undefined && !pages.isError),
    stale: used.some((pages) => pages.isPlaceholderData),
    error: used.find((pages) => pages.error)?.error ?? null,
    retry: () => used.forEach((pages) => void pages.refetch()),
  }
}

const itemsOf = (pages: TransactionPages): TransactionItem[] => pages.data?.pages.flatMap((page) => page.items) ?? []

function group(name: GroupName, pages: TransactionPages): ResultGroup {
  return { name, pages, items: itemsOf(pages), total: pages.data?.pages[0]?.total.count ?? 0 }
}

function splitByOutcome(pages: TransactionPages): ResultGroup[] {
  const total = pages.data?.pages[0]?.total
  const counts: Record<GroupName, number> = {
    error: total?.failed ?? 0,
    unknown: total?.unknown ?? 0,
    ok: (total?.count ?? 0) - (total?.failed ?? 0) - (total?.unknown ?? 0),
  }
  const names: GroupName[] = ['error', 'unknown', 'ok']
  return names.map((name) => ({ name, pages, items: itemsOf(pages).filter((item) => groupOf(item) === name), total: counts[name] }))
}
