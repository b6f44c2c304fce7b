'use client'
import { formatClock } from '#lib/base/clock'
import { formatCount, formatDuration, formatPlural } from '#lib/base/format'
import { foldLines } from '#lib/graph/entries'
import { sureWords } from '#lib/graph/evidence'
import type { Unit, UnitLink } from '#lib/graph/fold-transaction'
import { repeatKey } from '#lib/graph/fold-transaction'
import { durationsOf, percentile, unitWords } from '#lib/graph/unit-words'
import { usePreference } from '#lib/hooks/preferences'
import type { SpanItem } from '#lib/model/api'
import { OutcomeMark } from '#components/ui/outcome'
import { ServiceName } from '#components/ui/service'
import { ValueMenu } from '#components/ui/value-menu'
import { LinkMark } from './causality-table'
import { InspectorHead, InspectorSection } from './inspector-parts'
import type { InspectorProps } from './inspector-parts'
import { RawLine } from './raw-line'

const FORM_WORDS: Record<SpanItem['form'], string> = {
  execution: 'execution',
  request: 'gateway request',
  delivery: 'delivery',
  segment: 'X-Ray segment',
  span: 'span',
  event: 'lone event',
}
const LINES_SHOWN = 4
const STEPS_SHOWN = 12

export interface SpanInspectorProps extends InspectorProps {
  unit: Unit
}

/** One span, or the spans that a node stands for: facts, lines, causes and effects. */
export function SpanInspector({ model, unit, onSelect, onToggle }: SpanInspectorProps) {
  const [zone] = usePreference('zone')
  const words = unitWords(unit, model.tree)
  const kind = unit.lead?.kind ?? unit.missing?.kind ?? 'external'
  const { links } = model.folded
  const own = new Set(unit.spans)
  const all = model.detail.events.filter((event) => event.spanId !== null && own.has(event.spanId))
  const logged = all.filter((event) => event.form === 'log')
  // A trace document says what the facts above say already; it is read where nothing was logged.
  const events = logged.length > 0 ? logged : all
  // What failed is read first.
  const entries = foldLines(events)
  const failed = ({ head, rest }: (typeof entries)[number]) => head.severity >= 17 || rest.some((line) => line.severity >= 17)
  const lines = [...entries.filter(failed), ...entries.filter((entry) => !failed(entry))].slice(0, LINES_SHOWN)
  return (
    <>
      <InspectorSection>
        <InspectorHead onClose={() => onSelect(null)}>
          {unit.failed > 0 ? <OutcomeMark outcome="failed" /> : null}
          <ServiceName name={words.name} kind={kind} />
          <span className="text-small font-normal text-ink-3">{kind}</span>
        </InspectorHead>
        <p className="sub [overflow-wrap:anywhere]">{sentence(unit, words.operation)}</p>
      </InspectorSection>
      {unit.fold === 'repeat' ? <Repeats unit={unit} model={model} onToggle={onToggle} /> : null}
      {unit.lead && unit.fold !== 'repeat' && unit.fold !== 'rest' ? <Facts span={unit.lead} model={model} /> : null}
      <Links title="Caused by" links={links.filter((link) => link.target === unit.id)} other={(link) => link.source} model={model} onSelect={onSelect} />
      <Links title="Caused" links={links.filter((link) => link.source === unit.id)} other={(link) => link.target} model={model} onSelect={onSelect} />
      {unit.fold === 'inner' ? <Steps unit={unit} model={model} onToggle={onToggle} /> : null}
      {events.length > 0 ? (
        <InspectorSection
          title="Lines"
          note={entries.length > lines.length ? `${lines.length} of ${formatCount(entries.length)}` : formatCount(entries.length)}
        >
          {lines.map(({ head, rest }) => (
            <RawLine
              key={head.id}
              service={head.service}
              kind={head.kind}
              what={head.form === 'segment' ? 'trace' : head.level}
              time={formatClock(Date.parse(head.time), zone, 'ms')}
              raw={[head, ...rest].map((line) => line.raw).join('\n')}
              values={[]}
            />
          ))}
        </InspectorSection>
      ) : null}
    </>
  )
}

function sentence(unit: Unit, operation: string): string {
  if (unit.fold === 'missing') return unit.missing?.reason ?? 'Expected, not seen.'
  if (unit.fold === 'rest')
    return `${formatPlural(unit.spans.length, 'span')} that found no place in the drawing${unit.failed > 0 ? `, ${unit.failed} of them failed` : ''}.`
  const took = unit.endMs === null ? 'No end was seen.' : `${unit.failed > 0 ? 'Failed after' : 'Took'} ${formatDuration(unit.endMs - unit.startMs)}.`
  if (unit.fold === 'repeat') return `${operation || 'The same step'}, ${formatCount(unit.heads.length)} times.`
  return operation ? `${operation}. ${took}` : took
}

