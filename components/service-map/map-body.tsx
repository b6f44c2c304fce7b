'use client'
import { useEffect, useMemo, useRef } from 'react'
import { viewOfMap } from '#lib/graph/map-view'
import { useSeries, useServiceDetail } from '#lib/hooks/data'
import { useHref, useView } from '#lib/hooks/view'
import type { SetUrl } from '#lib/hooks/view'
import type { ServiceMap } from '#lib/model/api'
import { isTyping } from '#components/keys-dialog'
import { Legend } from '#components/ui/legend'
import { Notice, Skeleton } from '#components/ui/states'
import { useElementSize, useWide } from '#components/ui/use-size'
import { MapCanvas } from './map-canvas'
import type { MapEnds, MapHandle } from './map-canvas'
import { EdgePanel } from './edge-panel'
import { unitOfMap } from './map-labels'
import type { MapUrl } from './map-page'
import { MapTable } from './map-table'
import { MapTools } from './map-tools'
import type { MapSettings } from './map-tools'
import { OverviewPanel } from './overview-panel'
import { ServicePanel } from './service-panel'
import { useMapLayout } from './use-layout'

export interface MapBodyProps {
  map: ServiceMap | undefined
  /** More data or more links are still coming. */
  settling: boolean
  url: MapUrl
  setUrl: SetUrl<MapUrl>
}

