'use client'
/** Format strings of access logs: those that were given, trying one, keeping it, forgetting it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { z } from 'zod'
import { accessFormatAnswer, accessFormatList } from '#lib/model/access-formats'
import type { AccessFormatAnswer, AccessFormatList } from '#lib/model/access-formats'
import { apiGet, apiSend } from './api'
import { keys } from './keys'

const PATH = 'settings/access-formats'

export interface FormatDraft {
  pattern: string
  format: string
  lines: string[]
  save: boolean
}

export function useAccessFormats(): UseQueryResult<AccessFormatList> {
  return useQuery({ queryKey: keys.accessFormats, queryFn: ({ signal }) => apiGet(accessFormatList, { path: PATH, signal }) })
}

/** Tries a format on lines, or keeps it. */
export function usePutAccessFormat(): UseMutationResult<AccessFormatAnswer, Error, FormatDraft> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body) => apiSend(accessFormatAnswer, { method: 'PUT', path: PATH, body }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.accessFormats }),
  })
}

export function useDropAccessFormat(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (pattern) => apiSend(z.unknown(), { method: 'DELETE', path: `${PATH}?${new URLSearchParams({ pattern }).toString()}` }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.accessFormats }),
  })
}
