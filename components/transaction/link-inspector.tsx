'use client'
import { formatClock } from '#lib/base/clock'
import { formatCount, formatDuration } from '#lib/base/format'
import { measuredWords, ruleWords, sharedValues, sureWords } from '#lib/graph/evidence'
import type { UnitLink } from '#lib/graph/fold-transaction'
import { unitWords } from '#lib/graph/unit-words'
import { elapsedOf } from '#lib/graph/waiting'
import type { Elapsed } from '#lib/graph/waiting'
import { usePreference } from '#lib/hooks/preferences'
import { useEvent } from '#lib/hooks/transaction-data'
import type { LinkItem } from '#lib/model/api'
import { CopyButton } from '#components/ui/controls'
import { ServiceName } from '#components/ui/service'
import { ErrorState, Skeleton } from '#components/ui/states'
import { ValueMenu } from '#components/ui/value-menu'
import { LinkMark } from './causality-table'
import { InspectorHead, InspectorSection } from './inspector-parts'
import type { InspectorProps } from './inspector-parts'
import { Verdict } from './link-verdict'
import { RawLine } from './raw-line'

export interface LinkInspectorProps extends InspectorProps {
  unitLink: UnitLink
}

/** One link: which and how sure, the rule, both raw lines with what they share, the delay, the other candidates. */
export function LinkInspector({ model, unitLink, onSelect }: LinkInspectorProps) {
  const { units } = model.folded
  const [source, target] = [units.get(unitLink.source), units.get(unitLink.target)]
  const link = unitLink.links[0]
  if (!source || !target) return null
  const ends = [source, target].map((unit) => ({
    unit,
    words: unitWords(unit, model.tree),
    kind: unit.lead?.kind ?? unit.missing?.kind ?? ('external' as const),
  }))
  const more = unitLink.links.length - 1
  return (
    <>
      <InspectorSection>
        <InspectorHead onClose={() => onSelect(null)}>
          {ends.map(({ unit, words, kind }, i) => (
            <span key={unit.id} className="contents">
              {i === 1 ? <LinkMark link={unitLink} chosen width={36} /> : null}
              <button type="button" className="min-w-0 hover:text-accent" onClick={() => onSelect({ kind: 'unit', id: unit.id })}>
                <ServiceName name={words.name} kind={kind} />
              </button>
            </span>
          ))}
        </InspectorHead>
        {link ? (
          <p className="sub">
            <b className="text-accent">{sureWords(link)}.</b> {ruleWords(link)}
            {more > 0 ? ` The first of ${formatCount(more + 1)} such links.` : ''}
          </p>
        ) : (
          <p className="sub">
            <b>Expected, not seen.</b> {target.missing?.reason ?? source.missing?.reason}
          </p>
        )}
      </InspectorSection>
      {link ? <Proof link={link} model={model} /> : null}
      {link ? <Delay link={link} model={model} /> : null}
      {link && link.tier !== 'A' ? (
        <Verdict key={`${link.cause.spanId} ${link.effect.spanId} ${link.rule}`} link={link} model={model} onSelect={onSelect} />
      ) : null}
    </>
  )
}

function Proof({ link, model }: { link: LinkItem; model: InspectorProps['model'] }) {
  const shared = sharedValues(link)
  const measured = measuredWords(link)
  const values = shared.map((one) => one.value)
  return (
    <InspectorSection title="Evidence" note={values.length > 0 ? `${values.length} in common` : 'no shared value'}>
      {measured.length > 0 ? <p className="mb-2">{measured.join(' ')}</p> : null}
      {shared.length > 0 ? (
        <div className="mb-2 flex flex-wrap gap-x-3">
          {shared.map((one) => (
            <span key={`${one.kind} ${one.value}`} className="kv max-w-full">
              <span>{one.kind}</span> <ValueMenu field={one.kind} value={one.value} />
            </span>
          ))}
        </div>
      ) : null}
      {[link.cause, link.effect].map((end, i) => (
        <EndLine key={i} end={end} side={i === 0 ? 'cause' : 'effect'} values={values} model={model} />
      ))}
    </InspectorSection>
  )
}

interface EndLineProps {
  end: LinkItem['cause']
  side: 'cause' | 'effect'
  values: readonly string[]
  model: InspectorProps['model']
}

/** The line on one side of a link: from the answer where it has it, else asked for. */
function EndLine({ end, side, values, model }: EndLineProps) {
  const [zone] = usePreference('zone')
  const known = end.eventId === null ? undefined : model.events.get(end.eventId)
  const asked = useEvent(end.eventId ?? '', known === undefined && end.eventId !== null)
  const span = model.tree.nodes.get(end.spanId)?.span
  const event = known ?? asked.data
  if (event) {
    return (
      <RawLine service={event.service} kind={event.kind} what={side} time={formatClock(Date.parse(event.time), zone, 'ms')} raw={event.raw} values={values}>
        <div className="flex justify-end border-t border-line px-1 py-0.5">
          <CopyButton text={event.raw} label="Copy" look="quiet" />
        </div>
      </RawLine>
    )
  }
  if (asked.error) return <ErrorState what="The line could not be read" error={asked.error} onRetry={() => void asked.refetch()} />
  if (end.eventId !== null) return <Skeleton height={72} className="mb-2" />
  return (
    <p className="small mb-2 rounded-2 border border-dashed border-line-strong px-2.5 py-2 text-ink-3">
      {side === 'cause' ? 'The cause' : 'The effect'}, {span?.service ?? end.service}, logged nothing here: it is known from the other side alone.
    </p>
  )
}

const COUNTED_FROM: Record<Elapsed['from'], string> = {
  end: 'from the end of the cause to the start of the effect: it waited.',
  start: 'from the start of the cause to that of the effect.',
  event: 'from the cause\u2019s event to the effect\u2019s start.',
}

function Delay({ link, model }: { link: LinkItem; model: InspectorProps['model'] }) {
  const { ms, from } = elapsedOf(link, model.tree)
  if (ms === null) return null
  return (
    <InspectorSection title="Delay">
      <p>
        <b className="font-semibold">{formatDuration(ms)}</b> {COUNTED_FROM[from]}
      </p>
      {ms < 0 ? (
        <p className="small mt-1 text-warn">
          The effect seems to come first: the clocks of both disagree, or its start is only the latest possible one.
          {link.tier === 'A' ? ' An exact id still proves the link.' : ''}
        </p>
      ) : null}
    </InspectorSection>
  )
}
