'use client'
/** Connections to AWS: what is read from where, and every step of making one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { z } from 'zod'
import {
  backfillItem,
  backfillList,
  connectionItem,
  connectionList,
  connectionTest,
  estimateAnswer,
  groupStatusList,
  logGroupList,
  policyAnswer,
} from '#lib/model/connection'
import type {
  BackfillItem,
  ConnectionDraft,
  ConnectionItem,
  ConnectionTest,
  EstimateAnswer,
  EstimateRequest,
  GroupStatus,
  LogGroupList,
  NewBackfill,
  NewConnection,
  PolicyAnswer,
} from '#lib/model/connection'
import { apiGet, apiSend } from './api'
import { keys } from './keys'

/** While something is being set up it is looked at often, else as often as the status. */
const REFRESH = { starting: 2_000, running: 3_000, calm: 10_000 }

export function useConnections(): UseQueryResult<{ items: ConnectionItem[] }> {
  return useQuery({
    queryKey: keys.connections,
    queryFn: ({ signal }) => apiGet(connectionList, { path: 'connections', signal }),
    refetchInterval: (query) => (query.state.data?.items.some((item) => item.state === 'starting') ? REFRESH.starting : REFRESH.calm),
  })
}

export function useGroupStatuses(id: string): UseQueryResult<{ items: GroupStatus[]; cut: boolean }> {
  return useQuery({
    queryKey: keys.connectionGroups(id),
    queryFn: ({ signal }) => apiGet(groupStatusList, { path: `connections/${id}/groups`, signal }),
    refetchInterval: REFRESH.calm,
  })
}

export function useBackfills(id: string): UseQueryResult<{ items: BackfillItem[] }> {
  return useQuery({
    queryKey: keys.backfills(id),
    queryFn: ({ signal }) => apiGet(backfillList, { path: `connections/${id}/backfills`, signal }),
    refetchInterval: (query) => (query.state.data?.items.some((item) => item.state === 'running') ? REFRESH.running : REFRESH.calm),
  })
}

/** Asks AWS what each permission that is needed answers. */
export function useTestConnection(): UseMutationResult<ConnectionTest, Error, ConnectionDraft> {
  return useMutation({ mutationFn: (draft) => apiSend(connectionTest, { method: 'POST', path: 'connections/test', body: draft }) })
}

export function useFindGroups(): UseMutationResult<LogGroupList, Error, ConnectionDraft> {
  return useMutation({ mutationFn: (draft) => apiSend(logGroupList, { method: 'POST', path: 'connections/log-groups', body: draft }) })
}

/** The least that the identity needs, as JSON to paste. */
export function usePolicy(draft: ConnectionDraft, enabled: boolean): UseQueryResult<PolicyAnswer> {
  return useQuery({
    queryKey: keys.policy(draft),
    queryFn: () => apiSend(policyAnswer, { method: 'POST', path: 'connections/policy', body: draft }),
    enabled,
  })
}

export function useEstimate(request: EstimateRequest, enabled: boolean): UseQueryResult<EstimateAnswer> {
  return useQuery({
    queryKey: keys.estimate(request),
    queryFn: () => apiSend(estimateAnswer, { method: 'POST', path: 'connections/estimate', body: request }),
    enabled,
  })
}

export interface ConnectionChanges {
  create: UseMutationResult<ConnectionItem, Error, NewConnection>
  change: UseMutationResult<ConnectionItem, Error, { id: string; draft: ConnectionDraft }>
  remove: UseMutationResult<unknown, Error, string>
  backfill: UseMutationResult<BackfillItem, Error, { id: string; range: NewBackfill }>
  cancelBackfill: UseMutationResult<unknown, Error, { id: string; backfill: string }>
}

export function useConnectionChanges(): ConnectionChanges {
  const client = useQueryClient()
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.connections })
    void client.invalidateQueries({ queryKey: keys.status })
  }
  return {
    create: useMutation({ mutationFn: (body) => apiSend(connectionItem, { method: 'POST', path: 'connections', body }), onSuccess: refresh }),
    change: useMutation({
      mutationFn: ({ id, draft }) => apiSend(connectionItem, { method: 'PUT', path: `connections/${id}`, body: draft }),
      onSuccess: refresh,
    }),
    remove: useMutation({ mutationFn: (id) => apiSend(z.unknown(), { method: 'DELETE', path: `connections/${id}` }), onSuccess: refresh }),
    backfill: useMutation({
      mutationFn: ({ id, range }) => apiSend(backfillItem, { method: 'POST', path: `connections/${id}/backfills`, body: range }),
      onSuccess: refresh,
    }),
    cancelBackfill: useMutation({
      mutationFn: ({ id, backfill }) => apiSend(z.unknown(), { method: 'DELETE', path: `connections/${id}/backfills/${backfill}` }),
      onSuccess: refresh,
    }),
  }
}
