'use client'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { formatClock } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { shortSourceName } from '#lib/graph/source-state'
import { useLiveTail } from '#lib/hooks/live-tail'
import { Button } from '#components/ui/controls'

export interface LiveTailPanelProps {
  connection: string
  group: string
  zone: Zone
  onClose: ReactNode
}

/** What a group logs right now, for looking: nothing of it is stored by this, and where AWS leaves lines out it says so. */
export function LiveTailPanel({ connection, group, zone, onClose }: LiveTailPanelProps) {
  const [text, setText] = useState('')
  const [filter, setFilter] = useState('')
  const [attempt, setAttempt] = useState(0)
  const tail = useLiveTail(connection, [group], { filter, attempt })
  return (
    <>
      <div className="head !h-12 !px-4">
        <h2 className="cut !text-[14px]" title={group}>
          Live: {shortSourceName(group)}
        </h2>
        {tail.sampled ? (
          <span
            className="tag text-warn"
            title="CloudWatch Logs shows at most 500 lines a second here and leaves the others out; reading the group stores all of them"
          >
            sampled
          </span>
        ) : null}
        <span className="ml-auto">{onClose}</span>
      </div>
      <div className="connection">
        <p className="sub">For looking: nothing is stored by it. AWS charges by the minute; it ends after 30.</p>
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault()
            setFilter(text.trim())
          }}
        >
          <input
            className="field mono grow"
            aria-label="Filter pattern of CloudWatch Logs"
            placeholder="ERROR, or another filter pattern"
            value={text}
            onChange={(event) => setText(event.target.value)}
            spellCheck={false}
          />
          <Button type="submit">Filter</Button>
        </form>
        {tail.failed ? (
          <div className="connect-problem" role="alert">
            <b>It can’t be watched.</b>
            <span className="small text-ink-2">{tail.message}</span>
          </div>
        ) : (
          <p className="small text-ink-3" role="status">
            {tail.message ?? STATES[tail.state]}
          </p>
        )}
        {tail.state === 'ended' ? (
          <Button className="self-start" onClick={() => setAttempt(attempt + 1)}>
            Watch again
          </Button>
        ) : null}
        <ol className="tail-lines" aria-label="Lines, newest first">
          {tail.lines.map((line) => (
            <li key={line.key}>
              <time className="mono text-ink-3">{formatClock(Date.parse(line.time), zone, 'ms')}</time>
              <code>{line.message}</code>
            </li>
          ))}
        </ol>
      </div>
    </>
  )
}

const STATES = { opening: 'Asking AWS…', open: 'Lines appear here as they are logged, newest first.', ended: 'It has ended.' }
