'use client'
/** Server data of the search and the transaction page. */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import type { InfiniteData, UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query'
import { useCallback, useRef } from 'react'
import { eventDetail, eventList, facets, transactionDetail, transactionList } from '#lib/model/api'
import type { EventDetail, EventList, Facets, TransactionDetail, TransactionList } from '#lib/model/api'
import { apiGet } from './api'
import type { Params } from './api'
import type { RangeParams } from './data'
import { keys } from './keys'

/** Rows a page: two screens, so that scrolling meets loaded rows. */
const PAGE = 50
/** A finished transaction changes only when late events come. */
const TRANSACTION_STALE_MS = 30_000

/** Only a first page is asked again by itself: refreshing ten pages under a reader's eyes would move what they read. */
function refreshFirst(refreshMs: number | false) {
  return (query: { state: { data?: InfiniteData<unknown> | undefined } }) => ((query.state.data?.pages.length ?? 1) > 1 ? false : refreshMs)
}

export type TransactionPages = UseInfiniteQueryResult<InfiniteData<TransactionList>>

/** Transactions newest first, page by page. The last answer stays on screen while the next one is fetched. */
export function useTransactions(params: RangeParams, refreshMs: number | false, enabled = true): TransactionPages {
  const asked: Params = { ...params, limit: PAGE }
  return useInfiniteQuery({
    queryKey: keys.transactions(asked),
    queryFn: ({ signal, pageParam }) => apiGet(transactionList, { path: 'transactions', params: { ...asked, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: refreshFirst(refreshMs),
    placeholderData: keepPreviousData,
    enabled,
  })
}

export type EventPages = UseInfiniteQueryResult<InfiniteData<EventList>>

export function useEvents(params: RangeParams, refreshMs: number | false, enabled = true): EventPages {
  const asked: Params = { ...params, limit: 100 }
  return useInfiniteQuery({
    queryKey: keys.events(asked),
    queryFn: ({ signal, pageParam }) => apiGet(eventList, { path: 'events', params: { ...asked, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: refreshFirst(refreshMs),
    placeholderData: keepPreviousData,
    enabled,
  })
}

export function useFacets(params: RangeParams, refreshMs: number | false): UseQueryResult<Facets> {
  const asked: Params = { ...params }
  return useQuery({
    queryKey: keys.facets(asked),
    queryFn: ({ signal }) => apiGet(facets, { path: 'facets', params: asked, signal }),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  })
}

/** One event with its raw text; asked when it is opened. */
export function useEvent(id: string, enabled = true): UseQueryResult<EventDetail> {
  return useQuery({
    queryKey: keys.event(id),
    queryFn: ({ signal }) => apiGet(eventDetail, { path: `events/${encodeURIComponent(id)}`, signal }),
    staleTime: Infinity,
    enabled: enabled && id !== '',
  })
}

const askTransaction = (id: string) => ({
  queryKey: keys.transaction(id),
  queryFn: ({ signal }: { signal: AbortSignal }) => apiGet(transactionDetail, { path: `transactions/${encodeURIComponent(id)}`, signal }),
  staleTime: TRANSACTION_STALE_MS,
})

/** A transaction that is still running is asked again every `refreshMs`. */
export function useTransaction(id: string, refreshMs: number): UseQueryResult<TransactionDetail> {
  return useQuery({
    ...askTransaction(id),
    refetchInterval: (query) => (query.state.data?.status === 'running' ? refreshMs : false),
  })
}

/** A pointer that only passes over rows asks nothing. */
const HOVER_MS = 80

/** Fetches a transaction when the pointer rests on its row, so that opening it shows it at once. */
export function usePrefetchTransaction(): { enter: (id: string) => void; leave: () => void } {
  const client = useQueryClient()
  const timer = useRef(0)
  const enter = useCallback(
    (id: string) => {
      window.clearTimeout(timer.current)
      timer.current = window.setTimeout(() => void client.prefetchQuery(askTransaction(id)), HOVER_MS)
    },
    [client],
  )
  const leave = useCallback(() => window.clearTimeout(timer.current), [])
  return { enter, leave }
}
