'use client'
import { useState } from 'react'
import Link from 'next/link'
import { formatCount, formatPlural } from '#lib/base/format'
import { useHref } from '#lib/hooks/view'
import { conditionText } from '#lib/search/edit'
import type { Lint, LintCheck } from '#lib/model/quality'
import { ServiceName } from '#components/ui/service'

const WORDS: Record<LintCheck, { words: string; why: string }> = {
  'placeholder-id': { words: 'placeholder ids', why: 'undefined, null, zeros where an id belongs: these lines join nothing' },
  'cut-id': { words: 'ids cut off', why: 'the beginning of an id is no id: it can’t be found or joined' },
  'no-request-id': { words: 'no request id', why: 'which execution wrote the line has to be told from its stream' },
  unstructured: { words: 'no named values', why: 'JSON or key=value would make what is in the line searchable' },
  'no-level': { words: 'no level', why: 'an error can’t be told from a remark' },
}
const FIRST = 6

/** What the lines of each service lack, with a line as example. */
export function LintList({ lint }: { lint: readonly Lint[] }) {
  const [all, setAll] = useState(false)
  const found = lint.filter((one) => one.findings.length > 0)
  const clean = lint.filter((one) => one.findings.length === 0).map((one) => one.service.name)
  const shown = all ? found : found.slice(0, FIRST)
  return (
    <>
      <ul className="q-lint">
        {shown.map((one) => (
          <LintRow key={one.service.id} lint={one} />
        ))}
      </ul>
      {found.length > FIRST ? (
        <button type="button" className="btn quiet mt-2" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer' : formatPlural(found.length - FIRST, 'more service')}
        </button>
      ) : null}
      {clean.length > 0 ? (
        <p className="small mt-2 text-ink-2">
          Nothing lacks in {clean.length > 8 ? `${formatCount(clean.length)} ${found.length > 0 ? 'others' : 'services'}` : clean.join(', ')}.
        </p>
      ) : null}
    </>
  )
}

function LintRow({ lint }: { lint: Lint }) {
  const href = useHref()
  return (
    <li>
      <div className="min-w-0">
        <ServiceName name={lint.service.name} kind={lint.service.kind} />
        <p className="small text-ink-3">{formatCount(lint.sampled)} lines looked at</p>
      </div>
      <div className="min-w-0">
        {lint.findings.map(({ check, count, example }) => (
          <div key={check} className="finding">
            <span title={WORDS[check].why}>{WORDS[check].words}</span>
            <span className="num text-ink-2">{count === lint.sampled ? 'all' : `${formatCount(count)} of ${formatCount(lint.sampled)}`}</span>
            <Link className="line" title={example} href={href('/search', { q: conditionText('service', lint.service.name), list: 'events' })}>
              {example.trim()}
            </Link>
          </div>
        ))}
      </div>
    </li>
  )
}
