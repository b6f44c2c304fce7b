'use client'
import { formatClock, formatDay } from '#lib/base/clock'
import { formatCount } from '#lib/base/format'
import { resolveTime } from '#lib/base/time-entry'
import { transactionWords, unprovenWords } from '#lib/graph/transaction-words'
import { regionOfTrace, xrayTraceUrl } from '#lib/graph/xray-link'
import { download } from '#lib/hooks/download'
import { usePreference } from '#lib/hooks/preferences'
import type { TransactionModel } from '#lib/hooks/transaction-view'
import type { TransactionDetail } from '#lib/model/api'
import { Button, CopyButton } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'
import { OutcomeMark } from '#components/ui/outcome'
import { MenuItem, Popover } from '#components/ui/popover'
import { ValueMenu } from '#components/ui/value-menu'
import { OUTCOME_OF } from '#components/search/transaction-row'
import { SameKey } from './same-key'

/** The first line in words, the keys under it, and what can be done with the whole. */
export function TransactionHead({ model }: { model: TransactionModel }) {
  const { detail } = model
  const [zone] = usePreference('zone')
  const words = transactionWords(detail, model.tree)
  const unproven = unprovenWords(detail.unproven)
  const start = Date.parse(detail.startTime)
  const operation = detail.name && detail.name !== detail.rootService ? detail.name : null
  return (
    <div className="tx-top">
      <h1 className="answer">
        <span className="mr-2 inline-block align-[-2px]">
          <OutcomeMark outcome={OUTCOME_OF[detail.status]} size={16} alone />
        </span>
        <b>{words.verdict}</b> {words.rest}
      </h1>
      <div className="flex min-w-0 flex-wrap items-center gap-x-4">
        <span className="kv">
          {formatDay(start, zone)} <b>{formatClock(start, zone, 'ms')}</b> {zone === 'utc' ? 'UTC' : 'local'}
        </span>
        {operation ? (
          <span className="kv">
            operation <ValueMenu field="name" value={operation} />
          </span>
        ) : null}
        {detail.keys.slice(0, 5).map((key) => (
          <span key={`${key.field}:${key.value}`} className="kv">
            {key.field} <ValueMenu field={key.field} value={key.value} />
            <SameKey field={key.field} value={key.value} />
          </span>
        ))}
        <span className="kv">{countsOf(detail)}</span>
      </div>
      <div className="row flex-wrap">
        <XrayLink detail={detail} />
        <Button
          icon="export"
          onClick={() => download(`specter-${detail.id}.json`, 'application/json', JSON.stringify(detail, null, 2))}
          title="Everything on this page as JSON"
        >
          Export
        </Button>
        <ShareButton />
      </div>
      {unproven ? <p className="sub col-span-full text-warn">{unproven}</p> : null}
      {detail.spansCut > 0 ? (
        <p className="sub col-span-full">
          {formatCount(detail.spanCount - detail.spansCut)} of {formatCount(detail.spanCount)} spans are drawn, the earliest; the others are left out here.
        </p>
      ) : null}
    </div>
  )
}

const count = (n: number, what: string): string => `${formatCount(n)} ${what}${n === 1 ? '' : 's'}`

function countsOf(detail: TransactionDetail): string {
  const parts = [count(detail.spanCount, 'span'), count(detail.links.length, 'link'), count(detail.eventCount, 'event')]
  if (detail.missing.length > 0) parts.push(`${detail.missing.length} missing`)
  return parts.join(', ')
}

function XrayLink({ detail }: { detail: TransactionDetail }) {
  const ids = detail.xrayTraceIds
  const xrayUrl = (id: string): string => xrayTraceUrl(id, regionOfTrace(id, detail.events))
  const first = ids[0]
  if (first === undefined) return null
  if (ids.length === 1) {
    return (
      <a className="btn" href={xrayUrl(first)} target="_blank" rel="noreferrer" title="Opens the trace in the X-Ray console">
        X-Ray trace <Icon name="external" />
      </a>
    )
  }
  return (
    <Popover
      label={`${ids.length} X-Ray traces`}
      align="end"
      className="btn"
      width={320}
      trigger={
        <>
          {ids.length} X-Ray traces
          <Icon name="down" />
        </>
      }
    >
      {(close) =>
        ids.map((id) => (
          <MenuItem
            key={id}
            onSelect={() => {
              window.open(xrayUrl(id), '_blank', 'noreferrer')
              close()
            }}
          >
            <span className="mono">{id}</span>
          </MenuItem>
        ))
      }
    </Popover>
  )
}

/** The address of what is seen now, with times that mean the same tomorrow. */
function shareUrl(): string {
  const url = new URL(window.location.href)
  for (const name of ['from', 'to']) {
    const given = url.searchParams.get(name)
    const ms = given === null ? null : resolveTime(given, Date.now())
    if (ms !== null) url.searchParams.set(name, new Date(ms).toISOString())
  }
  return url.href
}

function ShareButton() {
  return <CopyButton text="" textOf={shareUrl} icon="share" label="Share" done="Link copied" />
}
