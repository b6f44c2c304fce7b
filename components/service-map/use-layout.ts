'use client'
/** Positions and routes of what is drawn, from the worker, kept between visits. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Point } from '#lib/graph/layout'
import { edgeId } from '#lib/graph/map-view'
import type { MapView } from '#lib/graph/map-view'
import { readStored, writeStored } from '#lib/hooks/preferences'
import type { LayoutAnswer, LayoutRequest } from './layout-worker'

const STORE = 'map.positions'
/** Positions of services that are gone are forgotten beyond this many. */
const STORE_MAX = 600
/** Up to this many edges carry their numbers all the time; beyond, they show for the service that is chosen. */
const NUMBERED_MAX = 40
const DEADLINE_MS = 5_000

export interface MapLayout extends LayoutAnswer {
  /** The worker did not finish in time: the services stand in rows. */
  gaveUp: boolean
}

export interface UseLayout {
  layout: MapLayout | null
  /** Forgets all positions and draws anew. */
  arrange: () => void
}

function storedPositions(): Record<string, Point> {
  const stored = readStored(STORE)
  if (typeof stored !== 'object' || stored === null) return {}
  const found: Record<string, Point> = {}
  for (const [id, at] of Object.entries(stored)) {
    if (Array.isArray(at) && typeof at[0] === 'number' && typeof at[1] === 'number') found[id] = { x: at[0], y: at[1] }
  }
  return found
}

function store(positions: Record<string, Point>): void {
  const all = { ...storedPositions(), ...positions }
  const current = new Set(Object.keys(positions))
  const entries = Object.entries(all).sort(([a], [b]) => Number(current.has(b)) - Number(current.has(a)))
  writeStored(STORE, Object.fromEntries(entries.slice(0, STORE_MAX).map(([id, p]) => [id, [p.x, p.y]])))
}

export function useMapLayout(view: MapView, size: { width: number; height: number } | null): UseLayout {
  const [layout, setLayout] = useState<MapLayout | null>(null)
  const [round, setRound] = useState(0)
  const latest = useRef(0)
  const worker = useRef<Worker | null>(null)
  const measured = size !== null
  const sizeNow = useRef(size)
  useEffect(() => {
    sizeNow.current = size
  })
  // Only another structure needs another layout: new numbers on the same services move nothing.
  const signature = JSON.stringify([view.nodes.map((n) => n.id).sort(), view.edges.map(edgeId).sort(), round])
  const request = useMemo(() => requestOf(view), [signature]) // eslint-disable-line react-hooks/exhaustive-deps

  useEffect(() => {
    if (!measured || !sizeNow.current) return
    const id = ++latest.current
    const { width, height } = sizeNow.current
    worker.current ??= new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
    const running = worker.current
    const timer = window.setTimeout(() => {
      running.terminate()
      worker.current = null
      setLayout({ ...inRows(request.nodes, width), id, gaveUp: true })
    }, DEADLINE_MS)
    running.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      if (data.id !== latest.current) return
      window.clearTimeout(timer)
      store(data.positions)
      setLayout({ ...data, gaveUp: false })
    }
    const ask: LayoutRequest = { id, input: { ...request, width, height, kept: storedPositions() }, edges: request.routed }
    running.postMessage(ask)
    return () => window.clearTimeout(timer)
  }, [request, measured])

  useEffect(
    () => () => {
      worker.current?.terminate()
      worker.current = null
    },
    [],
  )
  const arrange = useCallback(() => {
    writeStored(STORE, {})
    setRound((n) => n + 1)
  }, [])
  return { layout, arrange }
}

function requestOf(view: MapView) {
  const most = Math.max(1, ...view.edges.map((edge) => edge.count))
  const labelled = view.edges.length <= NUMBERED_MAX
  return {
    nodes: view.nodes.map((node) => node.id),
    edges: view.edges.map((edge) => ({ source: edge.source, target: edge.target, weight: edge.count / most })),
    routed: view.edges.map((edge) => ({
      id: edgeId(edge),
      source: edge.source,
      target: edge.target,
      labelled: labelled || edge.errors > 0 || edge.change !== null,
    })),
  }
}

function inRows(ids: readonly string[], width: number): Omit<LayoutAnswer, 'id'> {
  const columns = Math.max(1, Math.floor(width / 150))
  const positions = Object.fromEntries(ids.map((id, i) => [id, { x: 75 + (i % columns) * 150, y: 50 + Math.floor(i / columns) * 110 }]))
  return { positions, routes: {}, labelsAbove: [] }
}
