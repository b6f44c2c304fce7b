'use client'
/** Files to POST /api/v1/ingest, one request a file, one after the other: progress, cancel, result, retry when told to wait. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { ingestResult } from '#lib/model/api'
import type { IngestResult } from '#lib/model/api'
import { ApiError, apiUrl, problemToError } from './api'
import { keys } from './keys'

export interface UploadItem {
  id: number
  name: string
  sizeBytes: number
  sentBytes: number
  /** waiting in the queue; sending bytes; storing: all is sent, the answer comes after the commit. */
  state: 'waiting' | 'sending' | 'storing' | 'done' | 'failed' | 'cancelled'
  startedMs: number
  endedMs: number
  result: IngestResult | null
  error: ApiError | null
}

export interface Uploads {
  items: UploadItem[]
  active: boolean
  add: (files: readonly File[]) => void
  cancel: (id: number) => void
  cancelAll: () => void
  clear: () => void
}

/** Names of sources have at most 200 characters. */
const NAME_MAX = 200
/** A busy server names its own time; without one a second is polite. Ten times is enough to know that it stays busy. */
const RETRIES = 10
/** Unpacking a zip here holds it in memory; larger ones are for the command line, which streams. */
const ZIP_MAX_BYTES = 400e6

/** The source's name that a file gets: its own, without folders. */
export function sourceNameOf(fileName: string): string {
  const own = fileName.split(/[/\\]/).at(-1) ?? fileName
  return own.replace(/[\p{Cc}\p{Cs}]/gu, '').slice(-NAME_MAX) || 'file'
}

interface Job {
  item: UploadItem
  file: File
}

export function useUploads(): Uploads {
  const [items, setItems] = useState<UploadItem[]>([])
  const queue = useRef<Job[]>([])
  const running = useRef<{ id: number; abort: AbortController } | null>(null)
  const lastId = useRef(0)
  const client = useQueryClient()
  const patch = useCallback(
    (id: number, change: Partial<UploadItem>) => setItems((all) => all.map((item) => (item.id === id ? { ...item, ...change } : item))),
    [],
  )

  const runNext = useCallback(async () => {
    if (running.current) return
    let stored = 0
    for (let job = queue.current.shift(); job; job = queue.current.shift()) {
      const { item, file } = job
      const abort = new AbortController()
      running.current = { id: item.id, abort }
      patch(item.id, { state: 'sending', startedMs: Date.now() })
      const outcome = await sendWithRetry(file, abort.signal, (sentBytes) =>
        patch(item.id, { sentBytes, state: sentBytes >= file.size ? 'storing' : 'sending' }),
      )
      patch(item.id, { ...outcome, endedMs: Date.now() })
      stored += outcome.result?.stored ?? 0
      running.current = null
      void client.invalidateQueries({ queryKey: keys.status })
    }
    // As the command line does at its end: what the links are learned from is then all of it. Where this fails, the worker asks itself once 5 % is new.
    if (stored > 0) await fetch(apiUrl('relink'), { method: 'POST' }).catch(() => {})
    // Everything that was asked before may look different now.
    void client.invalidateQueries()
  }, [client, patch])

  const add = useCallback(
    (files: readonly File[]) => {
      void unpackAll(files).then((ready) => {
        const jobs = ready.map(({ file, error }): Job => ({ file, item: newItem(++lastId.current, file, error) }))
        setItems((all) => [...all, ...jobs.map((job) => job.item)])
        queue.current.push(...jobs.filter((job) => job.item.state === 'waiting'))
        void runNext()
      })
    },
    [runNext],
  )
  const cancel = useCallback(
    (id: number) => {
      queue.current = queue.current.filter((job) => job.item.id !== id)
      if (running.current?.id === id) running.current.abort.abort()
      else patch(id, { state: 'cancelled' })
    },
    [patch],
  )
  const cancelAll = useCallback(() => {
    const waiting = queue.current.map((job) => job.item.id)
    queue.current = []
    for (const id of waiting) patch(id, { state: 'cancelled' })
    running.current?.abort.abort()
  }, [patch])
  const clear = useCallback(() => setItems((all) => all.filter(isActive)), [])
  const active = items.some(isActive)
  useLeaveWarning(active)
  return { items, active, add, cancel, cancelAll, clear }
}

function isActive(item: UploadItem): boolean {
  return item.state === 'waiting' || item.state === 'sending' || item.state === 'storing'
}

