import { Suspense } from 'react'
import type { Metadata } from 'next'
import { MapPage } from '#components/service-map/map-page'

export const metadata: Metadata = { title: 'Service map - Specter' }

export default function Home() {
  return (
    <Suspense>
      <MapPage />
    </Suspense>
  )
}
