import type { Metadata } from 'next'
import { SearchPage } from '#components/search/search-page'

export const metadata: Metadata = { title: 'Transactions' }

export default function Page() {
  return <SearchPage />
}