const NO_MAP: ServiceMap = {
  nodes: [],
  edges: [],
  loops: [],
  transactions: { count: 0, failed: 0, unknown: 0 },
  complete: true,
  range: { from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T00:00:00.000Z' },
  linked: { spans: 0, withCause: 0 },
  nearest: null,
}

function settingsOf(url: MapUrl): MapSettings {
  return {
    find: url.find,
    show: url.show === 'unhealthy' ? 'unhealthy' : 'all',
    hidden: new Set(url.hide ? url.hide.split(',').map(decodeURIComponent) : []),
    fold: url.fold === 'off' ? 'off' : 'auto',
    as: url.as === 'table' ? 'table' : 'graph',
  }
}

/** The drawing with its tools, or the table, and beside it the chosen service. */
export function MapBody({ map: given, settling, url, setUrl }: MapBodyProps) {
  const map = given ?? NO_MAP
  const settings = useMemo(() => settingsOf(url), [url])
  const place = useRef<HTMLDivElement>(null)
  const handle = useRef<MapHandle>(null)
  const findInput = useRef<HTMLInputElement>(null)
  const size = useElementSize(place)
  const view = useMemo(() => viewOfMap(map, { unhealthyOnly: settings.show === 'unhealthy', hidden: settings.hidden, fold: settings.fold }), [map, settings])
  const wide = useWide()
  const drawn = settings.as === 'graph' && wide && size !== null && size.height > 0
  const { layout, arrange } = useMapLayout(view, drawn && view.nodes.length > 0 ? size : null, settling)
  const found = useMemo(() => findIn(view, settings.find), [view, settings.find])
  const chosen = map.nodes.find((node) => node.name === url.service || node.id === url.service) ?? null
  const ends = endsOf(url.edge)
  const chosenEdge = map.edges.find((edge) => edge.source === ends?.source && edge.target === ends.target) ?? null
  const choose = (id: string | null) => setUrl({ service: map.nodes.find((node) => node.id === id)?.name ?? '', edge: '' })
  // An edge of a folded group stands for several: it has no panel of its own.
  const chooseEdge = ({ source, target }: MapEnds) => {
    if (map.edges.some((edge) => edge.source === source && edge.target === target)) setUrl({ edge: `${source}-${target}`, service: '' })
  }
  const change = (patch: Partial<MapSettings>) => {
    const { hidden, ...rest } = patch
    setUrl({ ...rest, ...(hidden ? { hide: [...hidden].map(encodeURIComponent).join(',') } : {}) }, patch.find === undefined ? 'push' : 'replace')
  }
  const nextHit = () => {
    const hits = [...(found ?? [])].sort()
    const next = hits[(hits.indexOf(chosen?.id ?? '') + 1) % Math.max(1, hits.length)]
    if (next) choose(next)
  }
  useFindKey(findInput)
  const rangeSeconds = (Date.parse(map.range.to) - Date.parse(map.range.from)) / 1000
  return (
    <div className="map-body">
      <div className="map-mid">
        <div className="max-lg:hidden">
          <MapTools
            map={map}
            view={view}
            settings={settings}
            hits={found?.size ?? null}
            findInput={findInput}
            onChange={change}
            onNextHit={nextHit}
            onZoom={(factor) => handle.current?.zoomBy(factor)}
            onFit={() => handle.current?.fit()}
            onArrange={arrange}
          />
        </div>
        <CutOff view={view} fold={settings.fold} onUnfold={() => change({ fold: 'off' })} gaveUp={drawn && layout?.gaveUp === true} />
        {settings.as === 'graph' ? (
          <div ref={place} className="map-place max-lg:hidden">
            {drawn && layout ? (
              <MapCanvas
                view={view}
                layout={layout}
                rangeSeconds={rangeSeconds}
                chosen={chosen?.id ?? null}
                chosenEdge={chosenEdge}
                found={found}
                onChoose={choose}
                onChooseEdge={chooseEdge}
                handle={handle}
              />
            ) : (
              <MapSkeleton />
            )}
          </div>
        ) : null}
        <div className={settings.as === 'table' ? 'map-scroll' : 'map-scroll lg:hidden'}>
          {given ? <MapTable map={map} view={view} chosen={chosen?.id ?? null} found={found} onChoose={choose} /> : <TableSkeleton />}
        </div>
        {settings.as === 'graph' ? (
          <div className="map-legend max-lg:hidden">
            <Legend
              marks={['proven', 'inferred', 'unknown', 'missing', 'waiting', 'rate', 'ring']}
              words={{ missing: 'gone', unknown: 'cause or effect not known', inferred: 'inferred, its share' }}
            />
          </div>
        ) : null}
      </div>
      <aside className="side" aria-label={chosen ? chosen.name : chosenEdge ? 'Chosen edge' : 'Where to look'}>
        {given ? <SidePanel map={map} chosen={chosen} edge={chosenEdge} view={view} rangeSeconds={rangeSeconds} choose={choose} /> : <PanelSkeleton />}
      </aside>
    </div>
  )
}

interface SidePanelProps {
  map: ServiceMap
  chosen: ServiceMap['nodes'][number] | null
  edge: ServiceMap['edges'][number] | null
  view: ReturnType<typeof viewOfMap>
  rangeSeconds: number
  choose: (id: string | null) => void
}

function SidePanel({ map, chosen, edge, view, rangeSeconds, choose }: SidePanelProps) {
  const [{ q, from, to }] = useView()
  const href = useHref()
  const ofService = chosen ? `${q ? `${q} ` : ''}service:${quoted(chosen.name)}` : q
  const detail = useServiceDetail(chosen?.id ?? '', { q, from, to })
  // One question for all services: choosing another one finds its answer there.
  const series = useSeries({ q, from, to, points: 48, by: 'service' }, false, chosen !== null)
  const [source, target] = [edge?.source, edge?.target].map((id) => map.nodes.find((node) => node.id === id))
  if (edge && source && target && !chosen) {
    const through = `${q ? `${q} ` : ''}service:${quoted(source.name)} service:${quoted(target.name)}`
    return (
      <EdgePanel
        edge={edge}
        source={source}
        target={target}
        unit={unitOfMap(view)}
        rangeSeconds={rangeSeconds}
        hrefAll={href('/search', { q: through })}
        hrefFailed={href('/search', { q: `${through} status:error` })}
        onChoose={choose}
      />
    )
  }
  if (!chosen)
    return <OverviewPanel map={map} hrefAll={href('/search')} hrefFailed={href('/search', { q: `${q ? `${q} ` : ''}status:error` })} onChoose={choose} />
  return (
    <ServicePanel
      map={map}
      node={chosen}
      detail={detail.data}
      detailError={detail.error}
      group={series.data?.groups.find((group) => group.name === chosen.name)}
      unit={unitOfMap(view)}
      rangeSeconds={rangeSeconds}
      hrefAll={href('/search', { q: ofService })}
      hrefFailed={href('/search', { q: `${ofService} status:error` })}
      hrefOperation={(operation) => href('/search', { q: `${ofService} ${quoted(operation)}` })}
      onChoose={choose}
    />
  )
}

/** `<source>-<target>` of the URL. */
function endsOf(text: string): MapEnds | null {
  const [source, target] = text.split('-')
  return source && target ? { source, target } : null
}

function quoted(value: string): string {
  return /^[\w./-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

function findIn(view: ReturnType<typeof viewOfMap>, text: string): ReadonlySet<string> | null {
  const wanted = text.trim().toLowerCase()
  if (!wanted) return null
  return new Set(
    view.nodes
      .filter((node) => [node.name, ...node.members].some((name) => name.toLowerCase().includes(wanted)) || node.kind.includes(wanted))
      .map((node) => node.id),
  )
}

interface CutOffProps {
  view: ReturnType<typeof viewOfMap>
  fold: 'auto' | 'off'
  gaveUp: boolean
  onUnfold: () => void
}

/** Whatever is not drawn is said, with the way to see it. */
function CutOff({ view, fold, gaveUp, onUnfold }: CutOffProps) {
  if (gaveUp) return <Notice tone="warn">Arranging {view.nodes.length} services took too long; they stand in rows. Fold or hide some.</Notice>
  if (view.folded === 0) return null
  const action =
    fold === 'auto' ? (
      <button type="button" className="btn" onClick={onUnfold}>
        Unfold
      </button>
    ) : null
  return (
    <Notice tone="plain" action={action}>
      Showing {view.total - view.folded} of {view.total} services; {view.folded} quiet, healthy ones are folded by kind. The table of the map and “Find” know
      them all.
    </Notice>
  )
}

function useFindKey(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'f' || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [input])
}

function MapSkeleton() {
  return (
    <div className="grid h-full grid-cols-4 place-items-center px-10 py-12" role="status" aria-label="The map is loading">
      {[0, 1, 2, 3, 4, 5, 6, 7].map((i) => (
        <span key={i} className="flex flex-col items-center gap-2">
          <Skeleton width={40} height={40} />
          <Skeleton width={72} height={10} />
        </span>
      ))}
    </div>
  )
}

function TableSkeleton() {
  return (
    <div className="p-4" role="status" aria-label="The services are loading">
      {[0, 1, 2, 3, 4, 5].map((i) => (
        <Skeleton key={i} height={14} className="my-[7px]" />
      ))}
    </div>
  )
}

function PanelSkeleton() {
  return (
    <section>
      <Skeleton width="60%" height={18} />
      {[0, 1, 2, 3, 4, 5, 6].map((i) => (
        <Skeleton key={i} height={12} className="my-2" width={`${90 - i * 7}%`} />
      ))}
    </section>
  )
}
