/** What a test can make go wrong; everything is off until it is turned on, and may be turned while requests are under way. */
import type { Input } from './input'

export interface SeenRequest {
  service: 'logs' | 'xray' | 'sts'
  action: string
  account: string
  region: string
  input: Input
  /** nth request of all, from 0 */
  ordinal: number
  /** the clock's time at its arrival */
  atMs: number
  /** `ok`, the error's name, or what was done to the connection */
  outcome: string
}

export type Trouble =
  /** the connection is cut before any answer */
  | 'drop'
  /** cut in the middle of the answer's body */
  | 'cut'
  /** no answer until the caller leaves or `release` is called */
  | 'hang'
  | Error

export interface Knobs {
  seed: string
  /** Shares of requests, 0 to 1, drawn from the seed by the request's ordinal. */
  throttle: number
  unavailable: number
  drop: number
  cut: number
  /** A request with a nextToken is told that the token is invalid. */
  staleToken: number
  /** FilterLogEvents: pages without events although there are some, and an empty last page after the full one. */
  emptyPage: number
  /** FilterLogEvents: pages shorter than they could be. */
  partialPage: number
  /** Most events, traces or summaries a page; AWS's own limit stays below. */
  pageEvents?: number
  pageTraces?: number
  /** BatchGetTraces: share of ids that are named as unprocessed. */
  unprocessed: number
  /** Answers come after that many real ms. */
  slowMs: number
  /** Calls a second of the clock, by action and place; more get ThrottlingException. */
  ratePerSecond: Record<string, number>
  /** Asked first, for one request's own trouble; undefined lets it pass. */
  trouble?: (request: SeenRequest) => Trouble | undefined
}

export function calmKnobs(seed: string): Knobs {
  return { seed, throttle: 0, unavailable: 0, drop: 0, cut: 0, staleToken: 0, emptyPage: 0, partialPage: 0, unprocessed: 0, slowMs: 0, ratePerSecond: {} }
}
