'use client'
/** What a person says of an inferred link. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult } from '@tanstack/react-query'
import { feedbackKept } from '#lib/model/api'
import type { FeedbackBody } from '#lib/model/api'
import { apiSend } from './api'

/** The page is asked anew by `refresh`, not at once: a rejected link would vanish under the hand that rejected it. */
export interface LinkFeedback {
  say: UseMutationResult<{ kept: boolean }, Error, FeedbackBody>
  refresh: () => void
}

export function useLinkFeedback(): LinkFeedback {
  const client = useQueryClient()
  const say = useMutation({ mutationFn: (body: FeedbackBody) => apiSend(feedbackKept, { method: 'POST', path: 'links/feedback', body }) })
  return { say, refresh: () => void client.invalidateQueries() }
}
