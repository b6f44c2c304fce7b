import type { Metadata } from 'next'
import { QualityPage } from '#components/quality/quality-page'

export const metadata: Metadata = { title: 'Quality' }

export default function Quality() {
  return <QualityPage />
}
