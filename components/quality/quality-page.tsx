'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { restingWords } from '#components/resting'
import { formatMoment, formatSpanOfTime } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatCount, formatPercent, formatPlural } from '#lib/base/format'
import { allLinks, calibrationError, formatRight, inferredRight, interval, rightFrom } from '#lib/graph/quality-view'
import { useStatus } from '#lib/hooks/data'
import { useLeadToData } from '#lib/hooks/lead-to-data'
import { useNow } from '#lib/hooks/now'
import { usePreference } from '#lib/hooks/preferences'
import { useQuality, useRelink } from '#lib/hooks/quality'
import { isLive, useHref, useView } from '#lib/hooks/view'
import type { Status } from '#lib/model/api'
import type { Quality } from '#lib/model/quality'
import { Button } from '#components/ui/controls'
import { EmptyState, ErrorState, Notice, Skeleton } from '#components/ui/states'
import { AdviceList } from './advice-list'
import { HopTable } from './hop-table'
import { LintList } from './lint-list'
import { Reliability } from './reliability'
import { RulesTable } from './rules-table'
import { ThresholdChart } from './threshold-chart'

/** A lower bound of the measured share above this adds nothing to the share itself. */
const SURE = 0.998

/** How far the links can be trusted on this data, and what would make the next incident easier. */
export function QualityPage() {
  const [view] = useView()
  const asked = useQuality({ from: view.from, to: view.to }, isLive(view))
  const { data: status } = useStatus()
  const { data, error } = asked
  useLeadToData(data?.nearest ?? null)
  if (!data && error) {
    return (
      <main className="q-page">
        <ErrorState what="The quality of the links could not be measured" error={error} kept="Nothing is lost by that." onRetry={() => void asked.refetch()} />
      </main>
    )
  }
  if (!data) return <Loading />
  if (allLinks(data.links) + data.links.unlinked + data.lint.length === 0) return <Nothing nearest={data.nearest} status={status} />
  return (
    <main className="q-page">
      <Answer quality={data} status={status} />
      {error ? <Notice tone="error">These numbers are older: {error.message}</Notice> : null}
      <div className="q-grid">
        <div className="q-side">
          <Head title="Is the confidence true?" />
          <Test quality={data} />
          <Head title="What to log next" end="of all links" />
          <AdviceList advice={data.advice} />
        </div>
        <div>
          <Head title="Hops" words={`${formatCount(data.hops.length)}, by what proves them`} end={<ProofLegend />} />
          {data.hops.length > 0 ? (
            <HopTable hops={data.hops} borrowed={data.model?.borrowed ?? true} />
          ) : (
            <p className="small text-ink-2">No link was found between two services in this time.</p>
          )}
          <div className="q-two">
            <section>
              <Head title="What the threshold hides" words="inferred links shown from each confidence on, and the share of them that is right" />
              <ThresholdChart points={data.thresholds} threshold={data.threshold} />
            </section>
            <Judged feedback={data.feedback} />
          </div>
          <section className="q-section">
            <Head title="What log lines lack" words="by a sample of each service" />
            <LintList lint={data.lint} />
          </section>
          {data.rules.length > 0 ? (
            <section className="q-section">
              <Head title="Ids that prove links" words="and how often two causes claimed one effect by the same id" />
              <RulesTable rules={data.rules} />
            </section>
          ) : null}
        </div>
      </div>
    </main>
  )
}

function Head({ title, words, end }: { title: string; words?: string; end?: ReactNode }) {
  return (
    <div className="head">
      <h2>{title}</h2>
      {words ? <span>{words}</span> : null}
      {end ? <span className="end">{end}</span> : null}
    </div>
  )
}

