/**
 * Conditions -> SQL. The text depends on the shape of the condition alone: every name, value and number is a bind.
 * For transactions (alias `t`), a condition on events holds where some event of the transaction meets it, and status, service,
 * duration, name and outcome are the transaction's. For events (alias `e`), service, kind, level and source are the event's own,
 * and the rest is asked of its transactions.
 */
import { hash64 } from '#lib/base/hash'
import { RUNNING_WAIT_NS } from '#lib/model/transaction-status'
import type { Atom, Condition, Lookup } from './conditions'

/** SQL text in pieces with the binds between them: `new Sql(f.strings, f.args)` splices it into a statement. */
export interface Fragment {
  strings: string[]
  args: unknown[]
}

export interface SqlContext {
  target: 'transaction' | 'event'
  /** No event of a transaction that is asked for is older; prunes partitions. Null for no bound. */
  eventsFromNs: bigint | null
  nowNs: bigint
  /** Keys that each lookup found. */
  found: ReadonlyMap<Lookup, readonly string[]>
}

/** bigint's least value: a bound that excludes nothing, so that the SQL text stays the same. */
const NO_BOUND = -(2n ** 63n)

/** The condition as a boolean expression; `true` where there is none. */
export function toSql(condition: Condition | null, context: SqlContext): Fragment {
  if (!condition) return { strings: ['true'], args: [] }
  switch (condition.type) {
    case 'and':
    case 'or':
      return joined(condition.parts, condition.type, context)
    case 'not':
      return fragment`not ${toSql(condition.part, context)}`
    default:
      return context.target === 'transaction' ? ofTransaction(condition, context) : ofEvent(condition, context)
  }
}

/** Text with `$n` and the binds, as the driver takes it. */
export function toText(f: Fragment): { text: string; values: unknown[] } {
  return { text: f.strings.map((part, i) => (i === 0 ? part : `$${i}${part}`)).join(''), values: f.args }
}

function fragment(strings: TemplateStringsArray, ...args: unknown[]): Fragment {
  const result: Fragment = { strings: [strings[0] ?? ''], args: [] }
  args.forEach((arg, i) => {
    if (isFragment(arg)) append(result, arg)
    else {
      result.args.push(arg)
      result.strings.push('')
    }
    append(result, { strings: [strings[i + 1] ?? ''], args: [] })
  })
  return result
}

function isFragment(value: unknown): value is Fragment {
  return typeof value === 'object' && value !== null && 'strings' in value && 'args' in value
}

function append(to: Fragment, more: Fragment): void {
  to.strings[to.strings.length - 1] += more.strings[0] ?? ''
  to.strings.push(...more.strings.slice(1))
  to.args.push(...more.args)
}

function joined(parts: Condition[], word: 'and' | 'or', context: SqlContext): Fragment {
  const result: Fragment = { strings: ['('], args: [] }
  parts.forEach((part, i) => {
    if (i > 0) append(result, { strings: [word === 'and' ? ' and ' : ' or '], args: [] })
    append(result, toSql(part, context))
  })
  append(result, { strings: [')'], args: [] })
  return result
}

function hashes(atom: Extract<Atom, { type: 'term' }>, context: SqlContext): bigint[] {
  const found = atom.lookup ? (context.found.get(atom.lookup) ?? []) : []
  return [...new Set([...atom.keys, ...found])].map(hash64)
}

