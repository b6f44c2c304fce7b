'use client'
/** Quarantined records, page by page. */
import { useInfiniteQuery } from '@tanstack/react-query'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { quarantineList } from '#lib/model/quarantine'
import type { QuarantineList } from '#lib/model/quarantine'
import { apiGet } from './api'
import { keys } from './keys'

export function useQuarantine(): UseInfiniteQueryResult<InfiniteData<QuarantineList>> {
  return useInfiniteQuery({
    queryKey: keys.quarantine,
    queryFn: ({ pageParam, signal }) => apiGet(quarantineList, { path: 'quarantine', params: { limit: 20, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  })
}