function Answer({ quality, status }: { quality: Quality; status: Status | undefined }) {
  const { links, model } = quality
  const [zone] = usePreference('zone')
  const all = allLinks(links)
  return (
    <div className="top">
      <div className="grow">
        <h1 className="answer">
          <Headline quality={quality} />
        </h1>
        <p className="sub">
          {all > 0 ? (
            <>
              {formatCount(all)} links: <b>{formatPercent(links.A / all)}</b> exact, <b>{formatPercent(links.B / all)}</b> by identifier,{' '}
              <b>{formatPercent(links.C / all)}</b> inferred, <b>{formatPercent(links.held / all)}</b> left open rather than guessed.{' '}
            </>
          ) : null}
          {wholeTestWords(quality)} {model ? modelWords(model, zone) : 'No model was fitted yet: that happens once input pauses.'}
        </p>
      </div>
      <Relink status={status} />
    </div>
  )
}

/** How often what no id proves is right, and no more: what ids prove too is easily predicted and would flatter it. */
function Headline({ quality: { links, hops, threshold } }: { quality: Quality }) {
  const { borrowed, hidden, right } = inferredRight(hops)
  const inferred = links.B + links.C
  if (inferred > 0 && right !== null) {
    const [low] = interval(right * hidden, hidden)
    return (
      <>
        <b>
          Links without an id, shown at {threshold} or more, are right in {formatRight(right)} of cases,
        </b>{' '}
        {low < SURE ? `at least ${formatRight(low)}, ` : ''}measured on {formatPlural(hidden, 'link')} of the same hops whose certain ids were hidden
        {borrowed > 0 ? `; ${formatCount(borrowed)} more could not be tested, for no link of their hops is certain` : ''}.
      </>
    )
  }
  if (inferred > 0)
    return (
      <>
        <b>{formatPlural(inferred, 'link')} without an id could not be tested here:</b> no link of their hops is certain, so how often they are right was
        measured on others.
      </>
    )
  return (
    <>
      <b>{links.A > 0 ? `All ${formatCount(links.A)} links are proven by an id of the protocol.` : 'No link was found in this time.'}</b>
      {links.unlinked > 0 ? ` ${formatPlural(links.unlinked, 'execution')} ${links.unlinked === 1 ? 'has' : 'have'} no cause that is known.` : ''}
    </>
  )
}

/** The whole test, which is mostly of hops that ids prove. */
function wholeTestWords({ test, threshold }: Quality): string {
  const right = test ? rightFrom(test.bins, threshold) : null
  if (!test || right === null) return ''
  const tested = test.bins.filter((bin) => bin.from >= threshold).reduce((sum, bin) => sum + bin.count, 0)
  return `Over all hops that could be tested, most of which ids prove, ${formatRight(right)} of ${formatPlural(tested, 'hidden link')} were found right.`
}

function modelWords(model: NonNullable<Quality['model']>, zone: Zone): string {
  const labels = `${formatPlural(model.labels, 'certain link')} and ${formatPlural(model.events, 'event')}`
  const borrowed = model.borrowed ? ' Too few links are certain here, so how often it is right was measured on other systems.' : ''
  return `Model ${model.version} learned from ${labels}, at ${formatMoment(Date.parse(model.fittedAt), zone, 'minute')}.${borrowed}`
}

function Relink({ status }: { status: Status | undefined }) {
  const relink = useRelink()
  const pending = status?.linking.pending ?? 0
  const busy = pending > 0 || relink.isPending
  return (
    <div className="row" role="status">
      {relink.error ? <span className="small text-error">{relink.error.message}</span> : null}
      {pending > 0 ? (
        <span className="small text-ink-2">
          {formatCount(pending)} events are being linked. {restingWords(status)}
        </span>
      ) : null}
      <Button
        icon="refresh"
        disabled={busy}
        title="Learns a new model from all that is stored, and makes all inferred links anew"
        onClick={() => relink.mutate()}
      >
        Learn again
      </Button>
    </div>
  )
}

