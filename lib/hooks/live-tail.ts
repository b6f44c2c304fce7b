'use client'
/** Live Tail of a connection's groups: lines as AWS shows them, kept by this page alone and for as long as it looks. */
import { useEffect, useState } from 'react'
import { liveTailLine } from '#lib/model/live-tail'
import type { LiveTailLine } from '#lib/model/live-tail'
import { ApiError, apiUrl, problemToError } from './api'

export interface TailedLine {
  /** Grows with every line of this look. */
  key: number
  time: string
  logGroup: string
  message: string
}

export interface Tail {
  lines: readonly TailedLine[]
  state: 'opening' | 'open' | 'ended'
  /** AWS left events out. */
  sampled: boolean
  /** Why it ended, where that was not the person. */
  message: string | null
  /** It ended by an error, which the message names with what to do. */
  failed: boolean
}

/** Older ones leave the page; they are in the store anyway where the group is read. */
const LINES_KEPT = 500
const OPENING: Tail = { lines: [], state: 'opening', sampled: false, message: null, failed: false }

/** Another `attempt` begins anew. */
export function useLiveTail(connection: string, groups: readonly string[], { filter, attempt }: { filter: string; attempt: number }): Tail {
  const [tail, setTail] = useState<Tail>(OPENING)
  const names = groups.join(',')
  useEffect(() => {
    const abort = new AbortController()
    let key = 0
    const take = (line: LiveTailLine) => setTail((before) => after(before, line, () => ++key))
    follow(apiUrl('live-tail', { connection, groups: names, filter }), abort.signal, take).then(
      () => setTail((before) => ({ ...before, state: 'ended' })),
      (error: unknown) => {
        if (abort.signal.aborted) return
        setTail((before) => ({ ...before, state: 'ended', failed: true, message: error instanceof ApiError ? error.message : 'The connection broke off.' }))
      },
    )
    return () => {
      abort.abort()
      setTail(OPENING)
    }
  }, [connection, names, filter, attempt])
  return tail
}

function after(before: Tail, line: LiveTailLine, nextKey: () => number): Tail {
  if (line.kind === 'ended') return { ...before, state: 'ended', message: line.message }
  if (line.kind !== 'events') return { ...before, state: 'open' }
  const fresh = line.events.map(({ time, logGroup, message }) => ({ key: nextKey(), time, logGroup, message }))
  return {
    lines: [...fresh.toReversed(), ...before.lines].slice(0, LINES_KEPT),
    state: 'open',
    sampled: before.sampled || line.sampled,
    message: null,
    failed: false,
  }
}

/** Reads NDJSON until it ends; throws ApiError where it does not begin. */
async function follow(url: string, signal: AbortSignal, take: (line: LiveTailLine) => void): Promise<void> {
  const response = await fetch(url, { signal })
  if (!response.ok) throw problemToError(await response.json().catch(() => null), response.status, response.headers.get('x-request-id'))
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    const lines = (rest + piece.value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const parsed = liveTailLine.safeParse(JSON.parse(line))
      if (parsed.success) take(parsed.data)
    }
  }
}
