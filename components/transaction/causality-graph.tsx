'use client'
import { useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, Ref, RefObject } from 'react'
import type { Core } from 'cytoscape'
import { foldKeyOf } from '#lib/graph/fold-transaction'
import { layoutTransaction } from '#lib/graph/layout-transaction'
import type { TransactionLayout } from '#lib/graph/layout-transaction'
import { unitWords } from '#lib/graph/unit-words'
import { useThemeName } from '#lib/hooks/theme-name'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'
import { useElementWidth } from '#components/ui/use-size'
import { graphElements, graphStyle, readLinkPalette } from './graph-elements'
import { GraphWords } from './graph-words'
import { nextUnit } from './graph-walk'
import { measureUnit } from './measure-unit'

export interface GraphHandle {
  zoomBy: (factor: number) => void
  fit: () => void
}

export interface CausalityGraphProps {
  model: TransactionModel
  selection: Selection
  onSelect: (selection: Selection) => void
  open: ReadonlySet<string>
  onToggle: (key: string) => void
  threshold: number
  handle: Ref<GraphHandle>
}

/** Smaller and facts can't be read: then the drawing is wider than its place and is dragged. */
const LEAST_ZOOM = 0.85
const HEIGHT = { least: 132, share: 0.5, most: 560 }

/** The causality graph: cytoscape draws the links, elements over it the boxes. Drag moves it, Ctrl and the wheel zoom it. */
export function CausalityGraph({ model, selection, onSelect, open, onToggle, threshold, handle }: CausalityGraphProps) {
  const box = useRef<HTMLDivElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const words = useRef<HTMLDivElement>(null)
  const width = useElementWidth(box)
  const fonts = useFontsReady()
  const layout = useMemo(
    () =>
      layoutTransaction({
        order: model.folded.order,
        units: model.folded.units,
        links: model.folded.links,
        critical: model.critical,
        width,
        widthOf: (unit) => measureUnit(unitWords(unit, model.tree), { fonts, badge: foldKeyOf(unit, open) !== null }),
      }),
    [model, width, fonts, open],
  )
  const zoom = width === 0 ? 1 : Math.max(LEAST_ZOOM, Math.min(1, width / layout.width))
  const limit = typeof window === 'undefined' ? HEIGHT.most : Math.min(HEIGHT.most, window.innerHeight * HEIGHT.share)
  const height = Math.round(Math.max(HEIGHT.least, Math.min(limit, layout.height * zoom)))
  const cy = useCytoscape(place, words, (target) => onSelect(target))
  const theme = useThemeName()
  useDrawing({ cy, layout, model, threshold, theme, selection })
  const fit = () => cy && home(cy, layout, zoom)
  const isPlaced = width > 0
  useEffect(() => {
    if (cy) home(cy, layout, zoom)
    // The place of the drawing is chosen once and when its own size changes, never when something is selected or opened.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [cy, isPlaced, model.detail.id])
  useEffect(() => {
    if (cy && selection?.kind === 'unit') reveal(cy, selection.id)
  }, [cy, selection])
  useImperativeHandle(handle, () => ({ zoomBy: (factor) => zoomBy(cy, factor), fit }))

  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextUnit(event.key, selection, model, layout)
    if (next) onSelect({ kind: 'unit', id: next })
    else if (event.key === '+' || event.key === '=') zoomBy(cy, 1.2)
    else if (event.key === '-') zoomBy(cy, 1 / 1.2)
    else if (event.key === '0') fit()
    else if (event.key === 'Escape') onSelect(null)
    else return
    event.preventDefault()
  }
  const chosen = selection?.kind === 'unit' ? model.folded.units.get(selection.id) : undefined
  const said = chosen ? unitWords(chosen, model.tree) : null
  return (
    <div
      ref={box}
      className="tg"
      style={{ height }}
      role="application"
      tabIndex={0}
      aria-label={`Causality graph of ${model.folded.units.size} nodes. Arrows walk from cause to effect, plus and minus zoom. The table says the same.`}
      onKeyDown={onKeyDown}
      data-testid="causality-graph"
    >
      {/* cytoscape's own stylesheet says relative and lies in no layer: only an inline style stands above it. */}
      <div ref={place} style={{ position: 'absolute', inset: 0 }} />
      <div className="pointer-events-none absolute inset-0 overflow-hidden" aria-hidden="true">
        <div ref={words} className="tg-all">
          {width > 0 ? <GraphWords model={model} layout={layout} selection={selection} open={open} threshold={threshold} onToggle={onToggle} /> : null}
        </div>
      </div>
      <span className="sr-only" aria-live="polite" data-look-ignore>
        {said ? `${said.name}, ${said.fact}` : ''}
      </span>
    </div>
  )
}

interface Drawing {
  cy: Core | null
  layout: TransactionLayout
  model: TransactionModel
  threshold: number
  theme: string
  selection: Selection
}

function useDrawing({ cy, layout, model, threshold, theme, selection }: Drawing): void {
  useEffect(() => {
    if (!cy) return
    cy.batch(() => {
      cy.elements().remove()
      cy.add(graphElements(layout, { critical: model.critical, threshold }))
    })
    cy.style(graphStyle(readLinkPalette()))
  }, [cy, layout, model, threshold, theme])
  useEffect(() => {
    if (!cy) return
    cy.edges().removeClass('on')
    if (selection?.kind === 'link') cy.getElementById(`e:${selection.id}`).addClass('on')
  }, [cy, layout, model, threshold, theme, selection])
}

/** Where the drawing stands at first: whole if it fits, else its root at the left and the critical row in the middle. */
function home(cy: Core, layout: TransactionLayout, zoom: number): void {
  cy.resize()
  const x = layout.width * zoom <= cy.width() ? (cy.width() - layout.width * zoom) / 2 : 0
  const free = cy.height() - layout.height * zoom
  const y = free >= 0 ? free / 2 : Math.min(0, Math.max(free, cy.height() / 2 - layout.mainY * zoom))
  cy.viewport({ zoom, pan: { x, y } })
}

/** Moves just as far as needed to show a node. */
function reveal(cy: Core, id: string): void {
  const node = cy.getElementById(id)
  if (node.empty()) return
  const box = node.renderedBoundingBox({ includeOverlays: false })
  const margin = 16
  const dx = box.x1 < margin ? margin - box.x1 : Math.min(0, cy.width() - margin - box.x2)
  const dy = box.y1 < margin ? margin - box.y1 : Math.min(0, cy.height() - margin - box.y2)
  if (dx !== 0 || dy !== 0) cy.panBy({ x: dx, y: dy })
}

function zoomBy(cy: Core | null, factor: number): void {
  cy?.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } })
}

