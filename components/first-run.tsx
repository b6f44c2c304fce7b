'use client'
import { useEffect, useRef } from 'react'
import { formatCount } from '#lib/base/format'
import { useOrigin } from '#lib/hooks/origin'
import { useView } from '#lib/hooks/view'
import type { Status } from '#lib/model/api'
import { DemoButton } from '#components/demo-button'
import { ExampleGraph } from '#components/example-graph'
import { useImport } from '#components/import-drop'
import { Command, Doors, DropOrPaste, IMPORT_COMMAND } from '#components/sources/add-logs'
import { Button } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'

export interface FirstRunProps {
  status: Status
}

/** Before the first event: what Specter does with logs, and three ways to bring some. It turns into the map by itself. */
export function FirstRun({ status }: FirstRunProps) {
  const { choose } = useImport()
  const origin = useOrigin()
  const received = status.sources.reduce((sum, source) => sum + source.received, 0)
  return (
    <main className="first">
      <div className="hero">
        <div>
          <h1>No events yet. Bring logs, and see which event caused which.</h1>
          <p>
            Specter reads the logs and traces that you already have, rebuilds the way through functions, queues and tables, and shows each step with its proof.
            An hour of logs is enough to begin with. Nothing leaves this machine.
          </p>
          <div className="row mt-6 flex-wrap">
            <Button look="primary" size="large" onClick={choose}>
              Choose log files
            </Button>
            <DemoButton />
            <span className="small text-ink-3">or drop them anywhere on this page</span>
          </div>
        </div>
        <ExampleGraph />
      </div>
      <div className="own">
        <div>
          <section>
            <h2>
              <Icon name="file" />A file, or a paste
            </h2>
            <p>JSON lines, CloudWatch exports, X-Ray, OTLP, Zipkin, Jaeger or plain text; gzip and zip too.</p>
            <DropOrPaste />
          </section>
          <section>
            <h2>
              <Icon name="list" />
              The command line
            </h2>
            <p>Files, folders or standard input, of any size, with progress. Importing again stores nothing twice.</p>
            <Command text={`${IMPORT_COMMAND}\n\nkubectl logs deploy/shop | bin/specter import -`} label="Copy the commands" />
          </section>
          <section>
            <h2>
              <Icon name="stream" />
              Send them over HTTP
            </h2>
            <p>From a collector, Firehose, or a script. Answered with 200 only after the events are stored.</p>
            <Doors origin={origin} />
          </section>
        </div>
      </div>
      <div className="low">
        <p role="status" className="flex items-center gap-2">
          <span className="live-dot" />
          {received > 0
            ? `${formatCount(received)} records were received, none of them an event that could be stored; Sources says why.`
            : 'Waiting for the first event.'}{' '}
          This page turns into the map as soon as one is stored; links appear within seconds after it.
        </p>
      </div>
    </main>
  )
}

/**
 * The first data decides what the map shows: its own range, not the last 24 hours. The range follows while more comes in and is being
 * linked, until somebody chooses another one.
 */
export function useFirstDataRange(status: Status | undefined): void {
  const { uploads } = useImport()
  const [view, setView] = useView()
  const follows = useRef<'no' | 'waiting' | string>('no')
  const data = status?.data
  const busy = uploads.active || (status?.linking.pending ?? 0) > 0
  const shown = `${view.from} ${view.to}`
  useEffect(() => {
    if (data === null) follows.current = 'waiting'
    if (!data || follows.current === 'no') return
    if (follows.current !== 'waiting' && follows.current !== shown) {
      follows.current = 'no'
      return
    }
    const wanted = `${data.from} ${data.to}`
    if (wanted !== shown) setView({ from: data.from, to: data.to }, 'replace')
    follows.current = busy ? wanted : 'no'
  }, [data, busy, shown, setView])
}
