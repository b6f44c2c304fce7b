'use client'
import { useEffect, useImperativeHandle, useRef, useState } from 'react'
import type { CSSProperties, KeyboardEvent, Ref } from 'react'
import type { Core } from 'cytoscape'
import { useThemeName } from '#lib/hooks/theme-name'
import { edgeId } from '#lib/graph/map-view'
import { walkMap } from '#lib/graph/map-walk'
import type { WalkKey } from '#lib/graph/map-walk'
import type { MapView } from '#lib/graph/map-view'
import { elementsOf, stylesheet } from './map-elements'
import { MapLabels } from './map-labels'
import { readPalette } from './node-picture'
import type { MapLayout } from './use-layout'

export interface MapHandle {
  zoomBy: (factor: number) => void
  fit: () => void
}

export interface MapCanvasProps {
  view: MapView
  layout: MapLayout
  /** Seconds of the range, for the rates on edges. */
  rangeSeconds: number
  chosen: string | null
  chosenEdge: MapEnds | null
  /** What a search in the map found; null while nothing is searched for. */
  found: ReadonlySet<string> | null
  onChoose: (id: string | null) => void
  onChooseEdge: (ends: MapEnds) => void
  handle: Ref<MapHandle>
}

export interface MapEnds {
  source: string
  target: string
}

/** The map drawn by cytoscape; its words are elements over the canvas that move with it. */
export function MapCanvas({ view, layout, rangeSeconds, chosen, chosenEdge, found, onChoose, onChooseEdge, handle }: MapCanvasProps) {
  const place = useRef<HTMLDivElement>(null)
  const words = useRef<HTMLDivElement>(null)
  const refit = useRef<() => void>(() => {})
  const cy = useCytoscape(place, words, { onChoose, onChooseEdge, onResize: () => refit.current() })
  const [cursor, setCursor] = useState<string | null>(null)
  const [pointed, setPointed] = useState<string | null>(null)
  const theme = useThemeName()
  const near = pointed ?? chosen
  const fitted = useRef(0)
  const fittedView = useRef<View | null>(null)

  useEffect(() => {
    if (!cy) return
    const palette = readPalette()
    const fresh = cy.elements().length === 0
    cy.batch(() => {
      const wanted = elementsOf(view, layout, palette)
      const ids = new Set(wanted.map((element) => element.data.id))
      cy.elements()
        .filter((element) => !ids.has(element.id()))
        .remove()
      for (const element of wanted) {
        const known = cy.getElementById(element.data.id ?? '')
        if (known.empty()) cy.add(element)
        else {
          known.data(element.data)
          if (element.position && known.isNode()) known.position(element.position)
        }
      }
    })
    cy.style(stylesheet(palette))
    if (fresh || (layout.fresh && fitted.current !== layout.id)) fittedView.current = fitAll(cy, layout)
    fitted.current = layout.id
    // When its place changes (a notice above it, a window): shown whole again, unless somebody has moved it.
    refit.current = () => {
      if (sameView(cy, fittedView.current)) fittedView.current = fitAll(cy, layout)
    }
  }, [cy, view, layout, theme])

  useEffect(() => {
    if (!cy) return
    cy.batch(() => {
      cy.elements().removeClass('chosen cursor near dim')
      if (chosen) cy.getElementById(chosen).addClass('chosen')
      if (cursor && cursor !== chosen) cy.getElementById(cursor).addClass('cursor')
      if (near) cy.getElementById(near).connectedEdges().addClass('near')
      if (chosenEdge) cy.getElementById(edgeId(chosenEdge)).addClass('chosen')
      if (found)
        cy.elements()
          .filter((element) => !(element.isNode() ? found.has(element.id()) : found.has(element.data('source')) && found.has(element.data('target'))))
          .addClass('dim')
    })
  }, [cy, chosen, chosenEdge, cursor, near, found, view, layout])

  useEffect(() => {
    if (!cy) return
    const over = (event: { target: { id: () => string } }) => setPointed(event.target.id())
    const out = () => setPointed(null)
    cy.on('mouseover', 'node', over)
    cy.on('mouseout', 'node', out)
    return () => {
      cy.off('mouseover', 'node', over)
      cy.off('mouseout', 'node', out)
    }
  }, [cy])

  useEffect(() => {
    if (cy && chosen) bringIntoView(cy, chosen)
  }, [cy, chosen])

  useImperativeHandle(
    handle,
    () => ({
      zoomBy: (factor) => cy?.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }),
      fit: () => {
        if (cy) fittedView.current = fitAll(cy, layout)
      },
    }),
    [cy, layout],
  )

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.startsWith('Arrow')) {
      const next = walkMap({ positions: layout.positions, edges: view.edges }, cursor ?? chosen, event.key as WalkKey)
      setCursor(next)
      if (cy && next) bringIntoView(cy, next)
    } else if (event.key === 'Enter' && cursor) onChoose(cursor)
    else if (event.key === '+' || event.key === '=') cy?.zoom(cy.zoom() * 1.2)
    else if (event.key === '-') cy?.zoom(cy.zoom() / 1.2)
    else if (event.key === '0' && cy) fitAll(cy, layout)
    else return
    event.preventDefault()
  }
  const at = view.nodes.find((node) => node.id === cursor)
  return (
    <div
      className="map-canvas"
      role="application"
      tabIndex={0}
      aria-label={`Service map with ${view.nodes.length} services. Arrows move from cause to effect, Enter opens a service. The table says the same.`}
      onKeyDown={onKeyDown}
      onBlur={() => setCursor(null)}
      data-testid="map-canvas"
    >
      {/* Not positioned: cytoscape makes its place relative. */}
      <div ref={place} className="h-full w-full" />
      <div className="pointer-events-none absolute inset-0 overflow-hidden" aria-hidden="true">
        <div ref={words} className="map-words" data-scale={layout.size.scale} style={{ '--t': layout.size.scale } as CSSProperties}>
          <MapLabels view={view} layout={layout} rangeSeconds={rangeSeconds} near={near} found={found} />
        </div>
      </div>
      <span className="sr-only" aria-live="polite">
        {at ? `${at.name}, ${at.kind}, ${at.spans} calls, ${at.errors} failing` : ''}
      </span>
    </div>
  )
}

