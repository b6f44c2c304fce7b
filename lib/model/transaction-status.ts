/** The status of a transaction (design.md §2): the stored part, and what only the clock can say. */
import type { UnixNano } from '#lib/base/time'
import type { TransactionStatus } from '#lib/model/span'

/**
 * How long an unfinished transaction counts as running after its last sign of life: the longest that a Lambda execution can take,
 * for a hop whose own p99 is not known. Shorter, and long executions are called lost; longer, and lost ones look alive.
 */
export const RUNNING_WAIT_NS = 15n * 60n * 1_000_000_000n

/**
 * `error` where something failed for good, `ok` where all that began has ended, else `running` while the last sign of life is
 * younger than the wait, and `unknown` after it: what became of it was never logged, or not yet delivered.
 */
export function transactionStatus(
  transaction: { failed: boolean; open: boolean; startNs: UnixNano; endNs: UnixNano | null },
  nowNs: UnixNano,
  waitNs: UnixNano = RUNNING_WAIT_NS,
): TransactionStatus {
  if (transaction.failed) return 'error'
  if (!transaction.open) return 'ok'
  const lastSign = transaction.endNs !== null && transaction.endNs > transaction.startNs ? transaction.endNs : transaction.startNs
  return lastSign > nowNs - waitNs ? 'running' : 'unknown'
}
