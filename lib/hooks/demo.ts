'use client'
/** The demo shop's recorded day: fetched from our own API, shifted to now, handed to the import like any file, and taken out again. */
import { useState } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import { demoRemoved, demoState } from '#lib/model/api'
import type { DemoState } from '#lib/model/api'
import { ApiError, apiGet, apiSend, apiUrl, problemToError } from './api'
import { keys } from './keys'
import type { Uploads } from './upload'

export interface DemoDay {
  state: 'idle' | 'removing' | 'fetching' | 'failed'
  /** What went wrong, in words. */
  message: string | null
  load: () => Promise<void>
  remove: () => Promise<void>
  /** Removes it and loads it again, so that it ends now. */
  reload: () => Promise<void>
}

/** Names the source; the same each time, so that a second load is the same delivery. */
const DEMO_SOURCE = 'coupon-shop.ndjson'

export function useDemoState(enabled: boolean): UseQueryResult<DemoState> {
  return useQuery({ queryKey: keys.demo, queryFn: ({ signal }) => apiGet(demoState, { path: 'demo/state', signal }), enabled })
}

export function useDemoDay(uploads: Pick<Uploads, 'add'>): DemoDay {
  const [state, setState] = useState<DemoDay['state']>('idle')
  const [message, setMessage] = useState<string | null>(null)
  const client = useQueryClient()
  const attempt = async (steps: () => Promise<void>) => {
    setMessage(null)
    try {
      await steps()
      setState('idle')
    } catch (error) {
      setState('failed')
      setMessage(error instanceof ApiError ? error.message : 'Specter does not answer; is it still running?')
    }
  }
  const fetchDay = async () => {
    setState('fetching')
    const response = await fetch(apiUrl('demo'))
    if (!response.ok) throw problemToError(await response.json().catch(() => null), response.status, response.headers.get('x-request-id'))
    uploads.add([new File([await response.blob()], DEMO_SOURCE)])
  }
  const takeOut = async () => {
    setState('removing')
    await apiSend(demoRemoved, { method: 'DELETE', path: 'demo' })
    // Whatever was asked before may be gone.
    await client.invalidateQueries()
  }
  return {
    state,
    message,
    load: () => attempt(fetchDay),
    remove: () => attempt(takeOut),
    reload: () =>
      attempt(async () => {
        await takeOut()
        await fetchDay()
      }),
  }
}
