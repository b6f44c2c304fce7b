'use client'
import Link from 'next/link'
import { formatCount } from '#lib/base/format'
import { useKeySet } from '#lib/hooks/quality'
import { useHref } from '#lib/hooks/view'
import { conditionText } from '#lib/search/edit'
import { Skeleton } from '#components/ui/states'

/** A transaction begins before its first line that names the key, by minutes at most where a queue lies between. */
const EARLIER_MS = 3_600_000

/** The other transactions that share a business key, as a highlight that leads to them: a set, not a cause. Nothing where there are none. */
export function SameKey({ field, value }: { field: string; value: string }) {
  const href = useHref()
  const { data, isPending } = useKeySet({ field, value })
  // As wide as most answers, so that what stands under the keys does not move when they come.
  if (isPending) return <Skeleton width={112} height={16} />
  if (!data || data.transactions.count < 2 || data.first === null || data.last === null) return null
  const { hub, transactions } = data
  const from = new Date(Date.parse(data.first) - EARLIER_MS).toISOString()
  const to = new Date(Date.parse(data.last) + 1).toISOString()
  const count = `${formatCount(transactions.count)}${transactions.exact ? '' : '+'}`
  return (
    <Link
      className={hub ? 'text-ink-3' : 'same-key'}
      href={href('/search', { q: conditionText(field, value), from, to })}
      title={
        hub
          ? 'Half of all transactions share it, so it tells nothing apart'
          : `All transactions with this ${field}, over any length of time. They share it; who caused what, links alone say.`
      }
    >
      {hub ? `in ${count}, too common` : `in ${count} transactions`}
    </Link>
  )
}
