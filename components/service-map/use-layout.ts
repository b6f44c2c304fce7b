'use client'
/** Positions and routes of what is drawn, from the worker, kept between visits. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Point } from '#lib/graph/layout'
import { edgeId, errorShare, UNHEALTHY_SHARE } from '#lib/graph/map-view'
import { wrapName } from '#lib/graph/map-names'
import type { NamePlace } from '#lib/graph/map-names'
import type { MapView } from '#lib/graph/map-view'
import { readStored, writeStored } from '#lib/hooks/preferences'
import type { LayoutAnswer, LayoutRequest } from './layout-worker'

const STORE = 'map.positions.2'
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

interface StoredPoint extends Point {
  /** It had no edge then: its place said nothing, and is given up when it gets one. */
  alone: boolean
}

function storedPositions(): Record<string, StoredPoint> {
  const stored = readStored(STORE)
  if (typeof stored !== 'object' || stored === null) return {}
  const found: Record<string, StoredPoint> = {}
  for (const [id, at] of Object.entries(stored)) {
    if (Array.isArray(at) && typeof at[0] === 'number' && typeof at[1] === 'number') found[id] = { x: at[0], y: at[1], alone: at[2] === 1 }
  }
  return found
}

/** What is still good of the stored positions for these edges. */
function keptPositions(linked: ReadonlySet<string>): Record<string, Point> {
  const good = Object.entries(storedPositions()).filter(([id, p]) => !p.alone || !linked.has(id))
  return Object.fromEntries(good.map(([id, p]) => [id, { x: p.x, y: p.y }]))
}

function store(positions: Record<string, Point>, linked: ReadonlySet<string>): void {
  const fresh = Object.entries(positions).map(([id, p]): [string, StoredPoint] => [id, { ...p, alone: !linked.has(id) }])
  const older = Object.entries(storedPositions()).filter(([id]) => positions[id] === undefined)
  writeStored(STORE, Object.fromEntries([...fresh, ...older].slice(0, STORE_MAX).map(([id, p]) => [id, [p.x, p.y, p.alone ? 1 : 0]])))
}

/** While data is `settling` (an import, links still to come) each structure is drawn for itself; what stays is kept from then on. */
export function useMapLayout(view: MapView, size: { width: number; height: number } | null, settling: boolean): UseLayout {
  const [layout, setLayout] = useState<MapLayout | null>(null)
  const [round, setRound] = useState(0)
  const latest = useRef(0)
  const worker = useRef<Worker | null>(null)
  const measured = size !== null
  const sizeNow = useRef(size)
  const settlingNow = useRef(settling)
  useEffect(() => {
    sizeNow.current = size
    settlingNow.current = settling
  })
  // Only another structure needs another layout: new numbers on the same services move nothing.
  const signature = JSON.stringify([view.nodes.map((n) => n.id).sort(), view.edges.map(edgeId).sort(), round, settling])
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
      setLayout({ ...inRows(request.named, width), id, gaveUp: true })
    }, DEADLINE_MS)
    running.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      if (data.id !== latest.current) return
      window.clearTimeout(timer)
      if (!settlingNow.current) store(data.positions, request.linked)
      setLayout({ ...data, gaveUp: false })
    }
    const { nodes, edges } = request
    const ask: LayoutRequest = {
      id,
      input: { nodes, edges, width, height, kept: settlingNow.current ? {} : keptPositions(request.linked) },
      nodes: request.named,
      edges: request.routed,
    }
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
    linked: new Set(view.edges.flatMap((edge) => [edge.source, edge.target])),
    nodes: view.nodes.map((node) => node.id),
    named: view.nodes.map((node) => ({ id: node.id, name: node.name, failing: errorShare(node) >= UNHEALTHY_SHARE })),
    edges: view.edges.map((edge) => ({ source: edge.source, target: edge.target, weight: edge.count / most })),
    routed: view.edges.map((edge) => ({
      id: edgeId(edge),
      source: edge.source,
      target: edge.target,
      labelled: labelled || edge.errors > 0 || edge.change !== null,
      priority: errorShare(edge) >= UNHEALTHY_SHARE ? 2 + edge.count / most : edge.count / most,
    })),
  }
}

function inRows(nodes: LayoutRequest['nodes'], width: number): Omit<LayoutAnswer, 'id'> {
  const columns = Math.max(1, Math.floor(width / 150))
  const size = { scale: 1, short: false }
  const positions = Object.fromEntries(nodes.map(({ id }, i) => [id, { x: 75 + (i % columns) * 150, y: 50 + Math.floor(i / columns) * 110 }]))
  const names = Object.fromEntries(nodes.map(({ id, name }): [string, NamePlace] => [id, { side: 'below', lines: wrapName(name, size) }]))
  const bounds = { left: 0, top: 0, right: columns * 150, bottom: Math.ceil(nodes.length / columns) * 110 + 10 }
  return { positions, routes: {}, names, bounds, size, fresh: true }
}
