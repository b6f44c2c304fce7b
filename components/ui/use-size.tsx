'use client'
import { useEffect, useState } from 'react'
import type { RefObject } from 'react'

export interface Size {
  width: number
  height: number
}

/** The size of an element in whole px, null until it is measured. */
export function useElementSize(ref: RefObject<HTMLElement | null>): Size | null {
  const [size, setSize] = useState<Size | null>(null)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const read = () => {
      const next = { width: Math.floor(element.clientWidth), height: Math.floor(element.clientHeight) }
      setSize((last) => (last?.width === next.width && last.height === next.height ? last : next))
    }
    const watch = new ResizeObserver(read)
    watch.observe(element)
    read()
    return () => watch.disconnect()
  }, [ref])
  return size
}

/** 0 until it is measured. */
export function useElementWidth(ref: RefObject<HTMLElement | null>): number {
  return useElementSize(ref)?.width ?? 0
}

/** True from 1101 px on, where a drawing has room; false while the server renders. */
export function useWide(): boolean {
  const [wide, setWide] = useState(false)
  useEffect(() => {
    const query = window.matchMedia('(min-width: 1101px)')
    const read = () => setWide(query.matches)
    read()
    query.addEventListener('change', read)
    return () => query.removeEventListener('change', read)
  }, [])
  return wide
}
