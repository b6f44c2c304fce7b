/** How many calls a connection makes a day and what they cost, before it is made: by the poller's own intervals. Pure. */
import { callsPerSecond } from '#lib/sources/aws/quotas'
import type { EstimateAnswer, EstimateRequest } from '#lib/model/connection'
import { scanSettings, sweepSpans, type SweepSpan } from '#lib/model/scan'

const DAY_S = 86_400
/** A page of FilterLogEvents holds 1 MB. */
const PAGE_BYTES = 1_000_000
/** A group with less is mostly quiet, and looked at once a minute. */
const BUSY_BYTES_PER_DAY = 10_000_000
/** What each look reads again once the delays are known; functions' logs come within 15 s. */
const OVERLAP_S = 60
const LIST_EVERY_S = 300
const GROUPS_A_PAGE = 50
/** Seconds of log that each sweep reads. */
const SWEPT_S: Record<SweepSpan, number> = { '2h': 2 * 3600, '24h': 22 * 3600, '14d': 13 * DAY_S }
/** X-Ray's list price in us-east-1, $ for a million traces scanned, and the same for a million retrieved. */
const XRAY_USD_PER_MILLION = 0.5
/** A trace is named by the looks of five minutes, and by two sweeps each over the last 2 and 24 hours. */
const SCANS_A_TRACE = 10
/** Once when it is new, and again when it has settled. */
const FETCHES_A_TRACE = 2

export function estimate(request: EstimateRequest): EstimateAnswer {
  const filterRate = callsPerSecond.FilterLogEvents
  const { groupCount, bytesPerDay, tracesPerDay } = request
  const bytesPerGroup = groupCount === 0 ? 0 : bytesPerDay / groupCount
  const pages = (seconds: number): number => Math.max(1, Math.ceil((bytesPerGroup * seconds) / DAY_S / PAGE_BYTES))
  const everyS = (bytesPerGroup > BUSY_BYTES_PER_DAY ? scanSettings.busyMs : scanSettings.quietMs) / 1000
  const perLook = pages(everyS + OVERLAP_S)
  const live = Math.ceil(groupCount * (DAY_S / everyS) * perLook)
  const sweeps = Math.ceil(sweepSpans.reduce((sum, span) => sum + groupCount * ((DAY_S * 1000) / scanSettings.everyMs[span]) * pages(SWEPT_S[span]), 0))
  const listing = request.groups.length === 0 ? 0 : Math.ceil((DAY_S / LIST_EVERY_S) * Math.max(1, Math.ceil(groupCount / GROUPS_A_PAGE)))
  const xray = request.xray ? (30 * tracesPerDay * (SCANS_A_TRACE + FETCHES_A_TRACE) * XRAY_USD_PER_MILLION) / 1e6 : 0
  return {
    callsPerDay: { live, sweeps, listing, total: live + sweeps + listing },
    callsPerSecondLimit: filterRate,
    passSeconds: (groupCount * perLook) / filterRate,
    fits: live + sweeps <= filterRate * DAY_S,
    monthlyUsd: { logs: 0, xray: round(xray), total: round(xray) },
    assumptions: assumptions(request, { bytesPerGroup, everyS }),
  }
}

const round = (usd: number): number => Math.round(usd * 100) / 100

function assumptions(request: EstimateRequest, { bytesPerGroup, everyS }: { bytesPerGroup: number; everyS: number }): string[] {
  const words = [
    'AWS asks no price for FilterLogEvents and DescribeLogGroups, however much is read; reading from another region or through a NAT gateway costs data transfer.',
    `Each group is looked at every ${everyS} s with ${OVERLAP_S} s read again, its last 2 hours every 15 min, its last day every 6 hours, its last 14 days every day.`,
    'AWS allows 5 calls a second of FilterLogEvents in an account and region; Specter makes 4 at most. What does not fit comes later, not never.',
  ]
  if (request.groupCount > 0 && bytesPerGroup === 0) words.push('How much the groups log a day is not known: one page a look was assumed.')
  if (request.groupCount > 0 && bytesPerGroup > 0) words.push('All groups log equally much.')
  if (request.xray)
    words.push(
      `X-Ray: $${XRAY_USD_PER_MILLION} a million traces scanned or retrieved, each scanned ${SCANS_A_TRACE} times and retrieved ${FETCHES_A_TRACE} times; the free million a month is left out.`,
    )
  return words
}
