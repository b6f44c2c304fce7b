'use client'
import { useDemoDay } from '#lib/hooks/demo'
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
