import { tokensOf, type Cause, type Execution, type Ledger, type LinkKind, type Transaction } from './ledger'

/** The lines of the truth's three files, as objects. Executions that left no line are passed through. */
export interface Truth {
  executions: unknown[]
  links: unknown[]
  transactions: unknown[]
}

interface Link {
  cause: Execution
  effect: Execution
  kind: LinkKind | 'through-silent'
  ids: readonly string[]
  txs: ReadonlySet<Transaction>
  anyOf: string | undefined
}

const seen = (execution: Execution): boolean => execution.lines.length > 0
const roundMs = (ms: number): number => Math.round(ms * 1000) / 1000

export function truthOf(ledger: Ledger): Truth {
  const visible = ledger.executions.filter(seen)
  const evidence = createEvidence(visible)
  const links = visible.flatMap((effect) => linksInto(effect))
  const membersOf = new Map<Transaction, Execution[]>()
  for (const execution of visible) {
    for (const tx of execution.txs) {
      const members = membersOf.get(tx)
      if (members === undefined) membersOf.set(tx, [execution])
      else members.push(execution)
    }
  }
  return {
    executions: visible.map((execution) => ({
      exec: execution.exec,
      requestId: execution.requestId,
      kind: execution.kind,
      service: execution.service,
      label: execution.label,
      attempt: execution.attempt,
      start: roundMs(execution.start),
      end: roundMs(execution.end),
      lost: 0,
      tx: [...execution.txs].map(({ tx }) => tx),
      eventIds: execution.lines.map(({ eventId }) => eventId),
    })),
    links: [
      ...links.map((link) => ({
        cause: reference(link.cause),
        effect: reference(link.effect),
        kind: link.kind,
        ...evidence(link),
        ...(link.anyOf === undefined ? {} : { anyOf: link.anyOf }),
      })),
      ...ledger.transactions.map(({ tx, root }) => ({ root: reference(root), tx })),
    ],
    transactions: ledger.transactions.map((transaction) => transactionLine(transaction, membersOf.get(transaction) ?? [])),
  }
}

function reference(execution: Execution): Record<string, unknown> {
  const first = execution.lines[0]?.eventId
  return { exec: execution.exec, eventIds: first === undefined ? [] : [first], ...(execution.requestId === null ? {} : { requestId: execution.requestId }) }
}

function transactionLine({ tx, op, root, keys, outcome, cause }: Transaction, members: Execution[]): Record<string, unknown> {
  return {
    tx,
    op,
    root: { ...reference(root), label: root.label },
    keys,
    outcome,
    cause,
    start: roundMs(root.start),
    end: roundMs(Math.max(...members.map(({ end }) => end))),
    sampled: root.sampled,
    eventCount: members.reduce((sum, { lines }) => sum + lines.length, 0),
    executions: members.map(({ exec }) => exec),
  }
}

/** The causes of an execution that left lines: itself seen, or the nearest ones before it that were. */
function linksInto(effect: Execution): Link[] {
  const links = new Map<string, Link>()
  const add = (cause: Cause, kind: Link['kind'], anyOf: string | undefined): void => {
    if (!seen(cause.from)) {
      for (const earlier of cause.from.causes) {
        if (![...earlier.txs].some((tx) => cause.txs.has(tx))) continue
        add({ ...earlier, ids: [] }, 'through-silent', anyOf ?? earlier.anyOf)
      }
      return
    }
    const known = links.get(cause.from.exec)
    const txs = new Set([...(known?.txs ?? []), ...cause.txs])
    // Two messages of one batch from one execution are one link; a firm cause outweighs an alternative.
    links.set(cause.from.exec, {
      cause: cause.from,
      effect,
      kind: known?.kind ?? kind,
      ids: [...(known?.ids ?? []), ...cause.ids],
      txs,
      anyOf: known === undefined ? anyOf : known.anyOf && anyOf,
    })
  }
  for (const cause of effect.causes) add(cause, cause.kind, cause.anyOf)
  const found = [...links.values()]
  return found.map((link) => {
    const alternatives = found.filter(({ anyOf }) => anyOf !== undefined && anyOf === link.anyOf).length
    return { ...link, anyOf: alternatives > 1 ? `${link.anyOf}:${effect.exec}` : undefined }
  })
}

/** How much of a link stands in the lines of its two sides. */
function createEvidence(executions: readonly Execution[]): (link: Link) => Record<string, unknown> {
  const texts = new Map<Execution, string>()
  const tokens = new Map<Execution, Set<string>>()
  /** The transactions that each value is common to: a value of several strangers belongs to none. */
  const owners = new Map<string, Set<Transaction>>()
  for (const execution of executions) {
    const text = execution.lines.map(({ message }) => message).join('')
    const own = tokensOf(text)
    texts.set(execution, text)
    tokens.set(execution, own)
    for (const token of own) {
      const known = owners.get(token)
      owners.set(token, known === undefined ? new Set(execution.txs) : new Set([...known].filter((tx) => execution.txs.has(tx))))
    }
  }
  const hasKey = (link: Link): boolean => {
    const other = tokens.get(link.effect) ?? new Set()
    for (const token of tokens.get(link.cause) ?? []) {
      if (other.has(token) && [...(owners.get(token) ?? [])].some((tx) => link.txs.has(tx))) return true
    }
    return false
  }
  return (link) => {
    const sampled = link.cause.sampled && link.effect.sampled
    const id = link.ids.find((candidate) => texts.get(link.cause)?.includes(candidate) && texts.get(link.effect)?.includes(candidate))
    if (id !== undefined) return { evidenceLevel: 'exact', sampled, id }
    return { evidenceLevel: hasKey(link) ? 'key' : 'timing', sampled }
  }
}
