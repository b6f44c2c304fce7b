import Link from 'next/link'
import { EmptyState } from '#components/ui/states'

export default function NotFound() {
  return (
    <main className="flex flex-1 items-center justify-center bg-surface-1">
      <EmptyState
        title="There is no such page"
        actions={
          <Link className="btn pri" href="/">
            To the map
          </Link>
        }
      />
    </main>
  )
}
