'use client'
import { useRef } from 'react'
import dynamic from 'next/dynamic'
import { formatCount } from '#lib/base/format'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'
import { IconButton, Segmented } from '#components/ui/controls'
import { CausalityTable } from './causality-table'
import type { GraphHandle } from './causality-graph'

// The drawing library is only fetched where something is drawn.
const CausalityGraph = dynamic(() => import('./causality-graph').then((file) => file.CausalityGraph), {
  ssr: false,
  loading: () => <div style={{ height: 240 }} />,
})

export interface CausesSectionProps {
  model: TransactionModel
  selection: Selection
  onSelect: (selection: Selection) => void
  open: ReadonlySet<string>
  onToggle: (key: string) => void
  wide: boolean
  /** The width of the page is known. */
  ready: boolean
  draw: 'graph' | 'table'
  onDraw: (draw: 'graph' | 'table') => void
  threshold: number
  onThreshold: (threshold: number) => void
}

const DRAWN = [
  { value: 'graph', label: 'Graph' },
  { value: 'table', label: 'Table' },
] as const

/** Causes and effects, drawn or as a table; narrow screens have the table. */
export function CausesSection(props: CausesSectionProps) {
  const { model, selection, onSelect, open, onToggle, wide, ready, draw, onDraw, threshold, onThreshold } = props
  const graph = useRef<GraphHandle>(null)
  const drawn = wide && draw === 'graph'
  const uncertain = model.folded.links.some((link) => link.tier !== null && link.tier !== 'A')
  const folded = model.detail.spans.length - model.folded.units.size + model.detail.missing.length
  return (
    <section aria-label="Causes and effects" className="border-b border-line">
      <div className="head px-6 max-lg:px-4">
        <h2>Causes and effects</h2>
        <GraphLegend model={model} />
        <span className="row ml-auto">
          {folded > 0 ? <FoldAll folded={folded} open={open} onToggle={onToggle} /> : null}
          {uncertain ? <Threshold value={threshold} onChange={onThreshold} /> : null}
          {drawn ? (
            <span className="flex">
              <IconButton icon="minus" small label="Smaller" onClick={() => graph.current?.zoomBy(1 / 1.25)} />
              <IconButton icon="plus" small label="Larger" onClick={() => graph.current?.zoomBy(1.25)} />
              <IconButton icon="fit" small label="As at first" onClick={() => graph.current?.fit()} />
            </span>
          ) : null}
          {wide ? (
            <span className="[&_.btn]:h-6">
              <Segmented label="Drawing" value={draw} options={DRAWN} onChange={onDraw} />
            </span>
          ) : null}
        </span>
      </div>
      {!ready ? (
        <div style={{ height: 240 }} />
      ) : drawn ? (
        <CausalityGraph model={model} selection={selection} onSelect={onSelect} open={open} onToggle={onToggle} threshold={threshold} handle={graph} />
      ) : (
        <CausalityTable model={model} selection={selection} onSelect={onSelect} open={open} onToggle={onToggle} threshold={threshold} />
      )}
    </section>
  )
}

function FoldAll({ folded, open, onToggle }: { folded: number; open: ReadonlySet<string>; onToggle: (key: string) => void }) {
  const all = open.has('all')
  return (
    <button
      type="button"
      className="btn quiet h-6 max-sm:hidden"
      aria-pressed={all}
      title="Steps within one service, and repeats, are drawn as one"
      onClick={() => onToggle('all')}
    >
      {all ? 'Fold inner steps' : `${formatCount(folded)} steps folded`}
    </button>
  )
}

/** Only where a link is uncertain is there anything to hide. */
function Threshold({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  return (
    <label className="row max-xl:hidden" title="Links under this confidence are not drawn. Proven ones always are.">
      <span className="small whitespace-nowrap text-ink-3">hide below</span>
      <input type="range" min={0.5} max={1} step={0.01} value={value} className="slider" onChange={(event) => onChange(Number(event.target.value))} />
      <b className="small w-7 text-ink">{value.toFixed(2)}</b>
    </label>
  )
}

const MARKS = {
  A: { word: 'proven', mark: <path d="M0 5H22" stroke="var(--text-2)" strokeWidth="2" /> },
  B: { word: 'by identifier', mark: <path d="M0 5H22" stroke="var(--text-2)" strokeWidth="1" /> },
  C: { word: 'inferred, its number', mark: <path d="M0 5H22" stroke="var(--text-2)" strokeWidth="1.75" strokeDasharray="5 3" /> },
  wait: { word: 'waiting', mark: <path d="M0 5H22" stroke="var(--waiting-fill)" strokeWidth="10" /> },
  open: { word: 'not known', mark: <path d="M1 9 9 1M6 9l8-8M11 9l8-8M16 9l6-6" stroke="var(--unknown)" strokeWidth="1.2" /> },
  missing: {
    word: 'expected, missing',
    mark: (
      <>
        <path d="M0 5H22" stroke="var(--edge)" strokeWidth="4.5" />
        <path d="M0 5H22" stroke="var(--surface-1)" strokeWidth="2.2" />
      </>
    ),
  },
} as const

/** Only the marks that this drawing has. */
function GraphLegend({ model }: { model: TransactionModel }) {
  const { links, units } = model.folded
  const has = {
    A: links.some((link) => link.tier === 'A'),
    B: links.some((link) => link.tier === 'B'),
    C: links.some((link) => link.tier === 'C'),
    wait: links.some((link) => link.waits),
    open: [...units.values()].some((unit) => unit.endMs === null && unit.fold !== 'missing'),
    missing: links.some((link) => link.tier === null),
  }
  const shown = (Object.keys(MARKS) as (keyof typeof MARKS)[]).filter((name) => has[name])
  return (
    <div className="legend ml-2 h-4 min-w-0 flex-1 overflow-hidden max-lg:hidden" style={{ gap: '4px 12px' }} role="group" aria-label="Legend">
      {shown.map((name) => (
        <span key={name}>
          <svg viewBox="0 0 22 10" style={{ width: 22 }} aria-hidden="true">
            {MARKS[name].mark}
          </svg>
          {MARKS[name].word}
        </span>
      ))}
    </div>
  )
}
