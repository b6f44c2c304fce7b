'use client'
import type { CSSProperties } from 'react'
import { formatDuration } from '#lib/base/format'
import { foldedCount, foldKeyOf } from '#lib/graph/fold-transaction'
import type { Unit } from '#lib/graph/fold-transaction'
import type { PlacedUnit, TransactionLayout } from '#lib/graph/layout-transaction'
import type { RoutedLink } from '#lib/graph/route-link'
import { unitWords } from '#lib/graph/unit-words'
import { isCarrier } from '#lib/graph/waiting'
import { isCarrierKind } from '#lib/model/carriers'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'
import { Icon } from '#components/ui/icon'
import { OutcomeMark } from '#components/ui/outcome'
import { hueVar } from '#components/ui/service'
import { isShown, waitsOn } from './graph-elements'

export interface GraphWordsProps {
  model: TransactionModel
  layout: TransactionLayout
  selection: Selection
  open: ReadonlySet<string>
  threshold: number
  onToggle: (key: string) => void
}

/** Boxes, icons and numbers of the drawing, in the drawing's own px; the canvas under it has the lines. */
export function GraphWords({ model, layout, selection, open, threshold, onToggle }: GraphWordsProps) {
  return (
    <>
      {[...layout.nodes.values()].map((place) => {
        const unit = model.folded.units.get(place.id)
        return unit ? (
          <UnitBox key={place.id} unit={unit} place={place} model={model} chosen={isChosen(unit.id, selection)} open={open} onToggle={onToggle} />
        ) : null
      })}
      {layout.links
        .filter((routed) => isShown(routed, threshold))
        .map((routed) => (
          <LinkWords key={routed.id} routed={routed} critical={model.critical} chosen={selection?.kind === 'link' && selection.id === routed.id} />
        ))}
    </>
  )
}

function isChosen(id: string, selection: Selection): boolean {
  if (selection?.kind === 'link') return selection.id.split('>').includes(id)
  return selection?.id === id
}

interface UnitBoxProps extends Pick<GraphWordsProps, 'model' | 'open' | 'onToggle'> {
  unit: Unit
  place: PlacedUnit
  chosen: boolean
}

function UnitBox({ unit, place, model, chosen, open, onToggle }: UnitBoxProps) {
  const words = unitWords(unit, model.tree)
  const kind = unit.lead?.kind ?? unit.missing?.kind ?? 'external'
  const icon = unit.fold === 'rest' ? 'list' : kind
  const round = unit.fold !== 'rest' && ((unit.lead && isCarrier(unit.lead)) || isCarrierKind(kind))
  const origin = unit.failed > 0 && !unit.children.some((child) => (model.folded.units.get(child)?.failed ?? 0) > 0)
  const look = [
    'tg-box',
    round ? 'round' : '',
    chosen ? 'chosen' : '',
    unit.failed > 0 ? 'failed' : '',
    origin ? 'origin' : '',
    unit.fold === 'missing' ? 'missing' : '',
    unit.fold === 'repeat' ? 'many' : '',
    model.critical.has(unit.id) ? 'critical' : '',
  ].join(' ')
  const style = {
    left: place.x - place.width / 2,
    top: place.y - place.height / 2,
    width: place.width,
    height: place.height,
    '--h': unit.fold === 'missing' || unit.fold === 'rest' ? 'var(--text-3)' : hueVar(words.name),
  } as CSSProperties
  return (
    <div className={look} style={style}>
      <Icon name={icon} />
      <span className="tg-words">
        <b>{words.name}</b>
        <span>{words.fact}</span>
      </span>
      {unit.failed > 0 ? (
        <span className="tg-mark">
          <OutcomeMark outcome="failed" />
        </span>
      ) : null}
      {unit.endMs === null && unit.fold !== 'missing' ? <i className="tg-stub hatched" /> : null}
      <FoldBadge unit={unit} open={open} onToggle={onToggle} />
    </div>
  )
}

function FoldBadge({ unit, open, onToggle }: Pick<UnitBoxProps, 'unit' | 'open' | 'onToggle'>) {
  const key = foldKeyOf(unit, open)
  if (key === null) return null
  const steps = foldedCount(unit)
  const opened = open.has(key)
  const closed = unit.fold === 'repeat' ? `Draw all ${steps}` : `Draw its ${steps} inner ${steps === 1 ? 'step' : 'steps'}`
  return (
    <button
      type="button"
      tabIndex={-1}
      className="tg-fold"
      title={opened ? 'Fold again' : closed}
      onClick={() => onToggle(key)}
      onPointerDown={(event) => event.stopPropagation()}
    >
      <span className="fold-pill">{opened ? '\u2212' : `+${steps}`}</span>
    </button>
  )
}

/** Below this length of the level piece a number would touch trunk and arrow. */
const LEAST_ROOM = 38

function LinkWords({ routed, critical, chosen }: { routed: RoutedLink; critical: ReadonlySet<string>; chosen: boolean }) {
  const { link, label } = routed
  const style: CSSProperties = { left: label.x, top: label.y }
  const waits = waitsOn(routed)
  const strong = chosen || waits || (critical.has(link.source) && critical.has(link.target))
  const room = routed.room >= LEAST_ROOM
  const number = link.tier === 'C' || (chosen && link.tier === 'B')
  return (
    <div className="tg-link" style={style}>
      {link.delayMs !== null && room ? (
        <span className={`tg-elapsed${strong ? ' strong' : ''}${waits ? ' waits' : ''}${link.delayMs < 0 ? ' skew' : ''}`}>{formatDuration(link.delayMs)}</span>
      ) : null}
      {number ? <span className={`tg-chip${chosen ? ' on' : ''}`}>{Math.min(0.99, link.confidence).toFixed(2)}</span> : null}
    </div>
  )
}
