'use client'
import { useState } from 'react'
import type { FormEvent } from 'react'
import { formatSpanOfTime } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { parseTimeEntry, relativeLabel, resolveTime } from '#lib/base/time-entry'
import { useStatus } from '#lib/hooks/data'
import { usePreference } from '#lib/hooks/preferences'
import { useNow } from '#lib/hooks/now'
import { useView } from '#lib/hooks/view'
import { Button, Segmented } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'
import { Popover } from '#components/ui/popover'

const PRESETS = ['-15m', '-1h', '-4h', '-24h', '-2d', '-7d', '-30d']

/** The range of every panel: relative, absolute, or pasted. It stays in the URL as it was chosen. */
export function TimeRange() {
  const [view, setView] = useView()
  const [zone] = usePreference('zone')
  const now = useNow()
  const label = rangeLabel(view, zone, now)
  const set = (from: string, to: string) => setView({ from, to })
  return (
    <Popover
      label={`Time range: ${label}`}
      role="dialog"
      align="end"
      className="btn range ml-2 max-md:ml-0"
      width={340}
      trigger={
        <>
          <Icon name="clock" />
          <span className="cut max-w-[250px] leading-5">{label}</span>
          <span className="only-l font-normal text-ink-3">{zone === 'utc' ? 'UTC' : 'local'}</span>
          <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <RangePanel
          key={`${view.from} ${view.to} ${zone}`}
          from={view.from}
          to={view.to}
          now={now}
          onSet={(from, to) => {
            set(from, to)
            close()
          }}
        />
      )}
    </Popover>
  )
}

/** `Last 24 h`, or the two ends. Before the browser's clock is known only a relative range can be named. */
function rangeLabel(view: { from: string; to: string }, zone: Zone, now: number | null): string {
  const relative = relativeLabel(view.from, view.to)
  if (relative) return relative
  const from = resolveTime(view.from, now ?? 0)
  const to = resolveTime(view.to, now ?? 0)
  if (from === null || to === null) return `${view.from} to ${view.to}`
  return formatSpanOfTime(from, to, zone, now ?? to)
}

interface RangePanelProps {
  from: string
  to: string
  now: number | null
  onSet: (from: string, to: string) => void
}

function RangePanel({ from, to, now, onSet }: RangePanelProps) {
  const [zone, setZone] = usePreference('zone')
  const { data } = useStatus()
  const all = data?.data ?? null
  return (
    <div className="p-2">
      <div className="grid grid-cols-4 gap-1">
        {PRESETS.map((preset) => (
          <button key={preset} type="button" className="btn justify-center" aria-pressed={from === preset && to === 'now'} onClick={() => onSet(preset, 'now')}>
            {relativeLabel(preset, 'now')?.replace('Last ', '')}
          </button>
        ))}
        <button
          type="button"
          className="btn justify-center"
          disabled={!all}
          title={all ? 'The range of everything that is stored' : 'Nothing is stored yet'}
          onClick={() => all && onSet(all.from, all.to)}
        >
          All data
        </button>
      </div>
      <RangeForm from={from} to={to} zone={zone} now={now} onSet={onSet} />
      <div className="mt-3 flex items-center justify-between border-t border-line pt-3">
        <span className="small text-ink-3">Times shown in</span>
        <Segmented
          label="Zone"
          value={zone}
          onChange={setZone}
          options={[
            { value: 'utc', label: 'UTC' },
            { value: 'local', label: 'Local' },
          ]}
        />
      </div>
    </div>
  )
}

interface RangeFormProps extends RangePanelProps {
  zone: Zone
}

function RangeForm({ from, to, zone, now, onSet }: RangeFormProps) {
  const [texts, setTexts] = useState({ from: asText(from, zone), to: asText(to, zone) })
  const [fault, setFault] = useState<string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const parsed = { from: parseTimeEntry(texts.from, zone), to: parseTimeEntry(texts.to, zone) }
    if (parsed.from === null) return setFault(`“${texts.from}” is not a time.`)
    if (parsed.to === null) return setFault(`“${texts.to}” is not a time.`)
    const at = now ?? Date.now()
    if ((resolveTime(parsed.from, at) ?? 0) >= (resolveTime(parsed.to, at) ?? 0)) return setFault('The range ends before it begins.')
    onSet(parsed.from, parsed.to)
  }
  const row = (name: 'from' | 'to') => (
    <label className="mt-2 grid grid-cols-[40px_1fr] items-center gap-2">
      <span className="small text-ink-3">{name}</span>
      <input
        className="field mono"
        value={texts[name]}
        aria-invalid={fault?.includes(`“${texts[name]}”`) ?? false}
        onChange={(event) => {
          setTexts({ ...texts, [name]: event.target.value })
          setFault(null)
        }}
        spellCheck={false}
      />
    </label>
  )
  return (
    <form onSubmit={submit} className="mt-3 border-t border-line pt-1">
      {row('from')}
      {row('to')}
      <p className={`small mt-2 ${fault ? 'text-error' : 'text-ink-3'}`} role={fault ? 'alert' : undefined}>
        {fault ?? 'Type or paste: 2026-11-22 14:05, ISO 8601, epoch in s, ms, µs or ns, -90m, now.'}
      </p>
      <Button type="submit" look="primary" className="mt-2 w-full justify-center">
        Apply
      </Button>
    </form>
  )
}

function asText(time: string, zone: Zone): string {
  if (time === 'now' || time.startsWith('-')) return time
  const ms = resolveTime(time, 0)
  if (ms === null) return time
  if (zone === 'utc') return new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
  const d = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000)
  return d.toISOString().replace('T', ' ').replace('Z', '')
}
