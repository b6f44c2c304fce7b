/** The first line of a transaction: what began it, how it ended, how long that took, who failed first. */
import { formatCount, formatDuration, formatPercent } from '#lib/base/format'
import type { SpanItem, TransactionDetail } from '#lib/model/api'
import type { CauseTree } from './cause-tree'
import { shortOperation } from './unit-words'
import { visibleText } from './visible-text'

export interface TransactionWords {
  /** Set in bold: the verdict. */
  verdict: string
  /** The rest of the sentence. */
  rest: string
  /** The span that failed first, null where none did. */
  failedFirst: string | null
}

/**
 * What a transaction is called: its operation; where that says nothing (`/*`) its first service and the one that it went to.
 * `next` is the first other service, where one is known.
 */
export function titleOf({ name, rootService }: { name: string; rootService: string }, next: string | undefined): string {
  if (name === '' || name === rootService) return rootService
  if (/\p{L}/u.test(name)) return name
  return next === undefined ? rootService : `${rootService} \u2192 ${next}`
}

/** The first service in causal order that is not the root's. */
export function nextService(services: Iterable<{ service: string }>, rootService: string): string | undefined {
  for (const { service } of services) if (service !== rootService) return service
  return undefined
}

/** Under this share of executions without a proven cause the rest is noise of edges of the window. */
const UNPROVEN_SHARE = 0.1

/**
 * The failure that no other failure caused: of the failed spans without a failed effect, the one that ended first. A failure travels
 * from effect to cause (the caller fails because the callee did), so its origin is the deepest.
 */
export function failedFirst(tree: CauseTree): SpanItem | null {
  const failed = tree.order.flatMap((id) => tree.nodes.get(id) ?? []).filter((node) => node.span.status === 'error')
  const origins = failed.filter((node) => !node.children.some((child) => tree.nodes.get(child)?.span.status === 'error'))
  const first = origins.toSorted((a, b) => (a.endMs ?? a.startMs) - (b.endMs ?? b.startMs) || (a.span.id < b.span.id ? -1 : 1))[0]
  return first?.span ?? null
}

/** A headline holds about as much. */
const SAID_MAX = 110

/** What the span's first error says: the one line that is read before any other. */
function firstError(detail: TransactionDetail, span: SpanItem): string | null {
  const error = detail.events.find((event) => event.spanId === span.id && event.form === 'log' && event.severity >= 17 && event.message.trim() !== '')
  if (!error) return null
  const said = visibleText(error.message.trim().split('\n', 1)[0] ?? '')
  return said.length > SAID_MAX ? `${said.slice(0, SAID_MAX).trimEnd()}\u2026` : said
}

function failureRest(detail: TransactionDetail, tree: CauseTree, first: SpanItem | null): string {
  const outcome = detail.outcome ? ` with ${detail.outcome}` : ''
  if (!first) return detail.outcome ? `it ended${outcome}.` : 'no span says where.'
  const node = tree.nodes.get(first.id)
  const where = first.name && first.id !== tree.roots[0] ? `, in ${shortOperation(first.name, 40)}` : ''
  const at = node && node.startMs > 0 ? ` after ${formatDuration(node.endMs ?? node.startMs)}` : ''
  const said = firstError(detail, first)
  const why = said === null ? '.' : `: \u201c${said}\u201d`
  if (tree.order.length === 1) return said === null ? `${first.service} failed${outcome}.` : `\u201c${said}\u201d`
  return `${first.service} failed first${where}${at}${outcome}${why}`
}

function okRest(detail: TransactionDetail): string {
  const services = detail.services.length > 1 ? ` over ${detail.services.length} services` : ` on ${detail.rootService}`
  const waiting = detail.criticalPath.filter((piece) => piece.waiting).reduce((sum, piece) => sum + piece.endMs - piece.startMs, 0)
  const waited = waiting > 0 ? `, ${formatDuration(waiting)} of it waiting` : ''
  return `${services.trim()}${waited}${detail.retried ? '; a retry made a failed attempt good' : ''}.`
}

export function transactionWords(detail: TransactionDetail, tree: CauseTree): TransactionWords {
  const spans = tree.order.flatMap((id) => tree.nodes.get(id)?.span ?? [])
  const name = titleOf(detail, nextService(spans, detail.rootService))
  const took = detail.durationMs === null ? '' : formatDuration(detail.durationMs)
  if (detail.status === 'error') {
    const first = failedFirst(tree)
    return { verdict: `${name} failed${took ? ` after ${took}` : ''}:`, rest: failureRest(detail, tree, first), failedFirst: first?.id ?? null }
  }
  if (detail.status === 'running')
    return { verdict: `${name} is still running${took ? `, for ${took} so far` : ''}.`, rest: 'Something in it has no end yet.', failedFirst: null }
  if (detail.status === 'unknown')
    return { verdict: `Whether ${name} passed is not known:`, rest: 'something in it never ended, and nothing says why.', failedFirst: null }
  return { verdict: took ? `${name} passed in ${took}` : `${name} passed`, rest: okRest(detail), failedFirst: null }
}

/** A sentence where many executions of its services have no proven cause, so that effects may be missing here; else null. */
export function unprovenWords(unproven: TransactionDetail['unproven']): string | null {
  const { spans, ofSpans } = unproven
  if (ofSpans === 0 || spans / ofSpans < UNPROVEN_SHARE) return null
  return `${formatCount(spans)} of ${formatCount(ofSpans)} executions of its services (${formatPercent(spans / ofSpans)}) have no proven cause, so effects of this one may be missing here.`
}
