import type { Metadata } from 'next'
import { MapPage } from '#components/service-map/map-page'

export const metadata: Metadata = { title: 'Service map - Specter' }

// No Suspense around pages: what hydrates late meets answers that its markup did not have.
export default function Home() {
  return <MapPage />
}
