'use client'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { formatMoment, formatNear } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatCount, formatDuration } from '#lib/base/format'
import { shortSourceName } from '#lib/graph/source-state'
import { useConnectionChanges, useGroupStatuses } from '#lib/hooks/connections'
import type { ConnectionItem, GroupStatus } from '#lib/model/connection'
import { Button } from '#components/ui/controls'
import { OutcomeMark } from '#components/ui/outcome'
import { ErrorState, Skeleton } from '#components/ui/states'
import { Backfills } from './backfills'
import { ConnectionMark } from './connections'
import { draftOf, enteredOf } from './connect/draft'
import { ErrorNote, ProblemNote } from './connect/step'
import { PolicyToPaste } from './connect/step-permissions'
import { formatLag } from './source-table'

export interface ConnectionPanelProps {
  item: ConnectionItem
  zone: Zone
  now: number
  onChange: () => void
  /** A group is to be watched as it logs. */
  onWatch: (group: string) => void
  onRemoved: () => void
  onClose: ReactNode
}

/** One connection: what keeps it from reading, each group with its frontier, ranges of the past. */
export function ConnectionPanel({ item, zone, now, onChange, onWatch, onRemoved, onClose }: ConnectionPanelProps) {
  const { change, remove } = useConnectionChanges()
  const [asked, setAsked] = useState(false)
  const refused = item.groupStates.forbidden + item.groupStates.failing
  const [policy, setPolicy] = useState(false)
  const toggle = () => change.mutate({ id: item.id, draft: { ...draftOf(enteredOf(item)), enabled: !item.enabled } })
  return (
    <>
      <div className="head !h-12 !px-4">
        <h2 className="cut !text-[14px]">{item.label}</h2>
        <span className="ml-auto">{onClose}</span>
      </div>
      <div className="connection">
        <p className="row">
          <ConnectionMark item={item} />
          <span className="text-ink-3">
            {item.region}
            {item.accountId ? `, account ${item.accountId}` : ''}
          </span>
        </p>
        {item.problem ? <ProblemNote problem={item.problem} /> : null}
        <button type="button" className="link small self-start" aria-expanded={policy} onClick={() => setPolicy(!policy)}>
          {policy ? 'Hide the policy' : 'Show the policy that this connection needs'}
        </button>
        {policy ? <PolicyToPaste draft={draftOf(enteredOf(item))} /> : null}
        <dl className="facts">
          <dt>received = stored + duplicate</dt>
          <dd>
            {formatCount(item.received)} = {formatCount(item.stored)} + {formatCount(item.duplicate)}
          </dd>
          <dt title="Stored after their time had been called complete">late</dt>
          <dd>{formatCount(item.late)}</dd>
          <dt>read from</dt>
          <dd>{formatMoment(Date.parse(item.since), zone, 'minute', now)}</dd>
          <dt>complete until</dt>
          <dd>
            {item.completeUntil !== null
              ? formatNear(Date.parse(item.completeUntil), zone, now)
              : refused > 0
                ? 'not known while a group can’t be read'
                : 'not yet known'}
          </dd>
        </dl>
        <div className="row flex-wrap">
          <Button onClick={onChange}>Change</Button>
          <Button onClick={toggle} disabled={change.isPending}>
            {item.enabled ? 'Pause' : 'Go on'}
          </Button>
          {asked ? (
            <>
              <Button className="danger" onClick={() => remove.mutate(item.id, { onSuccess: onRemoved })} disabled={remove.isPending}>
                Remove it, keep its events
              </Button>
              <Button look="quiet" onClick={() => setAsked(false)}>
                Keep it
              </Button>
            </>
          ) : (
            <Button look="quiet" onClick={() => setAsked(true)}>
              Remove…
            </Button>
          )}
        </div>
        <ErrorNote error={change.error ?? remove.error} />
        <Groups id={item.id} zone={zone} now={now} onWatch={onWatch} />
        <h3>Ranges of the past</h3>
        <Backfills id={item.id} zone={zone} now={now} />
      </div>
    </>
  )
}

