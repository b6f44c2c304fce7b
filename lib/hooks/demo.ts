'use client'
/** The demo shop's recorded day: fetched from our own API, shifted to now, and handed to the import like any file. */
import { useState } from 'react'
import { ApiError, apiUrl } from './api'
import type { Uploads } from './upload'

export interface DemoDay {
  state: 'idle' | 'fetching' | 'failed'
  /** What went wrong, in words. */
  message: string | null
  load: () => Promise<void>
}

/** Names the source; the same each time, so that a second load is the same delivery. */
const DEMO_SOURCE = 'coupon-shop.ndjson'

export function useDemoDay(uploads: Pick<Uploads, 'add'>): DemoDay {
  const [state, setState] = useState<DemoDay['state']>('idle')
  const [message, setMessage] = useState<string | null>(null)
  const load = async () => {
    setState('fetching')
    setMessage(null)
    try {
      const response = await fetch(apiUrl('demo'))
      if (!response.ok) throw new ApiError({ message: await detailOf(response), status: response.status, code: 'demo' })
      uploads.add([new File([await response.blob()], DEMO_SOURCE)])
      setState('idle')
    } catch (error) {
      setState('failed')
      setMessage(error instanceof ApiError ? error.message : 'Specter does not answer; is it still running?')
    }
  }
  return { state, message, load }
}

async function detailOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: string }
  return problem.detail ?? `Specter answered ${response.status}`
}
