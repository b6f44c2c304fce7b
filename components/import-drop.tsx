'use client'
import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useStatus } from '#lib/hooks/data'
import { useUploads } from '#lib/hooks/upload'
import type { Uploads } from '#lib/hooks/upload'
import type { Status } from '#lib/model/api'
import { ImportProgress } from './import-progress'

interface ImportContext {
  uploads: Uploads
  /** Opens the file chooser. */
  choose: () => void
  /** The range of what was imported since the last time nothing was running; null until it is known. */
  importedRange: { from: string; to: string } | null
}

const Context = createContext<ImportContext | null>(null)

export function useImport(): ImportContext {
  const context = useContext(Context)
  if (!context) throw new Error('useImport is used outside of ImportDrop')
  return context
}

/** Files dropped anywhere on the page are imported; progress and result float in a corner, so that one may go on reading. */
export function ImportDrop({ children }: { children: ReactNode }) {
  const uploads = useUploads()
  const input = useRef<HTMLInputElement>(null)
  const over = useDropTarget(uploads.add)
  const importedRange = useImportedRange(uploads)
  const value = useMemo(() => ({ uploads, choose: () => input.current?.click(), importedRange }), [uploads, importedRange])
  return (
    <Context.Provider value={value}>
      {children}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to import"
        onChange={(event) => {
          uploads.add([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
      {over ? (
        <div className="drop-over" role="status">
          <p>Drop to import</p>
        </div>
      ) : null}
      {uploads.items.length > 0 ? <ImportProgress uploads={uploads} importedRange={importedRange} /> : null}
    </Context.Provider>
  )
}

/** True while files are dragged over the window. */
function useDropTarget(onFiles: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    // Entering a child fires before leaving its parent, so the depth tells whether the window itself was left.
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth++
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const stop = (event: DragEvent) => hasFiles(event) && event.preventDefault()
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      onFiles([...(event.dataTransfer?.files ?? [])])
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', stop)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', stop)
      window.removeEventListener('drop', drop)
    }
  }, [onFiles])
  return over
}

/** Compares the sources before with those after: what grew is what was imported. */
function useImportedRange({ items, active }: Uploads): { from: string; to: string } | null {
  const status = useStatus()
  const [before, setBefore] = useState<Status | null>(null)
  const counted = items.some((item) => item.result !== null && item.result.received > 0)
  const data = status.data
  const [wasEmpty, setWasEmpty] = useState(true)
  // Set while rendering, as React has it for state that follows from other state: the last status without a running import.
  if (items.length === 0 && data && before !== data) setBefore(data)
  if (wasEmpty !== (items.length === 0)) setWasEmpty(items.length === 0)
  if (active || !counted || !data || data === before) return null
  return rangeOfGrowth(before, data)
}

/** The range of all sources that received something between the two; of all data where none can be told. */
export function rangeOfGrowth(before: Status | null, after: Status): { from: string; to: string } | null {
  const known = new Map((before?.sources ?? []).map((source) => [source.name, source.received]))
  const grown = after.sources.filter((source) => source.received > (known.get(source.name) ?? 0) && source.firstEvent !== null && source.lastEvent !== null)
  const firsts = grown.flatMap((source) => (source.firstEvent ? [Date.parse(source.firstEvent)] : []))
  const lasts = grown.flatMap((source) => (source.lastEvent ? [Date.parse(source.lastEvent)] : []))
  if (firsts.length === 0 || lasts.length === 0) return after.data
  // `to` is exclusive: a millisecond more keeps the last event inside.
  return { from: new Date(Math.min(...firsts)).toISOString(), to: new Date(Math.max(...lasts) + 1).toISOString() }
}
