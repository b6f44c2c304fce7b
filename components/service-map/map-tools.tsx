'use client'
import { useState } from 'react'
import type { RefObject } from 'react'
import { formatCount } from '#lib/base/format'
import { FOLD_CAP, FOLD_FROM } from '#lib/graph/map-view'
import type { MapView } from '#lib/graph/map-view'
import type { ServiceMap } from '#lib/model/api'
import { IconButton, Segmented } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'
import { MenuItem, Popover } from '#components/ui/popover'
import { ServiceName } from '#components/ui/service'

export interface MapSettings {
  find: string
  show: 'all' | 'unhealthy'
  hidden: ReadonlySet<string>
  fold: 'auto' | 'off'
  as: 'graph' | 'table'
}

export interface MapToolsProps {
  map: ServiceMap
  view: MapView
  settings: MapSettings
  hits: number | null
  findInput: RefObject<HTMLInputElement | null>
  onChange: (patch: Partial<MapSettings>) => void
  onNextHit: () => void
  onZoom: (factor: number) => void
  onFit: () => void
  onArrange: () => void
}

/** Find, show, hide, fold; graph or table; zoom. */
export function MapTools({ map, view, settings, hits, findInput, onChange, onNextHit, onZoom, onFit, onArrange }: MapToolsProps) {
  return (
    <div className="map-tools">
      <FindBox initial={settings.find} hits={hits} input={findInput} onFind={(find) => onChange({ find })} onNextHit={onNextHit} />
      <Segmented
        label="Services shown"
        value={settings.show}
        onChange={(show) => onChange({ show })}
        options={[
          { value: 'all', label: `All${view.total > 0 ? ` ${formatCount(view.total)}` : ''}` },
          {
            value: 'unhealthy',
            label: `Unhealthy${view.total > 0 ? ` ${formatCount(view.unhealthy)}` : ''}`,
            title: 'At least 1 % failing, or shifted against the compared time, with their neighbours',
          },
        ]}
      />
      <HideMenu map={map} hidden={settings.hidden} onHide={(hidden) => onChange({ hidden })} />
      <FoldMenu view={view} fold={settings.fold} onFold={(fold) => onChange({ fold })} />
      <span className="grow" />
      <Segmented
        label="Drawn as"
        value={settings.as}
        onChange={(as) => onChange({ as })}
        options={[
          { value: 'graph', label: 'Graph' },
          { value: 'table', label: 'Table' },
        ]}
      />
      {settings.as === 'graph' ? (
        <span className="btns">
          <IconButton quiet={false} icon="minus" label="Zoom out" onClick={() => onZoom(1 / 1.25)} />
          <IconButton quiet={false} icon="plus" label="Zoom in" onClick={() => onZoom(1.25)} />
          <IconButton quiet={false} icon="fit" label="Fit" onClick={onFit} />
          <IconButton quiet={false} icon="refresh" label="Arrange anew" onClick={onArrange} />
        </span>
      ) : null}
    </div>
  )
}

interface FindBoxProps {
  initial: string
  hits: number | null
  input: RefObject<HTMLInputElement | null>
  onFind: (text: string) => void
  onNextHit: () => void
}

/** What is typed belongs to the box: the URL follows a moment later and must not take letters back. */
function FindBox({ initial, hits, input, onFind, onNextHit }: FindBoxProps) {
  const [text, setText] = useState(initial)
  const find = (next: string) => {
    setText(next)
    onFind(next)
  }
  return (
    <label className="find !h-7 w-44 flex-none bg-surface-1">
      <Icon name="search" size={14} />
      <input
        ref={input}
        className="text-small"
        placeholder="Find in the map"
        aria-label="Find in the map"
        value={text}
        onChange={(event) => find(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onNextHit()
          if (event.key === 'Escape') find('')
        }}
      />
      {hits === null ? null : (
        <span className="small text-ink-3" role="status">
          {hits}
        </span>
      )}
    </label>
  )
}

interface HideMenuProps {
  map: ServiceMap
  hidden: ReadonlySet<string>
  onHide: (hidden: ReadonlySet<string>) => void
}

function HideMenu({ map, hidden, onHide }: HideMenuProps) {
  const toggle = (name: string) => {
    const next = new Set(hidden)
    if (!next.delete(name)) next.add(name)
    onHide(next)
  }
  const kinds = [...new Set(map.nodes.map((node) => node.kind))].sort()
  const ofKind = (kind: string) => map.nodes.filter((node) => node.kind === kind).map((node) => node.name)
  const toggleKind = (kind: string) => {
    const names = ofKind(kind)
    const all = names.every((name) => hidden.has(name))
    onHide(new Set(all ? [...hidden].filter((name) => !names.includes(name)) : [...hidden, ...names]))
  }
  return (
    <Popover
      label={hidden.size > 0 ? `Hide, ${hidden.size} hidden` : 'Hide'}
      width={280}
      trigger={
        <>
          Hide{hidden.size > 0 ? <b className="text-accent">{hidden.size}</b> : null}
          <Icon name="down" />
        </>
      }
    >
      {() => (
        <>
          <MenuItem disabled={hidden.size === 0} onSelect={() => onHide(new Set())}>
            Show all again
          </MenuItem>
          <h3>Kinds</h3>
          {kinds.map((kind) => (
            <MenuItem
              key={kind}
              checked={ofKind(kind).every((name) => hidden.has(name))}
              onSelect={() => toggleKind(kind)}
              end={ofKind(kind).every((name) => hidden.has(name)) ? 'hidden' : ofKind(kind).length}
            >
              <Icon name={kind} />
              {kind}
            </MenuItem>
          ))}
          <h3>Services</h3>
          {map.nodes.map((node) => (
            <MenuItem key={node.id} checked={hidden.has(node.name)} onSelect={() => toggle(node.name)} end={hidden.has(node.name) ? 'hidden' : null}>
              <ServiceName name={node.name} kind={node.kind} />
            </MenuItem>
          ))}
        </>
      )}
    </Popover>
  )
}

interface FoldMenuProps {
  view: MapView
  fold: 'auto' | 'off'
  onFold: (fold: 'auto' | 'off') => void
}

function FoldMenu({ view, fold, onFold }: FoldMenuProps) {
  return (
    <Popover
      label={view.folded > 0 ? `Fold, ${view.folded} folded` : 'Fold'}
      width={300}
      trigger={
        <>
          Fold{view.folded > 0 ? <b className="text-accent">{view.folded}</b> : null}
          <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <>
          <MenuItem
            checked={fold === 'auto'}
            onSelect={() => {
              onFold('auto')
              close()
            }}
          >
            Quiet healthy ones, from {FOLD_FROM} services on
          </MenuItem>
          <MenuItem
            checked={fold === 'off'}
            onSelect={() => {
              onFold('off')
              close()
            }}
          >
            None, up to {FOLD_CAP} services
          </MenuItem>
        </>
      )}
    </Popover>
  )
}
