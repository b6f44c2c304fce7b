import type { Metadata } from 'next'
import { Suspense } from 'react'
import { TransactionPage, TransactionSkeleton } from '#components/transaction/transaction-page'
import './transaction.css'

export const metadata: Metadata = { title: 'Transaction' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return (
    <Suspense fallback={<TransactionSkeleton />}>
      <TransactionPage id={decodeURIComponent(id)} />
    </Suspense>
  )
}
