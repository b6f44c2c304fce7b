'use client'
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { formatDuration } from '#lib/base/format'
import { useAccessFormats, useDropAccessFormat, usePutAccessFormat } from '#lib/hooks/access-formats'
import type { UnderstoodLine } from '#lib/model/access-formats'
import { Button, IconButton } from '#components/ui/controls'
import { OutcomeMark } from '#components/ui/outcome'
import { ServiceName } from '#components/ui/service'
import { ErrorNote, Field } from './connect/step'

/** Access logs whose format somebody chose: the format string as it stands in the configuration makes fields and links of them. */
export function FormatsPanel({ onClose }: { onClose: ReactNode }) {
  const id = useId()
  const list = useAccessFormats()
  const put = usePutAccessFormat()
  const drop = useDropAccessFormat()
  const [pattern, setPattern] = useState('')
  const [format, setFormat] = useState('')
  const [lines, setLines] = useState('')
  const send = (save: boolean) => put.mutate({ pattern, format, lines: lines.split('\n').filter((line) => line.trim() !== ''), save })
  const ready = pattern.trim() !== '' && format.trim() !== ''
  return (
    <>
      <div className="head !h-12 !px-4">
        <h2 className="!text-[14px]">Formats of access logs</h2>
        <span className="ml-auto">{onClose}</span>
      </div>
      <div className="connection">
        <p className="sub">JSON, CLF, CSV and XML are recognised. For a format of your own, put its string here as it stands in the configuration.</p>
        <ul aria-label="Formats" className="group-list">
          {list.data?.items.map((item) => (
            <li key={item.pattern}>
              <span className="row">
                <b className="cut mono grow" title={item.pattern}>
                  {item.pattern}
                </b>
                <IconButton icon="close" label={`Forget the format of ${item.pattern}`} small onClick={() => drop.mutate(item.pattern)} />
              </span>
              <code className="small block text-ink-3">{item.format}</code>
            </li>
          ))}
        </ul>
        <Field id={`${id}-pattern`} label="Log group, or a pattern">
          {({ id: inputId }) => (
            <input
              id={inputId}
              className="field mono"
              value={pattern}
              placeholder="/aws/apigateway/shop-*"
              spellCheck={false}
              onChange={(event) => setPattern(event.target.value)}
            />
          )}
        </Field>
        <Field id={`${id}-format`} label="Format" hint="API Gateway $context…, VPC flow ${…}, CloudFront #Fields">
          {({ id: inputId, describedBy }) => (
            <textarea
              id={inputId}
              aria-describedby={describedBy}
              className="field h-[72px] resize-none"
              value={format}
              placeholder="$context.requestId $context.identity.sourceIp [$context.requestTime] $context.status $context.integration.requestId"
              spellCheck={false}
              onChange={(event) => setFormat(event.target.value)}
            />
          )}
        </Field>
        <Field id={`${id}-lines`} label="Lines to try it on" hint="Without any, the newest stored ones of these groups are taken.">
          {({ id: inputId, describedBy }) => (
            <textarea
              id={inputId}
              aria-describedby={describedBy}
              className="field h-[60px] resize-none"
              value={lines}
              spellCheck={false}
              onChange={(event) => setLines(event.target.value)}
            />
          )}
        </Field>
        <div className="row">
          <Button look="primary" disabled={!ready || put.isPending} onClick={() => send(false)}>
            Try it
          </Button>
          <Button disabled={!ready || put.isPending} onClick={() => send(true)}>
            Keep it
          </Button>
          {put.data?.saved ? <span className="small text-ink-3">Kept: what comes from now on is read by it.</span> : null}
        </div>
        <ErrorNote error={put.error ?? drop.error} />
        {put.data?.hints.map((hint) => (
          <p key={hint} className="small text-ink-2">
            <OutcomeMark outcome="warn" /> {hint}
          </p>
        ))}
        {put.data?.lines.length === 0 ? <p className="small text-ink-3">No line of these groups is stored yet: paste one to see how it is read.</p> : null}
        <ul className="group-list" aria-label="How the lines are read">
          {put.data?.lines.map((line, i) => (
            <Understood key={i} line={line} />
          ))}
        </ul>
      </div>
    </>
  )
}

/** What an id of a line is for the links that are made of it. */
const ROLES: Record<string, string> = {
  'request self': 'is request',
  'request called': 'called request',
  'span self': 'is span',
  'span parent': 'caused by span',
}

function Understood({ line }: { line: UnderstoodLine }) {
  return (
    <li>
      <span className="row">
        <OutcomeMark outcome={line.understood ? 'ok' : 'warn'} />
        <span className="cut grow" title={line.line}>
          {line.understood ? line.message : 'The format does not fit this line'}
        </span>
        {line.durationMs === null ? null : <span className="small text-ink-3">{formatDuration(line.durationMs)}</span>}
      </span>
      {line.understood ? (
        <span className="small flex flex-wrap gap-x-3 text-ink-3">
          <ServiceName name={line.service.name} kind="gateway" />
          {line.ids.map((ref) => (
            <span key={`${ref.kind} ${ref.role} ${ref.value}`}>
              {ROLES[`${ref.kind} ${ref.role}`] ?? `${ref.kind} ${ref.role}`} <code>{ref.value}</code>
            </span>
          ))}
          <span>{line.fields.length} fields</span>
        </span>
      ) : (
        <code className="small block text-ink-3">{line.line}</code>
      )}
    </li>
  )
}