/** Relies on event_terms, transaction_span_span, span_group and transaction_start. */
function ofTransaction(atom: Atom, context: SqlContext): Fragment {
  const from = context.eventsFromNs ?? NO_BOUND
  switch (atom.type) {
    case 'term':
      return fragment`t.id in (select ts.transaction_id from event e join transaction_span ts on ts.span_id = e.span_id where e.terms && ${hashes(atom, context)}::bigint[] and e.time_ns >= ${from})`
    case 'status':
      return status(atom.status, context)
    case 'service':
      return fragment`t.service_ids && array(select s.id from service s where s.name ilike ${atom.pattern})`
    case 'kind':
      return fragment`t.service_ids && array(select s.id from service s where s.kind = ${atom.kind})`
    case 'name':
      return fragment`t.name ilike ${atom.pattern}`
    case 'outcome':
      return fragment`coalesce(t.outcome ilike ${atom.pattern}, false)`
    case 'source':
      return fragment`exists (select 1 from transaction_span ts join span s on s.id = ts.span_id join event e on e.group_id = s.group_id where ts.transaction_id = t.id and e.source_id = any(array(select c.id from source c where c.name ilike ${atom.pattern})))`
    case 'duration':
      return duration(atom)
    case 'level':
      return fragment`exists (select 1 from transaction_span ts join span s on s.id = ts.span_id join event e on e.group_id = s.group_id where ts.transaction_id = t.id and s.severity >= ${atom.from} and e.severity >= ${atom.from} and e.severity < ${atom.to})`
    case 'id':
      return fragment`(t.id = ${atom.id} or exists (select 1 from transaction_span ts where ts.transaction_id = t.id and ts.span_id = ${atom.id}))`
    case 'event':
      return fragment`t.id in (select ts.transaction_id from event e join transaction_span ts on ts.span_id = e.span_id where e.time_ns = ${atom.timeNs} and e.id = ${atom.id})`
  }
}

/** Relies on event_terms, transaction_span_span and the keys of span and transaction. */
function ofEvent(atom: Atom, context: SqlContext): Fragment {
  switch (atom.type) {
    case 'term':
      return fragment`e.terms && ${hashes(atom, context)}::bigint[]`
    case 'service':
      return fragment`e.service_id = any(array(select s.id from service s where s.name ilike ${atom.pattern}))`
    case 'kind':
      return fragment`e.service_id = any(array(select s.id from service s where s.kind = ${atom.kind}))`
    case 'source':
      return fragment`e.source_id = any(array(select c.id from source c where c.name ilike ${atom.pattern}))`
    case 'level':
      return fragment`(e.severity >= ${atom.from} and e.severity < ${atom.to})`
    case 'id':
      return fragment`(e.span_id = ${atom.id} or e.span_id in (select ts.span_id from transaction_span ts where ts.transaction_id = ${atom.id}))`
    case 'event':
      return fragment`(e.time_ns = ${atom.timeNs} and e.id = ${atom.id})`
    default:
      return fragment`exists (select 1 from transaction_span x join transaction t on t.id = x.transaction_id where x.span_id = e.span_id and ${ofTransaction(atom, context)})`
  }
}

/** The same rule as transactionStatus in lib/model/transaction-status.ts; a test holds them together. */
function status(asked: Extract<Atom, { type: 'status' }>['status'], context: SqlContext): Fragment {
  const since = context.nowNs - RUNNING_WAIT_NS
  switch (asked) {
    case 'error':
      return fragment`t.failed`
    case 'ok':
      return fragment`(not t.failed and not t.open)`
    case 'running':
      return fragment`(not t.failed and t.open and greatest(t.start_ns, t.end_ns) > ${since})`
    case 'unknown':
      return fragment`(not t.failed and t.open and greatest(t.start_ns, t.end_ns) <= ${since})`
  }
}

/** A transaction without a known end has no duration and meets no comparison. */
function duration(atom: Extract<Atom, { type: 'duration' }>): Fragment {
  switch (atom.op) {
    case '>':
      return fragment`coalesce(t.end_ns - t.start_ns > ${atom.ns}, false)`
    case '>=':
      return fragment`coalesce(t.end_ns - t.start_ns >= ${atom.ns}, false)`
    case '<':
      return fragment`coalesce(t.end_ns - t.start_ns < ${atom.ns}, false)`
    case '<=':
      return fragment`coalesce(t.end_ns - t.start_ns <= ${atom.ns}, false)`
  }
}
