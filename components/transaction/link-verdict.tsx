'use client'
import { useState } from 'react'
import { formatMoment } from '#lib/base/clock'
import { useLinkFeedback, useSaidOf } from '#lib/hooks/link-feedback'
import { usePreference } from '#lib/hooks/preferences'
import type { FeedbackBody, LinkItem } from '#lib/model/api'
import { Button } from '#components/ui/controls'
import { InspectorSection } from './inspector-parts'
import type { InspectorProps } from './inspector-parts'

interface VerdictProps extends Pick<InspectorProps, 'model' | 'onSelect'> {
  link: LinkItem
}

/** The candidates of an inferred link with their confidence, and what a person says of them: right, wrong, or another one. */
export function Verdict({ link, model, onSelect }: VerdictProps) {
  const { say, refresh } = useLinkFeedback()
  const [said, setSaid] = useState<FeedbackBody['verdict'] | null>(null)
  const confirmed = link.rule === 'confirmed'
  const send = (verdict: FeedbackBody['verdict'], alternative?: string) => {
    const body = { effect: link.effect.spanId, cause: link.cause.spanId, verdict, ...(alternative === undefined ? {} : { alternative }) }
    say.mutate(body, {
      onSuccess: () => {
        setSaid(verdict)
        // What stays on the page can be drawn anew at once; what was taken back, once it has been scored again.
        if (verdict === 'confirm') refresh()
        if (verdict === 'undo') for (const ms of AFTER_UNDO_MS) window.setTimeout(refresh, ms)
      },
    })
  }
  return (
    <>
      {link.alternatives.length > 0 ? (
        <Alternatives
          link={link}
          model={model}
          onSelect={onSelect}
          onPick={said === null && !confirmed ? (cause) => send('pick', cause) : null}
          busy={say.isPending}
        />
      ) : null}
      <InspectorSection title="Is it right?">
        <div className="flex flex-wrap items-center gap-2" aria-live="polite">
          {said === null && !confirmed ? (
            <>
              <Button icon="check" disabled={say.isPending} onClick={() => send('confirm')}>
                Right
              </Button>
              <Button icon="close" disabled={say.isPending} onClick={() => send('reject')}>
                Wrong
              </Button>
              <span className="small text-ink-3">Your word is kept, and learned from.</span>
            </>
          ) : (
            <>
              <span>{SAID[said ?? 'confirm']}</span>
              {said === 'undo' ? null : (
                <Button look="quiet" disabled={say.isPending} onClick={() => send('undo')}>
                  Undo
                </Button>
              )}
              {said === 'reject' || said === 'pick' ? <Button onClick={refresh}>Show the transaction without it</Button> : null}
            </>
          )}
        </div>
        {say.error ? <p className="small mt-1 text-error">{say.error.message}</p> : null}
        <History effect={link.effect.spanId} model={model} />
      </InspectorSection>
    </>
  )
}

/** What was said of this effect's cause before, newest first: every word stays, taken back or not. */
function History({ effect, model }: { effect: string; model: InspectorProps['model'] }) {
  const { data } = useSaidOf(effect)
  const [zone] = usePreference('zone')
  if (!data || data.length === 0) return null
  const nameOf = (spanId: string) => model.tree.nodes.get(spanId)?.span.service ?? spanId.slice(0, 8)
  return (
    <ul className="small mt-2 text-ink-2" aria-label="What was said before">
      {data.map((word) => (
        <li key={word.time} className="flex gap-2 py-0.5">
          <time className="mono whitespace-nowrap text-[11.5px] text-ink-3" dateTime={word.time}>
            {formatMoment(Date.parse(word.time), zone, 'second')}
          </time>
          <span className="min-w-0 [overflow-wrap:anywhere]">
            {VERDICTS[word.verdict]} {word.cause.service || nameOf(word.cause.spanId)}
            {word.alternative === null ? '' : `, ${nameOf(word.alternative)} instead`}
            {word.note ? `: ${word.note}` : ''}
          </span>
        </li>
      ))}
    </ul>
  )
}

const VERDICTS: Record<FeedbackBody['verdict'], string> = { confirm: 'right:', reject: 'wrong:', pick: 'not', undo: 'taken back:' }

/** A cell is scored again in a second or two; more under load. */
const AFTER_UNDO_MS = [2_000, 6_000, 15_000]

const SAID: Record<FeedbackBody['verdict'], string> = {
  confirm: 'Confirmed by a person.',
  reject: 'Rejected: these two are not linked again.',
  pick: 'Replaced by the cause that you picked.',
  undo: 'Taken back: it is weighed again, as if nothing had been said.',
}

interface AlternativesProps extends VerdictProps {
  onPick: ((cause: string) => void) | null
  busy: boolean
}

function Alternatives({ link, model, onSelect, onPick, busy }: AlternativesProps) {
  const all = [{ spanId: link.cause.spanId, confidence: link.confidence }, ...link.alternatives]
  return (
    <InspectorSection title="Could also be" note="confidence, each by itself">
      <ul>
        {all.map((one, i) => {
          const node = model.tree.nodes.get(one.spanId)
          return (
            <li key={one.spanId} className="grid min-h-9 grid-cols-[14px_minmax(0,1fr)_auto_40px] items-center gap-x-2 text-small">
              <i className={`h-2.5 w-2.5 rounded-full ${i === 0 ? 'border-[3.5px] border-accent' : 'border-[1.5px] border-edge'}`} aria-hidden="true" />
              {node ? (
                <button
                  type="button"
                  className="cut text-left hover:text-accent"
                  title={`${node.span.service} ${node.span.name}`}
                  onClick={() => onSelect({ kind: 'unit', id: model.folded.unitOfSpan.get(one.spanId) ?? one.spanId })}
                >
                  <span className={i === 0 ? 'font-medium' : ''}>{node.span.service}</span> <span className="text-ink-3">{node.span.name}</span>
                </button>
              ) : (
                <span className="cut text-ink-3" title={`Span ${one.spanId}`}>
                  in another transaction
                </span>
              )}
              {i > 0 && onPick ? (
                <Button look="quiet" disabled={busy} onClick={() => onPick(one.spanId)} aria-label={`This one caused it, ${one.spanId.slice(0, 8)}`}>
                  This one
                </Button>
              ) : (
                <span />
              )}
              <span className={`num ${i === 0 ? 'font-semibold' : ''}`}>{one.confidence.toFixed(2)}</span>
            </li>
          )
        })}
      </ul>
    </InspectorSection>
  )
}
