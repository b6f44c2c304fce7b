import type { Metadata } from 'next'
import { TransactionPage } from '#components/transaction/transaction-page'

export const metadata: Metadata = { title: 'Transaction' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <TransactionPage id={decodeURIComponent(id)} />
}
