'use client'
import { useState } from 'react'
import { formatCount, formatPercent } from '#lib/base/format'
import type { Advice } from '#lib/model/quality'

const FIRST = 5

/** What to log next: one field or setting a hop, the greatest gain first. */
export function AdviceList({ advice }: { advice: readonly Advice[] }) {
  const [all, setAll] = useState(false)
  if (advice.length === 0) return <p className="small text-ink-2">Nothing to add: every link of this time is proven by an id, or there are too few to judge.</p>
  const shown = all ? advice : advice.slice(0, FIRST)
  return (
    <>
      <ul className="q-advice">
        {shown.map((item) => (
          <li key={`${item.source.id}/${item.target.id}`}>
            <b>
              {item.where}: {isCode(item.field) ? <code>{item.field}</code> : item.field.replace(/^the /, 'log the ')}
            </b>
            <b className="gain">+{formatPercent(item.share)}</b>
            <small>
              {item.source.name} to {item.target.name}
            </small>
            <small className="gain">{formatCount(item.links)} links exact</small>
            <p>{item.reason}</p>
          </li>
        ))}
      </ul>
      {advice.length > FIRST ? (
        <button type="button" className="btn quiet mt-2" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${advice.length - FIRST} more`}
        </button>
      ) : null}
    </>
  )
}

/** A name of a field, and not words. */
const isCode = (field: string): boolean => !field.includes(' ')
