'use client'
/** Server data of the quality page. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { keySet, quality } from '#lib/model/quality'
import type { KeySet, Quality } from '#lib/model/quality'
import { ApiError, apiGet, apiUrl, problemToError } from './api'
import { keys } from './keys'

/** Counting over all links of the range takes a second, so it is asked for once a minute at most. */
const REFRESH_MS = 60_000

export function useQuality(params: { from: string; to: string }, live: boolean): UseQueryResult<Quality> {
  return useQuery({
    queryKey: keys.quality(params),
    queryFn: ({ signal }) => apiGet(quality, { path: 'quality', params, signal }),
    refetchInterval: live ? REFRESH_MS : false,
    placeholderData: keepPreviousData,
  })
}

/** Asks for a new model; the status then counts what waits, and it is done when that is 0. */
export function useRelink(): UseMutationResult<void, Error, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      const response = await fetch(apiUrl('relink'), { method: 'POST' }).catch(() => {
        throw new ApiError({ message: 'Specter does not answer. Is it still running?', status: 0, code: 'no_answer' })
      })
      if (!response.ok) throw problemToError(await response.json().catch(() => null), response.status, response.headers.get('x-request-id'))
    },
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.status }),
  })
}

/** How many transactions share a business key, over all time: asked for as a count, so the first one is enough. */
export function useKeySet(key: { field: string; value: string }): UseQueryResult<KeySet> {
  return useQuery({
    queryKey: keys.keySet(key.field, key.value),
    queryFn: ({ signal }) => apiGet(keySet, { path: `keys/${encodeURIComponent(key.field)}/${encodeURIComponent(key.value)}`, params: { limit: 1 }, signal }),
    staleTime: 60_000,
  })
}