function Groups({ id, zone, now, onWatch }: { id: string; zone: Zone; now: number; onWatch: (group: string) => void }) {
  const groups = useGroupStatuses(id)
  const [wanted, setWanted] = useState('')
  const [all, setAll] = useState(false)
  if (groups.error && !groups.data) return <ErrorState what="The groups could not be read" error={groups.error} onRetry={() => void groups.refetch()} />
  if (!groups.data) return <Skeleton height={88} />
  const { items, cut } = groups.data
  const found = items.filter((group) => group.name.toLowerCase().includes(wanted.trim().toLowerCase())).toSorted(troubleFirst)
  const shown = all ? found : found.slice(0, GROUPS_SHOWN)
  return (
    <>
      <h3>Log groups {items.length > 0 ? <span className="font-normal text-ink-3">{formatCount(items.length)}</span> : null}</h3>
      {items.length === 0 ? <p className="small text-ink-3">AWS was not asked yet which groups there are.</p> : null}
      {items.length > GROUPS_SHOWN ? (
        <input
          className="field mono"
          aria-label="Find a group"
          placeholder="Find a group"
          value={wanted}
          spellCheck={false}
          onChange={(event) => setWanted(event.target.value)}
        />
      ) : null}
      <ul className="group-lines" aria-label="Log groups">
        {shown.map((group) => (
          <GroupLine key={`${group.kind} ${group.name}`} group={group} zone={zone} now={now} onWatch={onWatch} />
        ))}
        {found.length === 0 && items.length > 0 ? <li className="small text-ink-3">No group has that in its name.</li> : null}
        {found.length > shown.length ? (
          <li>
            <button type="button" className="link small" onClick={() => setAll(true)}>
              Show {formatCount(found.length - shown.length)} more
            </button>
          </li>
        ) : null}
        {cut ? <li className="small text-ink-3">There are more; the table of sources has those that delivered.</li> : null}
      </ul>
    </>
  )
}

/** As many as a window has room for beside the table; a search finds the others. */
const GROUPS_SHOWN = 12
const TROUBLE: readonly GroupStatus['state'][] = ['forbidden', 'failing', 'unsupported', 'deleted', 'active', 'excluded']

/** What somebody has to do something about comes first; else by name, as AWS lists them. */
function troubleFirst(a: GroupStatus, b: GroupStatus): number {
  return TROUBLE.indexOf(a.state) - TROUBLE.indexOf(b.state) || (a.name < b.name ? -1 : 1)
}

const WORDS: Record<GroupStatus['state'], string> = {
  active: 'reading',
  forbidden: 'forbidden',
  deleted: 'deleted at AWS',
  unsupported: 'not readable',
  failing: 'failing',
  excluded: 'left out',
}

function GroupLine({ group, zone, now, onWatch }: { group: GroupStatus; zone: Zone; now: number; onWatch: (group: string) => void }) {
  const bad = group.state === 'forbidden' || group.state === 'failing' || group.state === 'unsupported'
  const until = group.completeUntil === null ? null : Date.parse(group.completeUntil)
  const running = group.sweeps.find((sweep) => sweep.running)
  return (
    <li title={group.name}>
      <span className="row">
        <OutcomeMark outcome={bad ? 'warn' : group.state === 'active' ? 'ok' : 'missing'} />
        <b className="cut mono grow">{group.kind === 'xray' ? 'X-Ray traces' : shortSourceName(group.name)}</b>
        <span className={`small ${bad ? 'text-warn' : 'text-ink-3'}`}>
          {group.kind === 'logs' && group.state === 'active' ? (
            <button type="button" className="link mr-2" onClick={() => onWatch(group.name)} title="Live Tail: what it logs right now">
              Watch
            </button>
          ) : null}
          {group.state === 'active' ? (group.lagMs === null ? 'starting' : `lag ${formatLag(group.lagMs)}`) : WORDS[group.state]}
        </span>
      </span>
      <span className="small block text-ink-3">
        {group.problem ? `${group.problem.advice} ` : ''}
        {until === null ? '' : `Complete until ${formatNear(until, zone, now)}. `}
        {formatCount(group.stored)} stored, {formatCount(group.duplicate)} duplicate, {formatCount(group.late)} late.
        {group.delayMs ? ` Ingestion takes ${formatDuration(group.delayMs.p50)}, p99.9 ${formatDuration(group.delayMs.p999)}.` : ''}
        {running ? ` Looking through the last ${running.span} for late events.` : ''}
      </span>
    </li>
  )
}