function Facts({ span, model }: { span: SpanItem; model: InspectorProps['model'] }) {
  const [zone] = usePreference('zone')
  const node = model.tree.nodes.get(span.id)
  const ids: [string, string | null][] = [
    ['request', span.requestId],
    ['trace', span.traceId],
  ]
  const attributes = Object.entries(span.attributes)
  return (
    <InspectorSection title="Facts" note={FORM_WORDS[span.form]}>
      <dl className="facts">
        <dt>start</dt>
        <dd>
          <span>
            <span className="mono">{formatClock(Date.parse(span.startTime), zone, 'ms')}</span>
            {span.startExact ? '' : ' at the latest'}
            {node && node.startMs !== 0 ? `, ${node.startMs < 0 ? '\u2212' : '+'}${formatDuration(Math.abs(node.startMs))}` : ''}
          </span>
        </dd>
        <dt>duration</dt>
        <dd>{span.durationMs === null ? (span.open ? 'no end seen' : 'not known') : formatDuration(span.durationMs)}</dd>
        {ids.map(([name, value]) => (value === null ? null : <Fact key={name} name={name} value={value} />))}
        {span.shared ? (
          <>
            <dt>shared</dt>
            <dd>belongs to other transactions too</dd>
          </>
        ) : null}
        {attributes.map(([name, value]) => (
          <Fact key={name} name={name} value={String(value)} />
        ))}
      </dl>
    </InspectorSection>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="cut" title={name}>
        {name}
      </dt>
      <dd className="min-w-0">
        <ValueMenu field={name} value={value} />
      </dd>
    </>
  )
}

interface LinksProps extends Pick<InspectorProps, 'model' | 'onSelect'> {
  title: string
  links: UnitLink[]
  other: (link: UnitLink) => string
}

function Links({ title, links, other, model, onSelect }: LinksProps) {
  if (links.length === 0) return null
  return (
    <InspectorSection title={title} note={links.length > 1 ? formatCount(links.length) : ''}>
      <ul>
        {links.slice(0, STEPS_SHOWN).map((link) => {
          const unit = model.folded.units.get(other(link))
          if (!unit) return null
          const words = unitWords(unit, model.tree)
          return (
            <li key={link.id}>
              <button type="button" className="step" onClick={() => onSelect({ kind: 'link', id: link.id })} title="Show what proves it">
                <LinkMark link={link} />
                <ServiceName name={words.name} kind={unit.lead?.kind ?? unit.missing?.kind ?? 'external'} size={14} />
                <span className="cut text-ink-3">{link.tier ? sureWords({ tier: link.tier, confidence: link.confidence }) : 'missing'}</span>
                <span className="num ml-auto text-ink-3">{link.delayMs === null ? '' : formatDuration(link.delayMs)}</span>
              </button>
            </li>
          )
        })}
      </ul>
      {links.length > STEPS_SHOWN ? <p className="small mt-1 text-ink-3">and {formatCount(links.length - STEPS_SHOWN)} more, in the table</p> : null}
    </InspectorSection>
  )
}

function Steps({ unit, model, onToggle }: Pick<SpanInspectorProps, 'unit' | 'model' | 'onToggle'>) {
  const steps = unit.spans.slice(1).flatMap((id) => model.tree.nodes.get(id) ?? [])
  return (
    <InspectorSection
      title="Inner steps"
      note={
        <button type="button" className="link text-button" onClick={() => onToggle(unit.id)}>
          draw all {formatCount(steps.length)}
        </button>
      }
    >
      <ul>
        {steps.slice(0, STEPS_SHOWN).map((node) => (
          <li key={node.span.id} className="step">
            {node.span.status === 'error' ? <OutcomeMark outcome="failed" size={12} /> : null}
            <span className="cut" title={node.span.name}>
              {node.span.name || node.span.service}
            </span>
            <span className="num ml-auto text-ink-3">{node.span.durationMs === null ? '' : formatDuration(node.span.durationMs)}</span>
          </li>
        ))}
      </ul>
      {steps.length > STEPS_SHOWN ? <p className="small mt-1 text-ink-3">and {formatCount(steps.length - STEPS_SHOWN)} more</p> : null}
    </InspectorSection>
  )
}

function Repeats({ unit, model, onToggle }: Pick<SpanInspectorProps, 'unit' | 'model' | 'onToggle'>) {
  const sorted = durationsOf(unit, model.tree)
  const figures: [string, number | null][] = [
    ['p50', percentile(sorted, 0.5)],
    ['p95', percentile(sorted, 0.95)],
    ['longest', sorted.at(-1) ?? null],
  ]
  return (
    <InspectorSection
      title="Durations"
      note={
        <button type="button" className="link text-button" onClick={() => onToggle(repeatKey(unit.id))}>
          draw all {formatCount(unit.heads.length)}
        </button>
      }
    >
      <dl className="grid grid-cols-3 gap-3">
        {figures.map(([name, ms]) => (
          <div key={name}>
            <dt className="text-[11.5px] text-ink-3">{name}</dt>
            <dd className="text-title font-semibold">{ms === null ? 'not known' : formatDuration(ms)}</dd>
          </div>
        ))}
      </dl>
      {unit.failed > 0 ? <p className="mt-1 text-error">{formatCount(unit.failed)} failed.</p> : null}
    </InspectorSection>
  )
}
