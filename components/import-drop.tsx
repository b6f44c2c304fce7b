'use client'
import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useUploads } from '#lib/hooks/upload'
import type { UploadItem, Uploads } from '#lib/hooks/upload'
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
  const importedRange = useMemo(() => (uploads.active ? null : importedRangeOf(uploads.items)), [uploads])
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

/** From the first to the last event that the files held, wherever they were already stored; null where they held none, or while one runs. */
export function importedRangeOf(items: readonly Pick<UploadItem, 'state' | 'result'>[]): { from: string; to: string } | null {
  const ranges = items.flatMap((item) => (item.result?.data ? [item.result.data] : []))
  if (ranges.length === 0) return null
  const from = Math.min(...ranges.map((range) => Date.parse(range.from)))
  const to = Math.max(...ranges.map((range) => Date.parse(range.to)))
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}
