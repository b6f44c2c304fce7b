'use client'
/** All server data of the shell, the map and the sources page. Transactions have their own file. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import { withLoops } from '#lib/graph/map-view'
import { fieldList, fieldValues, series, serviceDetail, serviceMap, sourceList, status } from '#lib/model/api'
import type { FieldList, FieldValues, Series, ServiceDetail, ServiceMap, SourceList, Status } from '#lib/model/api'
import { apiGet } from './api'
import type { Params } from './api'
import { keys } from './keys'

/** Refresh intervals in ms. A hidden tab asks nothing (react-query's default). */
export const REFRESH = { live: 10_000, linking: 3_000, waiting: 2_000, status: 15_000 }

/** Status is small and every page needs it: whether there is data at all, and how far linking is. */
export function useStatus(): UseQueryResult<Status> {
  return useQuery({
    queryKey: keys.status,
    queryFn: ({ signal }) => apiGet(status, { path: 'status', signal }),
    refetchInterval: (query) => {
      const data = query.state.data
      if (!data) return REFRESH.waiting
      if (data.data === null) return REFRESH.waiting
      return data.linking.pending > 0 ? REFRESH.linking : REFRESH.status
    },
  })
}

export interface RangeParams {
  q: string
  from: string
  to: string
}

export interface MapParams extends RangeParams {
  compareFrom?: string
  compareTo?: string
}

/** `refreshMs` false: asked once. The last picture stays while the next one is fetched. */
export function useServiceMap(params: MapParams, refreshMs: number | false): UseQueryResult<ServiceMap> {
  const asked: Params = { ...params }
  return useQuery({
    queryKey: keys.map(asked),
    queryFn: ({ signal }) => apiGet(serviceMap, { path: 'map', params: asked, signal }),
    select: withLoops,
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  })
}

export interface SeriesParams extends RangeParams {
  points: number
  by?: 'service' | 'status' | 'name'
}

export function useSeries(params: SeriesParams, refreshMs: number | false, enabled = true): UseQueryResult<Series> {
  const asked: Params = { ...params }
  return useQuery({
    queryKey: keys.series(asked),
    queryFn: ({ signal }) => apiGet(series, { path: 'series', params: asked, signal }),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** The sources with their events a bucket over the range. */
export function useSources(params: { from: string; to: string }, refreshMs: number | false): UseQueryResult<SourceList> {
  const asked: Params = { ...params }
  return useQuery({
    queryKey: keys.sources(asked),
    queryFn: ({ signal }) => apiGet(sourceList, { path: 'sources', params: asked, signal }),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  })
}

export function useServiceDetail(id: string, params: RangeParams): UseQueryResult<ServiceDetail> {
  const asked: Params = { ...params }
  return useQuery({
    queryKey: keys.service(id, asked),
    queryFn: ({ signal }) => apiGet(serviceDetail, { path: `services/${encodeURIComponent(id)}`, params: asked, signal }),
    enabled: id !== '',
  })
}

export function useFields(prefix: string, enabled: boolean): UseQueryResult<FieldList> {
  return useQuery({
    queryKey: keys.fields(prefix),
    queryFn: ({ signal }) => apiGet(fieldList, { path: 'fields', params: { prefix }, signal }),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    enabled,
  })
}

export function useFieldValues(field: string, prefix: string, enabled: boolean): UseQueryResult<FieldValues> {
  return useQuery({
    queryKey: keys.fieldValues(field, prefix),
    queryFn: ({ signal }) => apiGet(fieldValues, { path: `fields/${encodeURIComponent(field)}/values`, params: { prefix }, signal }),
    staleTime: 60_000,
    enabled: enabled && field !== '',
  })
}
