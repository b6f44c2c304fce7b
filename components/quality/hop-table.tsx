'use client'
import { useState } from 'react'
import Link from 'next/link'
import { formatCount } from '#lib/base/format'
import { rulesInWords } from '#lib/graph/rule-words'
import { exactShare, formatRight, sizeOf } from '#lib/graph/quality-view'
import { useHref } from '#lib/hooks/view'
import { conditionText } from '#lib/search/edit'
import type { Hop } from '#lib/model/quality'
import { Icon } from '#components/ui/icon'
import { ServiceName } from '#components/ui/service'

/** Rows shown at first: what ids prove has nothing to be done about it. */
const FIRST = 16

/** Pairs of services by what proves their links, those that ids don't prove first. */
export function HopTable({ hops, borrowed }: { hops: readonly Hop[]; borrowed: boolean }) {
  const [all, setAll] = useState(false)
  const rest = hops.slice(FIRST)
  const exact = rest.every((hop) => exactShare(hop) === 1)
  return (
    <>
      <Table hops={all ? hops : hops.slice(0, FIRST)} borrowed={borrowed} />
      {rest.length > 0 ? (
        <button type="button" className="btn quiet mt-2" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${rest.length} more${exact ? ', all exact' : ''}`}
        </button>
      ) : null}
    </>
  )
}

function Table({ hops, borrowed }: { hops: readonly Hop[]; borrowed: boolean }) {
  return (
    <table className="tbl q-table">
      <thead>
        <tr>
          <th scope="col">hop</th>
          <th scope="col" className="num" style={{ width: 76 }}>
            links
          </th>
          <th scope="col" style={{ width: '28%' }}>
            share by proof
          </th>
          <th scope="col" className="num q-wide" style={{ width: 84 }}>
            confidence
          </th>
          <th scope="col" className="num q-wide" style={{ width: 108 }}>
            right in test
          </th>
          <th scope="col" className="q-wide" style={{ width: 178, paddingLeft: 24 }}>
            proven by
          </th>
        </tr>
      </thead>
      <tbody>
        {hops.map((hop) => (
          <HopRow key={`${hop.source.id}/${hop.target.id}`} hop={hop} borrowed={borrowed} />
        ))}
      </tbody>
    </table>
  )
}

function HopRow({ hop, borrowed }: { hop: Hop; borrowed: boolean }) {
  const href = useHref()
  const q = `${conditionText('service', hop.source.name)} ${conditionText('service', hop.target.name)}`
  return (
    <tr>
      <td>
        <Link href={href('/search', { q })} className="q-hop" title={`Transactions through ${hop.source.name} and ${hop.target.name}`}>
          <ServiceName name={hop.source.name} kind={hop.source.kind} />
          <Icon name="right" size={12} />
          <ServiceName name={hop.target.name} kind={hop.target.kind} />
        </Link>
      </td>
      <td className="num">{formatCount(sizeOf(hop))}</td>
      <td>
        <ProofBar hop={hop} />
      </td>
      <td className="num q-wide text-accent">{hop.stated === null ? '' : Math.min(hop.stated, 0.999).toFixed(hop.stated > 0.99 ? 3 : 2)}</td>
      <td className="num q-wide">
        <Right hop={hop} borrowed={borrowed} />
      </td>
      <td className="small q-wide text-ink-2" style={{ paddingLeft: 24 }}>
        {rulesInWords(hop.provedBy)}
      </td>
    </tr>
  )
}

/** Solid exact, thin by identifier, dashed inferred, hatched left open: the marks of the links themselves. */
function ProofBar({ hop }: { hop: Hop }) {
  const { A, B, C } = hop.tiers
  const parts = [
    { name: 'exact', count: A },
    { name: 'identifier', count: B },
    { name: 'inferred', count: C },
    { name: 'open', count: hop.held },
  ].filter(({ count }) => count > 0)
  const words = parts.map(({ name, count }) => `${formatCount(count)} ${WORDS[name]}`).join(', ')
  return (
    <span className="q-bar" role="img" aria-label={words} title={words}>
      {parts.map(({ name, count }) => (
        <i key={name} className={name} style={{ flex: count }} />
      ))}
    </span>
  )
}

const WORDS: Record<string, string> = { exact: 'exact', identifier: 'by identifier', inferred: 'inferred', open: 'left open' }

/** Few cases say little: below this the share would be read as more than it is. */
const FEW = 20

function Right({ hop, borrowed }: { hop: Hop; borrowed: boolean }) {
  if (exactShare(hop) === 1) return <span className="text-ink-3">proven by id</span>
  if (!hop.tested || hop.tested.shown === 0) {
    const why = borrowed
      ? 'Too few links are certain here: how often they are right was measured on other systems'
      : 'No link of it is certain, so none could be hidden and guessed: how often they are right was measured on similar hops'
    return (
      <span className="text-ink-3" title={why}>
        not testable
      </span>
    )
  }
  const { right, shown, hidden } = hop.tested
  if (shown < FEW) {
    return (
      <span className="text-ink-3" title="So few say little about the others">
        {right} of {shown}
      </span>
    )
  }
  return (
    <span title={`${formatCount(right)} of ${formatCount(shown)} that would be shown, of ${formatCount(hidden)} hidden ones`}>
      {formatRight(right / shown)}
    </span>
  )
}