interface View {
  zoom: number
  pan: { x: number; y: number }
}

/** Shows everything with its names and the edges that run outside, enlarging nothing. */
function fitAll(cy: Core, { bounds }: MapLayout): View | null {
  if (!(bounds.right > bounds.left) || cy.width() === 0) return null
  const zoom = Math.min(1, (cy.width() - 2 * EDGE_PX) / (bounds.right - bounds.left), (cy.height() - 2 * EDGE_PX) / (bounds.bottom - bounds.top))
  const middle = { x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2 }
  cy.viewport({ zoom, pan: { x: cy.width() / 2 - middle.x * zoom, y: cy.height() / 2 - middle.y * zoom } })
  return { zoom: cy.zoom(), pan: { ...cy.pan() } }
}

function sameView(cy: Core, view: View | null): boolean {
  return view !== null && cy.zoom() === view.zoom && cy.pan().x === view.pan.x && cy.pan().y === view.pan.y
}

/** Between the outermost words and the canvas' edge. */
const EDGE_PX = 8

function bringIntoView(cy: Core, id: string): void {
  const node = cy.getElementById(id)
  if (node.empty()) return
  const { x, y } = node.renderedPosition() as { x: number; y: number }
  const dx = x < 60 ? 60 - x : x > cy.width() - 60 ? cy.width() - 60 - x : 0
  const dy = y < 28 ? 28 - y : y > cy.height() - 60 ? cy.height() - 60 - y : 0
  if (dx !== 0 || dy !== 0) cy.panBy({ x: dx, y: dy })
}

/** One instance for the life of the place; the library is loaded when the first map is drawn. */
function useCytoscape(
  place: React.RefObject<HTMLDivElement | null>,
  words: React.RefObject<HTMLDivElement | null>,
  on: Pick<MapCanvasProps, 'onChoose' | 'onChooseEdge'> & { onResize: () => void },
): Core | null {
  const [cy, setCy] = useState<Core | null>(null)
  const choose = useRef(on)
  const resized = useRef(on.onResize)
  useEffect(() => {
    choose.current = on
    resized.current = on.onResize
  })
  useEffect(() => {
    let core: Core | null = null
    let left = false
    const watch = new ResizeObserver(() => {
      core?.resize()
      resized.current()
    })
    void import('cytoscape').then(({ default: cytoscape }) => {
      if (left || !place.current) return
      core = cytoscape({
        container: place.current,
        minZoom: 0.15,
        maxZoom: 2.5,
        autoungrabify: true,
        boxSelectionEnabled: false,
        selectionType: 'single',
        layout: { name: 'preset' },
        style: [],
      })
      const follow = () => {
        if (!core || !words.current) return
        const { x, y } = core.pan()
        words.current.style.transform = `translate(${x}px, ${y}px) scale(${core.zoom()})`
        const zoom = core.zoom()
        if (words.current.dataset.at === String(zoom)) return
        words.current.dataset.at = String(zoom)
        words.current.style.setProperty('--zoom', String(zoom))
        words.current.dataset.zoom = zoomName(zoom * Number(words.current.dataset.scale))
      }
      core.on('viewport', follow)
      core.on('tap', 'node', (event) => choose.current.onChoose(event.target.id()))
      core.on('tap', 'edge', (event) => choose.current.onChooseEdge({ source: event.target.data('source'), target: event.target.data('target') }))
      core.on('tap', (event) => event.target === core && choose.current.onChoose(null))
      follow()
      watch.observe(place.current)
      setCy(core)
    })
    return () => {
      left = true
      watch.disconnect()
      core?.destroy()
      setCy(null)
    }
  }, [place, words])
  return cy
}

/** How much text is carried by words of this part of their size: all; names alone; the name under the pointer. */
function zoomName(size: number): string {
  if (size < 0.42) return 'tiny'
  return size < 0.68 ? 'far' : 'near'
}
