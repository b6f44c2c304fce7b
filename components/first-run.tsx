'use client'
import type { Status } from '#lib/model/api'

export function FirstRun({ status }: { status: Status }) {
  return <main className="p-6">No events yet {status.version}</main>
}