function newItem(id: number, file: File, error: ApiError | null): UploadItem {
  return {
    id,
    name: sourceNameOf(file.name),
    sizeBytes: file.size,
    sentBytes: 0,
    state: error ? 'failed' : 'waiting',
    startedMs: 0,
    endedMs: 0,
    result: null,
    error,
  }
}

/** A tab that is closed cuts the file that it sends; what was committed stays, and importing again stores nothing twice. */
function useLeaveWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [active])
}

type Outcome = Pick<UploadItem, 'state' | 'result' | 'error'>

async function sendWithRetry(file: File, signal: AbortSignal, onSent: (bytes: number) => void): Promise<Outcome> {
  for (let attempt = 0; ; attempt++) {
    const answer = await send(file, signal, onSent)
    const mayRetry = answer.retryAfterMs !== null && attempt < RETRIES && !signal.aborted
    if (!mayRetry || answer.retryAfterMs === null) return answer.outcome
    await new Promise((resolve) => window.setTimeout(resolve, answer.retryAfterMs ?? 0))
  }
}

interface Answer {
  outcome: Outcome
  /** Set where the server asked to come again. */
  retryAfterMs: number | null
}

// fetch can't tell how much of a body is sent; XMLHttpRequest can.
function send(file: File, signal: AbortSignal, onSent: (bytes: number) => void): Promise<Answer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    const end = (outcome: Outcome, retryAfterMs: number | null = null) => resolve({ outcome, retryAfterMs })
    const fail = (message: string, code: string) => end({ state: 'failed', result: null, error: new ApiError({ message, status: 0, code }) })
    request.open('POST', apiUrl('ingest', { source: sourceNameOf(file.name) }))
    request.setRequestHeader('Specter-File-Time', String(Math.max(0, Math.floor(file.lastModified))))
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.upload.onprogress = (event) => onSent(event.loaded)
    request.upload.onload = () => onSent(file.size)
    request.onload = () => {
      const again = request.status === 429 || request.status === 503
      end(readAnswer(request), again ? 1000 * Number(request.getResponseHeader('retry-after') ?? 1) : null)
    }
    request.onerror = () => fail('The connection broke. What was stored until then is kept; importing the file again stores nothing twice.', 'connection_broke')
    request.onabort = () => end({ state: 'cancelled', result: null, error: null })
    if (signal.aborted) return end({ state: 'cancelled', result: null, error: null })
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

function readAnswer(request: XMLHttpRequest): Outcome {
  const body = parseJson(request.responseText)
  const requestId = request.getResponseHeader('x-request-id')
  if (request.status !== 200) {
    const partial = ingestResult.safeParse(typeof body === 'object' && body !== null && 'result' in body ? body.result : null)
    return { state: 'failed', result: partial.success ? partial.data : null, error: problemToError(body, request.status, requestId) }
  }
  const parsed = ingestResult.safeParse(body)
  if (parsed.success) return { state: 'done', result: parsed.data, error: null }
  return {
    state: 'failed',
    result: null,
    error: new ApiError({ message: 'The answer to the import could not be read.', status: 200, code: 'unexpected_answer', requestId }),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

interface ReadyFile {
  file: File
  error: ApiError | null
}

async function unpackAll(files: readonly File[]): Promise<ReadyFile[]> {
  const ready: ReadyFile[] = []
  for (const file of files) {
    if (!/\.zip$/i.test(file.name)) ready.push({ file, error: null })
    else ready.push(...(await unpack(file)))
  }
  return ready
}

/** The files of a zip; gzip needs nothing, the server sees it by its first bytes. */
async function unpack(file: File): Promise<ReadyFile[]> {
  const refuse = (message: string): ReadyFile[] => [{ file, error: new ApiError({ message, status: 0, code: 'unreadable_zip' }) }]
  if (file.size > ZIP_MAX_BYTES) return refuse('A zip this large is for the command line: bin/specter import reads it as a stream.')
  const { unzip } = await import('fflate')
  const bytes = new Uint8Array(await file.arrayBuffer())
  return new Promise((resolve) => {
    unzip(bytes, { filter: (entry) => !entry.name.endsWith('/') && !entry.name.startsWith('__MACOSX/') }, (error, entries) => {
      if (error) return resolve(refuse(`It is not a readable zip: ${error.message}`))
      const found = Object.entries(entries).map(([name, data]) => ({
        file: new File([data as Uint8Array<ArrayBuffer>], name, { lastModified: file.lastModified }),
        error: null,
      }))
      resolve(found.length > 0 ? found : refuse('The zip has no files in it.'))
    })
  })
}
