'use client'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { useOrigin } from '#lib/hooks/origin'
import { useImport } from '#components/import-drop'
import { Button, CopyButton } from '#components/ui/controls'

/** The first name a pasted text can have; each paste is a delivery of the same source. */
const PASTE_NAME = 'pasted'

/** Drop, choose or paste: all of it goes through the same door as everything else. */
export function DropOrPaste() {
  const { choose, uploads } = useImport()
  const [text, setText] = useState<string | null>(null)
  const send = () => {
    if (!text?.trim()) return
    uploads.add([new File([text], PASTE_NAME, { lastModified: Date.now() })])
    setText(null)
  }
  if (text !== null) {
    return (
      <div className="flex flex-col gap-2">
        <textarea
          className="field h-[84px] w-full resize-none"
          autoFocus
          aria-label="Log lines"
          placeholder={'{"level":"info","orderId":"ord-1", …}\nor plain lines'}
          value={text}
          onChange={(event) => setText(event.target.value)}
          spellCheck={false}
        />
        <div className="row">
          <Button onClick={send} disabled={!text.trim()}>
            Store {lineCount(text)}
          </Button>
          <Button look="quiet" onClick={() => setText(null)}>
            Back
          </Button>
        </div>
      </div>
    )
  }
  return (
    <div className="drop">
      <span>Drop files anywhere on this page</span>
      <span className="row">
        <Button onClick={choose}>Choose files</Button>
        <Button onClick={() => setText('')}>Paste lines</Button>
      </span>
    </div>
  )
}

function lineCount(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '').length
  return lines === 1 ? '1 line' : `${lines} lines`
}

export const IMPORT_COMMAND = 'bin/specter import app.ndjson.gz traces/'

function curlLine(origin: string): string {
  return `curl --data-binary @app.ndjson '${origin}/api/v1/ingest?source=shop'`
}

/** The doors that other senders know, each under its protocol's own path. */
const DOORS = [
  { what: 'any', path: '/api/v1/ingest?source=shop' },
  { what: 'OTLP', path: '/v1/logs' },
  { what: 'OTLP', path: '/v1/traces' },
  { what: 'Zipkin', path: '/api/v2/spans' },
  { what: 'Firehose', path: '/api/v1/ingest/firehose' },
]

export function Doors({ origin }: { origin: string }) {
  return (
    <>
      <pre className="command">
        <span className="block">{origin}</span>
        {DOORS.map(({ what, path }) => (
          <span key={path} className="block">
            <b className="inline-block w-[68px] font-medium text-ink">{what}</b>
            {path}
          </span>
        ))}
      </pre>
      <div className="row mt-2">
        <CopyButton text={curlLine(origin)} label="Copy a curl line" />
      </div>
    </>
  )
}

/** A line that works as it is copied. */
export function Command({ text, label }: { text: string; label: string }) {
  return (
    <>
      <pre className="command">{text}</pre>
      <div className="row mt-2">
        <CopyButton text={text} label={label} />
      </div>
    </>
  )
}

/** The side panel: what can deliver today, each with the thing to drop or to copy. */
export function AddLogs({ onConnect, onFormats, onClose }: { onConnect: () => void; onFormats: () => void; onClose: ReactNode }) {
  const origin = useOrigin()
  return (
    <>
      <div className="head !h-12 !px-4">
        <h2 className="!text-[14px]">Add logs</h2>
        <span className="ml-auto">{onClose}</span>
      </div>
      <ol className="steps">
        <Way
          number={1}
          title="CloudWatch Logs and X-Ray"
          text="Read from AWS as they are written, with a role that may read and nothing else. Late events are found; nothing is read twice."
        >
          <Button look="primary" icon="cloud" onClick={onConnect}>
            Connect to AWS
          </Button>
        </Way>
        <Way
          number={2}
          title="A file, or a paste"
          text="JSON lines, CloudWatch exports, X-Ray, OTLP, Zipkin, Jaeger or plain text; gzip and zip too. Importing again stores nothing twice."
        >
          <DropOrPaste />
        </Way>
        <Way number={3} title="The command line" text="Files, folders or standard input, of any size. It goes on where it was interrupted.">
          <Command text={IMPORT_COMMAND} label="Copy the command" />
        </Way>
        <Way number={4} title="Over HTTP" text="From a collector, Firehose or a script. 200 means that the events are committed.">
          <Doors origin={origin} />
        </Way>
      </ol>
      <p className="small px-4 pb-4 text-ink-3">
        Access logs in a format of your own?{' '}
        <button type="button" className="link" onClick={onFormats}>
          Say how they are written
        </button>
      </p>
    </>
  )
}

interface WayProps {
  number: number
  title: string
  text: string
  children: ReactNode
}

function Way({ number, title, text, children }: WayProps) {
  return (
    <li>
      <span className="step-number" aria-hidden="true">
        {number}
      </span>
      <div className="min-w-0">
        <h3 className="font-semibold">{title}</h3>
        <p>{text}</p>
        {children}
      </div>
    </li>
  )
}
