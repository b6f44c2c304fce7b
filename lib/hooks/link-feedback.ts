'use client'
/** What a person says of an inferred link. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { feedbackKept, feedbackList } from '#lib/model/api'
import type { FeedbackBody, FeedbackList } from '#lib/model/api'
import { apiGet, apiSend } from './api'
import { keys } from './keys'

/** The page is asked anew by `refresh`, not at once: a rejected link would vanish under the hand that rejected it. */
export interface LinkFeedback {
  say: UseMutationResult<{ kept: boolean }, Error, FeedbackBody>
  refresh: () => void
}

export function useLinkFeedback(): LinkFeedback {
  const client = useQueryClient()
  const say = useMutation({
    mutationFn: (body: FeedbackBody) => apiSend(feedbackKept, { method: 'POST', path: 'links/feedback', body }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.linkFeedback }),
  })
  return { say, refresh: () => void client.invalidateQueries() }
}

/** People judge links by the dozen, not by the thousand. */
const WORDS_READ = 500

/** What people said of one effect's cause, newest first. */
export function useSaidOf(effect: string): UseQueryResult<FeedbackList['items']> {
  return useQuery({
    queryKey: keys.linkFeedback,
    queryFn: ({ signal }) => apiGet(feedbackList, { path: 'links/feedback', params: { limit: WORDS_READ }, signal }),
    select: ({ items }) => items.filter((word) => word.effect.spanId === effect),
  })
}
