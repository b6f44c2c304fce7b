import type { Metadata } from 'next'
import { Suspense } from 'react'
import { SearchPage, SearchPageFallback } from '#components/search/search-page'
import './search.css'

export const metadata: Metadata = { title: 'Transactions' }

export default function Page() {
  return (
    <Suspense fallback={<SearchPageFallback />}>
      <SearchPage />
    </Suspense>
  )
}
