/**
 * The truth about a recording: what ran, what caused it, and which requests from outside it belongs to. The platform
 * keeps it while it works; nothing of it reaches a log line.
 */
export interface LogLine {
  logGroup: string
  logStream: string
  /** Milliseconds since the epoch, whole. */
  timestamp: number
  message: string
  /** Both are known when the line's batch was put. */
  ingestionTime: number
  eventId: string
}

export type ExecutionKind = 'lambda' | 'gateway'

export type LinkKind = 'http' | 'sqs' | 'sns' | 'sns-sqs' | 'eb' | 'eb-sqs' | 'stream' | 's3' | 'retry' | 'redrive'

/** Why something starts: what another execution sent, and the protocol's ids that went with it. */
export interface Cause {
  from: Execution
  /** When the message, event or request left. */
  at: number
  kind: LinkKind
  ids: readonly string[]
  /** The transactions that this one emission belongs to: not all of a batch's. */
  txs: ReadonlySet<Transaction>
  /** Causes with the same text are alternatives. */
  anyOf?: string
}

/** One part of what an execution received: a message, a stream record; a request has just one. */
interface Delivery {
  tokens: ReadonlySet<string>
  txs: ReadonlySet<Transaction>
}

export interface Execution {
  exec: string
  requestId: string | null
  kind: ExecutionKind
  service: string
  label: string
  attempt: number
  start: number
  end: number
  lines: LogLine[]
  causes: Cause[]
  txs: Set<Transaction>
  deliveries: Delivery[]
  sampled: boolean
}

export interface Transaction {
  tx: number
  op: string
  root: Execution
  keys: Record<string, string | number>
  outcome: 'ok' | 'error'
  /** Why it failed, in the truth's words. */
  cause: string | null
}

/** What a root is told by whoever sends it. */
export interface RootFacts {
  op: string
  keys: Record<string, string | number>
}

export interface Arrival {
  causes: Cause[]
  /** The text of the message or record, to tell a batch's parts from one another. */
  text: string
}

export interface Ledger {
  executions: Execution[]
  transactions: Transaction[]
  open(facts: Pick<Execution, 'kind' | 'service' | 'requestId' | 'label' | 'attempt' | 'start' | 'sampled'>, arrivals: Arrival[], root?: RootFacts): Execution
  /** What `execution` sends with `text` in it: belongs to the deliveries that have a value of their own in the text, else to all. */
  emission(execution: Execution, kind: LinkKind, at: number, ids: readonly string[], text: string): Cause
  fail(txs: Iterable<Transaction>, cause: string): void
}

/** Ids, codes and numbers of some length: what could tell one message from its neighbours. */
const TOKEN = /[A-Za-z0-9][A-Za-z0-9_-]{5,}/g

export function tokensOf(text: string): Set<string> {
  const out = new Set<string>()
  for (const match of text.matchAll(TOKEN)) if (/\d/.test(match[0])) out.add(match[0])
  return out
}

/** `keep` off: nothing is remembered once nothing under way refers to it, for a shop that runs without end. */
export function createLedger(keep = true): Ledger {
  let opened = 0
  let begun = 0
  const executions: Execution[] = []
  const transactions: Transaction[] = []
  return {
    executions,
    transactions,
    open(facts, arrivals, root) {
      const execution: Execution = {
        ...facts,
        exec: `x${++opened}`,
        end: facts.start,
        lines: [],
        causes: arrivals.flatMap((arrival) => arrival.causes),
        txs: new Set(),
        deliveries: [],
      }
      for (const cause of execution.causes) for (const tx of cause.txs) execution.txs.add(tx)
      if (arrivals.length > 1) {
        execution.deliveries = arrivals.map(({ causes, text }) => ({ tokens: tokensOf(text), txs: new Set(causes.flatMap((cause) => [...cause.txs])) }))
      }
      if (execution.causes.length === 0) {
        const transaction: Transaction = {
          tx: ++begun,
          op: root?.op ?? 'unknown',
          root: execution,
          keys: root?.keys ?? {},
          outcome: 'ok',
          cause: null,
        }
        if (keep) transactions.push(transaction)
        execution.txs.add(transaction)
      }
      if (keep) executions.push(execution)
      return execution
    },
    emission(execution, kind, at, ids, text) {
      return { from: execution, at, kind, ids, txs: ownersOf(execution, text) }
    },
    fail(txs, cause) {
      for (const tx of txs) {
        tx.outcome = 'error'
        tx.cause ??= cause
      }
    },
  }
}

function ownersOf(execution: Execution, text: string): ReadonlySet<Transaction> {
  if (execution.deliveries.length < 2) return execution.txs
  const mentioned = tokensOf(text)
  const shared = new Map<string, number>()
  for (const { tokens } of execution.deliveries) for (const token of tokens) shared.set(token, (shared.get(token) ?? 0) + 1)
  const owners = execution.deliveries.filter(({ tokens }) => [...tokens].some((token) => shared.get(token) === 1 && mentioned.has(token)))
  if (owners.length === 0) return execution.txs
  return new Set(owners.flatMap(({ txs }) => [...txs]))
}