function Test({ quality }: { quality: Quality }) {
  const { test, threshold, model } = quality
  if (!test || test.bins.length === 0) {
    return (
      <p className="small mb-3 text-ink-2" style={{ minHeight: 316 }}>
        {model
          ? 'No certain link could be hidden and predicted. Sampled X-Ray traces, or one hop whose ids are logged, make the test possible.'
          : 'The test runs with the first model, once input pauses.'}
      </p>
    )
  }
  const error = calibrationError(test.bins)
  const borrowed = quality.hops.filter((hop) => hop.tiers.B + hop.tiers.C > 0 && !hop.tested).length
  return (
    <>
      <Reliability bins={test.bins} threshold={threshold} />
      <p className="small mt-1 mb-3 text-ink-2">
        Certain links were hidden and guessed. A point on the line: of links shown at 0.9, nine in ten were right
        {error === null ? '' : `; on average the two are ${(100 * error).toFixed(1)} points apart`}. The thin bars say how far chance may be at work
        (95&#8239;%); pale points have fewer than 50 cases.
        {borrowed > 0 ? ` ${formatPlural(borrowed, 'hop')} could not be tested: no link of ${borrowed === 1 ? 'it' : 'them'} is certain.` : ''}
      </p>
    </>
  )
}

function ProofLegend() {
  return (
    <span className="legend">
      <span>
        <i className="q-bar" style={{ width: 28 }}>
          <i className="exact grow" />
        </i>
        exact
      </span>
      <span>
        <i className="q-bar" style={{ width: 28 }}>
          <i className="identifier grow" />
        </i>
        identifier
      </span>
      <span>
        <i className="q-bar" style={{ width: 28 }}>
          <i className="inferred grow" />
        </i>
        inferred
      </span>
      <span>
        <i className="q-bar" style={{ width: 28 }}>
          <i className="open grow" />
        </i>
        left open
      </span>
    </span>
  )
}

function Judged({ feedback }: { feedback: Quality['feedback'] }) {
  const { confirmed, rejected, picked } = feedback
  return (
    <section>
      <Head title="Judged by people" />
      <table className="tbl q-table">
        <tbody>
          <tr>
            <td>confirmed</td>
            <td className="num">{formatCount(confirmed)}</td>
          </tr>
          <tr>
            <td>rejected</td>
            <td className="num">{formatCount(rejected)}</td>
          </tr>
          <tr>
            <td>changed to another candidate</td>
            <td className="num">{formatCount(picked)}</td>
          </tr>
        </tbody>
      </table>
      <p className="small mt-2 text-ink-2">
        {confirmed + rejected + picked === 0 ? 'A link’s panel on a transaction has the buttons. ' : ''}All count in the next measurement; each can be undone.
      </p>
    </section>
  )
}

function Loading() {
  return (
    <main className="q-page" role="status" aria-label="The quality of the links is being measured">
      <div className="top">
        <div className="grow">
          <p className="answer">
            <Skeleton width="min(620px, 90%)" height={18} />
          </p>
          <p className="sub">
            <Skeleton width="min(480px, 70%)" height={13} />
          </p>
        </div>
      </div>
      <div className="q-grid">
        <div className="q-side">
          <Head title="Is the confidence true?" />
          <Skeleton height={268} />
        </div>
        <div>
          <Head title="Hops" />
          {Array.from({ length: 12 }, (_, i) => (
            <Skeleton key={i} height={16} className="my-1.5" />
          ))}
        </div>
      </div>
    </main>
  )
}

function Nothing({ nearest, status }: { nearest: Quality['nearest']; status: Status | undefined }) {
  const href = useHref()
  const [, setView] = useView()
  const [zone] = usePreference('zone')
  const now = useNow()
  if (nearest) {
    const range = formatSpanOfTime(Date.parse(nearest.from), Date.parse(nearest.to), zone, now ?? undefined)
    return (
      <main className="q-page">
        <EmptyState
          title="Nothing to measure in this time"
          actions={
            <button type="button" className="btn pri lg" onClick={() => setView({ from: nearest.from, to: nearest.to })}>
              Show {range}
            </button>
          }
        >
          The nearest events lie at {range}.
        </EmptyState>
      </main>
    )
  }
  return (
    <main className="q-page">
      <EmptyState
        title={status?.data === null ? 'Nothing has been imported yet' : 'Nothing to measure in this time'}
        actions={
          <Link className="btn pri lg" href={href('/sources')}>
            Bring in logs
          </Link>
        }
      >
        Here stands how often the links are right on your own data, and which field or setting would prove the ones that are inferred now.
      </EmptyState>
    </main>
  )
}
