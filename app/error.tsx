'use client'
import { ErrorState } from '#components/ui/states'

/** What a page shows when drawing it failed: the bar and the data are untouched. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main className="flex flex-1 items-center justify-center bg-surface-1">
      <ErrorState what="This page could not be drawn" error={error} kept="What is stored is untouched." onRetry={reset} />
    </main>
  )
}
