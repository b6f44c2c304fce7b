/**
 * Truth files as what is scored. A file's rows have one of two forms, which may not be mixed up but need not be named:
 *
 *   {requestId, trace, parent, service, sampled}                          one execution; `parent` null is a root
 *   {cause: {exec, requestId?, eventIds}, effect, evidenceLevel, …}       one link between executions; rows of one `anyOf` are alternatives
 *   {root: {exec, …}, tx}                                                 one root
 *
 * Beside the second form there may be rows of executions (all their event ids) and of transactions (which of them are sampled).
 * Only unsampled transactions are scored.
 */
import { z } from 'zod'
import { pushTo } from '#lib/base/group'
import type { Truth, TrueLink } from './measure'

/** What is known of an execution to find it among the spans of an instance. */
export interface ExecutionNames {
  requestId: string | null
  eventIds: readonly string[]
}

export interface ReadTruth {
  truth: Truth
  executions: Map<string, ExecutionNames>
  /** Rows of sampled transactions, which are not scored. */
  sampled: number
}

const end = z.object({ exec: z.string(), requestId: z.string().nullish(), eventIds: z.array(z.string()).default([]) })
const parentRow = z.object({ requestId: z.string(), trace: z.string(), parent: z.string().nullable(), sampled: z.boolean().default(false) })
const linkRow = z.object({
  cause: end,
  effect: end,
  evidenceLevel: z.string().default('unknown'),
  sampled: z.boolean().default(false),
  anyOf: z.string().optional(),
})
const rootRow = z.object({ root: end, tx: z.union([z.number(), z.string()]).optional() })
const transactionRow = z.object({ tx: z.union([z.number(), z.string()]), executions: z.array(z.string()), sampled: z.boolean().default(false) })

/** Takes rows one by one; what a row has too much is ignored. `add…` throws where a row has none of the forms. */
export class TruthReader {
  private readonly executions = new Map<string, { requestId: string | null; eventIds: string[] }>()
  private readonly parents: z.infer<typeof parentRow>[] = []
  private readonly links: { effect: string; cause: string; level: string; sampled: boolean; anyOf: string | undefined }[] = []
  private readonly roots: { exec: string; tx: string | undefined }[] = []
  private readonly transactionOf = new Map<string, string>()
  private readonly sampledTransactions = new Set<string>()

  addTruth(row: unknown): void {
    const parent = parentRow.safeParse(row)
    const link = parent.success ? undefined : linkRow.safeParse(row)
    const root = parent.success || link?.success ? undefined : rootRow.safeParse(row)
    if (parent.success) {
      this.parents.push(parent.data)
      this.name({ exec: parent.data.requestId, requestId: parent.data.requestId, eventIds: [] })
    } else if (link?.success) {
      const { cause, effect, evidenceLevel, sampled, anyOf } = link.data
      this.name(cause)
      this.name(effect)
      this.links.push({ effect: effect.exec, cause: cause.exec, level: evidenceLevel, sampled, anyOf })
    } else if (root?.success) {
      this.name(root.data.root)
      this.roots.push({ exec: root.data.root.exec, tx: root.data.tx?.toString() })
    } else throw new Error('it is neither {requestId, trace, parent} nor {cause, effect} nor {root}')
  }

  addExecution(row: unknown): void {
    this.name(end.parse(row))
  }

  addTransaction(row: unknown): void {
    const { tx, executions, sampled } = transactionRow.parse(row)
    for (const exec of executions) this.transactionOf.set(exec, tx.toString())
    if (sampled) this.sampledTransactions.add(tx.toString())
  }

  finish(): ReadTruth {
    const truth: Truth = { links: [], roots: [], also: [] }
    const sampled = this.fromParents(truth) + this.fromLinks(truth)
    return { truth, executions: this.executions, sampled }
  }

  private name({ exec, requestId, eventIds }: z.infer<typeof end>): void {
    const known = this.executions.get(exec)
    if (!known) this.executions.set(exec, { requestId: requestId ?? null, eventIds: [...eventIds] })
    else {
      known.requestId ??= requestId ?? null
      if (eventIds.length > known.eventIds.length) known.eventIds = [...eventIds]
    }
  }

  /** No row says what proves a link here; all stand under one level. */
  private fromParents(truth: Truth): number {
    let sampled = 0
    for (const row of this.parents) {
      if (row.sampled) sampled++
      else if (row.parent === null) truth.roots.push({ effect: row.requestId, transaction: row.trace })
      else truth.links.push({ effect: row.requestId, causes: [row.parent], transaction: row.trace, level: 'any' })
    }
    return sampled
  }

  private fromLinks(truth: Truth): number {
    const transactionOf = this.transactions()
    const choices = new Map<string, TrueLink>()
    const sampled = new Set(this.sampledTransactions)
    let left = 0
    for (const { effect, cause, level, sampled: isSampled, anyOf } of this.links) {
      const transaction = transactionOf.get(effect) ?? effect
      if (isSampled) sampled.add(transaction)
      const before = anyOf === undefined ? undefined : choices.get(anyOf)
      if (before) {
        before.causes.push(cause)
        continue
      }
      const link: TrueLink = { effect, causes: [cause], transaction, level }
      if (anyOf !== undefined) choices.set(anyOf, link)
      if (isSampled) left++
      ;(isSampled ? truth.also : truth.links)?.push(link)
    }
    for (const { exec, tx } of this.roots) {
      const transaction = transactionOf.get(exec) ?? tx ?? exec
      if (sampled.has(transaction)) left++
      else truth.roots.push({ effect: exec, transaction })
    }
    return left
  }

  /** Transaction of each execution; where no row says it, that of the root above, the first of a batch's. */
  private transactions(): Map<string, string> {
    if (this.transactionOf.size > 0) return this.transactionOf
    const effectsOf = new Map<string, string[]>()
    for (const { effect, cause } of this.links) pushTo(effectsOf, cause, effect)
    const out = new Map<string, string>()
    for (const { exec, tx } of this.roots) {
      const front = [exec]
      for (let next = front.pop(); next !== undefined; next = front.pop()) {
        if (out.has(next)) continue
        out.set(next, tx ?? exec)
        front.push(...(effectsOf.get(next) ?? []))
      }
    }
    return out
  }
}
