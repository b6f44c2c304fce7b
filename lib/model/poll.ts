/** What a poller works on: connections to AWS and the log groups (or X-Ray) that are read through them. Times are ms. */
import { hash64 } from '#lib/base/hash'
import type { GroupState, PollProblem } from './connection'
import type { Delays } from './delays'

export interface Connection {
  id: bigint
  label: string
  region: string
  roleArn: string | null
  externalId: string | null
  endpoint: string | null
  groups: string[]
  excludedGroups: string[]
  filterPattern: string | null
  xray: boolean
  enabled: boolean
  /** Learned from the first answer. */
  accountId: string | null
  /** The chosen groups are read from here on. */
  sinceMs: number
  createdMs: number
  /** Grows with every change of the row. */
  changedMs: number
  listedMs: number | null
  problem: PollProblem | null
}

export interface PollTarget {
  id: bigint
  connectionId: bigint
  kind: 'logs' | 'xray'
  /** Log group; it is the source's name too, as at the other doors. */
  name: string
  state: GroupState
  groupClass: string | null
  storedBytes: number | null
  /** Complete from here up to completeMs. */
  sinceMs: number
  completeMs: number | null
  delays: Delays
  received: number
  stored: number
  duplicate: number
  late: number
  lastReadMs: number | null
  lastEventMs: number | null
  problem: PollProblem | null
}

/** Identity of a target: the same group found again is the same. */
export function targetIdOf(connectionId: bigint, kind: 'logs' | 'xray', name: string): bigint {
  return hash64(`target:${connectionId}\0${kind}\0${name}`)
}
