'use client'
import { formatMoment, type Zone } from '#lib/base/clock'
import { useDemoDay, useDemoState, type DemoDay } from '#lib/hooks/demo'
import { useImport } from './import-drop'
import { Button } from './ui/controls'

/** One click to something to look at: a day of a small shop that sometimes refuses valid coupons. */
export function DemoButton() {
  const { uploads } = useImport()
  const { state, message, load } = useDemoDay(uploads)
  return (
    <>
      <Button size="large" onClick={() => void load()} disabled={state === 'fetching' || uploads.active}>
        {state === 'fetching' ? 'Fetching the demo day…' : 'Load the demo shop'}
      </Button>
      {message === null ? null : (
        <span role="alert" className="small">
          {message}
        </span>
      )}
    </>
  )
}

/** Where the day is stored: until when it goes, and the ways to have it anew or be rid of it. */
export function DemoNotice({ zone, now }: { zone: Zone; now: number }) {
  const { uploads } = useImport()
  const { state, message, remove, reload } = useDemoDay(uploads)
  const { data } = useDemoState(true)
  const working = state === 'removing' || state === 'fetching'
  if (!data?.loaded && !working && message === null) return null
  return (
    <div className="so-demo" role="status" aria-label="Demo shop">
      <span className="grow">
        {working || !data?.loaded || !data.to
          ? stepOf(state)
          : `The demo shop’s day is loaded; it ends ${formatMoment(Date.parse(data.to), zone, 'minute', now)}.`}
      </span>
      {message === null ? null : (
        <span role="alert" className="small text-error">
          {message}
        </span>
      )}
      <Button onClick={() => void reload()} disabled={working || uploads.active} title="Removes the day and loads it again, so that it ends now">
        Load afresh
      </Button>
      <Button
        onClick={() => void remove()}
        disabled={working || uploads.active}
        title="Removes the day and everything derived from it; what else is stored stays"
      >
        Remove the demo
      </Button>
    </div>
  )
}

function stepOf(state: DemoDay['state']): string {
  if (state === 'removing') return 'Removing the demo shop’s day: its events, and everything derived from them. This takes some seconds.'
  if (state === 'fetching') return 'Fetching the demo shop’s day…'
  return 'The demo shop’s day was removed.'
}
