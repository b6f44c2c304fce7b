'use client'
import { useState } from 'react'
import { formatCount } from '#lib/base/format'
import { learnedDirections, rulesInWords } from '#lib/graph/rule-words'
import { formatRight } from '#lib/graph/quality-view'
import type { Quality } from '#lib/model/quality'

/** How often the exact rules contradict themselves: two causes where a rule says one. */
export function RulesTable({ rules }: { rules: Quality['rules'] }) {
  const [open, setOpen] = useState(false)
  const directions = learnedDirections(rules)
  return (
    <>
      <table className="tbl q-table">
        <thead>
          <tr>
            <th scope="col">id</th>
            <th scope="col" className="q-wide">
              rule
            </th>
            <th scope="col" className="num">
              links
            </th>
            <th scope="col" className="num">
              two causes
            </th>
            <th scope="col" className="num q-wide" title="The share with two causes is below this, with 95 % certainty">
              worst case
            </th>
          </tr>
        </thead>
        <tbody>
          {rules
            .filter(({ rule }) => !rule.includes('@'))
            .map((rule) => (
              <tr key={rule.rule}>
                <td>
                  {rulesInWords([rule])}{' '}
                  {rule.demoted ? (
                    <span className="tag text-warn" title="Two causes claim one effect too often for a proof: its links count as found by a shared value">
                      no proof here
                    </span>
                  ) : null}
                </td>
                <td className="q-wide text-ink-3">{rule.rule}</td>
                <td className="num">{formatCount(rule.effects)}</td>
                <td className={`num ${rule.demoted ? 'text-warn' : ''}`}>{formatCount(rule.contradicted)}</td>
                <td className="num q-wide text-ink-2">{formatRight(rule.high)}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {directions.length > 0 ? (
        <button type="button" className="btn quiet mt-2" aria-expanded={open} onClick={() => setOpen(!open)}>
          {directions.length} {directions.length === 1 ? 'place names' : 'places name'} an id without saying which way; {open ? 'hide' : 'show'} what was
          learned
        </button>
      ) : null}
      {open ? (
        <table className="tbl q-table">
          <tbody>
            {directions.map(({ place, words, cases, of }) => (
              <tr key={`${place} ${words}`}>
                <td style={{ whiteSpace: 'normal' }}>{place}</td>
                <td className="text-ink-2">{words}</td>
                <td className="num text-ink-2">
                  {formatCount(cases)} of {formatCount(of)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </>
  )
}
