'use client'
import { useId, useMemo, useState } from 'react'
import { formatBytes, formatCount } from '#lib/base/format'
import { isChosen } from '#lib/base/group-pattern'
import type { LogGroupItem, LogGroupList } from '#lib/model/connection'
import { Button, IconButton } from '#components/ui/controls'
import { toggleGroup, type Entered } from './draft'
import { Field } from './step'

export interface StepGroupsProps {
  entered: Entered
  onChange: (entered: Entered) => void
  found: LogGroupList
  onContinue: () => void
}

/** More rows than anyone reads; a search narrows them. */
const ROWS_MAX = 200

/** Which groups are read: by pattern, which takes in groups to come, or one by one. */
export function StepGroups({ entered, onChange, found, onContinue }: StepGroupsProps) {
  const id = useId()
  const [text, setText] = useState('')
  const [filtering, setFiltering] = useState(false)
  const shown = useMemo(() => found.items.filter((item) => fits(item.name, text)), [found.items, text])
  const chosen = found.items.filter((item) => isChosen(item.name, entered))
  const readable = chosen.filter((item) => item.readable)
  const add = () => {
    const pattern = text.trim()
    if (pattern === '' || entered.groups.includes(pattern)) return
    onChange({ ...entered, groups: [...entered.groups, pattern] })
    setText('')
  }
  const asPattern = text.includes('*') || text.includes('?') ? text.trim() : `${text.trim()}*`
  return (
    <div className="connect-form">
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          add()
        }}
      >
        <input
          id={`${id}-find`}
          className="field mono grow"
          aria-label="Find log groups, or a pattern such as /aws/lambda/shop-*"
          placeholder="/aws/lambda/shop-*"
          value={text}
          onChange={(event) => setText(event.target.value)}
          spellCheck={false}
          autoComplete="off"
        />
        <Button
          type="button"
          onClick={() => {
            onChange({ ...entered, groups: [...new Set([...entered.groups, asPattern])] })
            setText('')
          }}
          disabled={text.trim() === ''}
          title={text.trim() === '' ? undefined : `Reads every group that ${asPattern} means, those to come too`}
        >
          Add pattern
        </Button>
      </form>
      <Patterns entered={entered} onChange={onChange} />
      <ul className="connect-groups" aria-label="Log groups">
        {shown.slice(0, ROWS_MAX).map((item) => (
          <GroupRow key={item.name} item={item} on={isChosen(item.name, entered)} onToggle={() => onChange(toggleGroup(entered, item.name))} />
        ))}
        {shown.length === 0 ? <li className="small p-2 text-ink-3">No group is named like this. A pattern may still be added for groups to come.</li> : null}
        {shown.length > ROWS_MAX ? <li className="small p-2 text-ink-3">and {formatCount(shown.length - ROWS_MAX)} more; type to narrow them</li> : null}
      </ul>
      {entered.filterPattern !== '' || filtering ? (
        <Field
          id={`${id}-filter`}
          label="Filter pattern of CloudWatch Logs"
          hint="Only matching lines are read; executions and links that the others would prove are not seen."
        >
          {({ id: inputId, describedBy }) => (
            <input
              id={inputId}
              aria-describedby={describedBy}
              className="field mono"
              value={entered.filterPattern}
              maxLength={1024}
              spellCheck={false}
              onChange={(event) => onChange({ ...entered, filterPattern: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <button type="button" className="link small self-start" onClick={() => setFiltering(true)}>
          Read matching lines only
        </button>
      )}
      <label className="row small">
        <input type="checkbox" checked={entered.xray} onChange={(event) => onChange({ ...entered, xray: event.target.checked })} />
        Read X-Ray traces of this region too
      </label>
      <p className="small text-ink-3">
        {chosen.length === 0
          ? `None of ${formatCount(found.items.length)} is chosen.`
          : `${formatCount(chosen.length)} of ${formatCount(found.items.length)} chosen, ${formatBytes(chosen.reduce((sum, item) => sum + item.storedBytes, 0))} kept by AWS.`}
        {readable.length < chosen.length ? ` ${formatCount(chosen.length - readable.length)} of them can’t be read.` : ''}
        {found.cut ? ' There are more groups than are listed here; patterns mean those too.' : ''}
      </p>
      <div className="row">
        <Button look="primary" onClick={onContinue} disabled={entered.groups.length === 0 && !entered.xray}>
          Test the permissions
        </Button>
      </div>
    </div>
  )
}

function fits(name: string, text: string): boolean {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return true
  return wanted.split(/[*?]+/).every((part) => name.toLowerCase().includes(part))
}

function Patterns({ entered, onChange }: Pick<StepGroupsProps, 'entered' | 'onChange'>) {
  if (entered.groups.length + entered.excludedGroups.length === 0) return null
  const without = (list: readonly string[], pattern: string): string[] => list.filter((other) => other !== pattern)
  return (
    <ul className="flex flex-wrap gap-1" aria-label="Chosen names and patterns">
      {entered.groups.map((pattern) => (
        <li key={pattern} className="chip mono">
          <span className="cut max-w-[260px]" title={pattern}>
            {pattern}
          </span>
          <IconButton icon="close" label={`Drop ${pattern}`} small onClick={() => onChange({ ...entered, groups: without(entered.groups, pattern) })} />
        </li>
      ))}
      {entered.excludedGroups.map((pattern) => (
        <li key={`not ${pattern}`} className="chip mono">
          <span className="text-ink-3">not</span>
          <span className="cut max-w-[240px]" title={pattern}>
            {pattern}
          </span>
          <IconButton
            icon="close"
            label={`Drop the exception ${pattern}`}
            small
            onClick={() => onChange({ ...entered, excludedGroups: without(entered.excludedGroups, pattern) })}
          />
        </li>
      ))}
    </ul>
  )
}

function GroupRow({ item, on, onToggle }: { item: LogGroupItem; on: boolean; onToggle: () => void }) {
  return (
    <li>
      <label title={item.reason ?? item.name}>
        <input type="checkbox" checked={on} onChange={onToggle} disabled={!item.readable && !on} />
        <span className={`cut grow mono${item.readable ? '' : ' text-ink-3'}`}>{item.name}</span>
        {item.readable ? (
          <span className="small text-ink-3">{formatBytes(item.storedBytes)}</span>
        ) : (
          <span className="tag text-warn" title={item.reason ?? undefined}>
            {item.groupClass === 'STANDARD' ? 'not readable' : item.groupClass.toLowerCase().replaceAll('_', ' ')}
          </span>
        )}
      </label>
    </li>
  )
}