/** One instance for the life of the place; the library is loaded when the first graph is drawn. */
function useCytoscape(place: RefObject<HTMLDivElement | null>, words: RefObject<HTMLDivElement | null>, onTap: (target: Selection) => void): Core | null {
  const [cy, setCy] = useState<Core | null>(null)
  const tap = useRef(onTap)
  useEffect(() => {
    tap.current = onTap
  })
  useEffect(() => {
    let core: Core | null = null
    let left = false
    const element = place.current
    const watch = new ResizeObserver(() => core?.resize())
    const onWheel = (event: WheelEvent) => wheel(core, event)
    void import('cytoscape').then(({ default: cytoscape }) => {
      if (left || !element) return
      core = cytoscape({
        container: element,
        minZoom: 0.1,
        maxZoom: 2.5,
        autoungrabify: true,
        boxSelectionEnabled: false,
        userZoomingEnabled: false,
        layout: { name: 'preset' },
        style: [],
      })
      const follow = () => {
        if (!core || !words.current) return
        words.current.style.transform = `translate(${core.pan().x}px, ${core.pan().y}px) scale(${core.zoom()})`
      }
      core.on('viewport', follow)
      core.on('tap', 'node.unit', (event) => tap.current({ kind: 'unit', id: event.target.id() }))
      core.on('tap', 'edge, node.band', (event) => tap.current({ kind: 'link', id: event.target.data('link') }))
      core.on('tap', (event) => event.target === core && tap.current(null))
      core.on('mouseover', 'edge', (event) => event.target.addClass('over'))
      core.on('mouseout', 'edge', (event) => event.target.removeClass('over'))
      follow()
      watch.observe(element)
      element.addEventListener('wheel', onWheel, { passive: false })
      setCy(core)
    })
    return () => {
      left = true
      watch.disconnect()
      element?.removeEventListener('wheel', onWheel)
      core?.destroy()
      setCy(null)
    }
  }, [place, words])
  return cy
}

/** The page scrolls with the plain wheel; Ctrl zooms at the pointer, Shift or a sideways wheel moves the drawing. */
function wheel(cy: Core | null, event: WheelEvent): void {
  if (!cy) return
  if (event.ctrlKey || event.metaKey) {
    const { left, top } = cy.container()?.getBoundingClientRect() ?? { left: 0, top: 0 }
    cy.zoom({ level: cy.zoom() * Math.exp(-event.deltaY / 300), renderedPosition: { x: event.clientX - left, y: event.clientY - top } })
  } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) cy.panBy({ x: -(event.deltaX || event.deltaY), y: 0 })
  else return
  event.preventDefault()
}

function useFontsReady(): boolean {
  const [ready, setReady] = useState(false)
  useEffect(() => {
    let left = false
    void document.fonts.ready.then(() => left || setReady(true))
    return () => {
      left = true
    }
  }, [])
  return ready
}
