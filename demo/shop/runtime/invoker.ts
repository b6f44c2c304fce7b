import type { FunctionHost, Outcome } from './functions'
import type { Clock } from './clock'
import type { Cause, Ledger, RootFacts } from './ledger'
import type { Random } from './random'
import type { Rates } from './rates'
import { seconds, type Subsegment, type TraceContext, type XRay } from './xray'

/** Ways to invoke a function: and wait for it, or put the event into Lambda's own queue. */
export interface Invoker {
  sync(host: FunctionHost, call: SyncCall): boolean
  async(host: FunctionHost, call: AsyncCall): void
}

export interface SyncCall {
  event: unknown
  requestId: string
  attempt: number
  arrivals: { causes: Cause[]; text: string }[]
  trace: TraceContext
  links?: TraceContext[]
  done(outcome: Outcome): void
}

export interface AsyncCall {
  event: unknown
  causes: Cause[]
  text: string
  trace: TraceContext
  root?: RootFacts
}

interface InvokerServices {
  clock: Clock
  random: Random
  ledger: Ledger
  xray: XRay
  arnOf(name: string): string
  rates: Rates
}

/** Lambda tries a failed event again after about one and two minutes, both under the same request id. */
const RETRY_AFTER_MS = [60_000, 120_000]
/** A throttled event goes back and is tried with growing pauses, up to five minutes each. */
const THROTTLED_PAUSE_MS = { first: 1_000, longest: 300_000 }

export function createInvoker(services: InvokerServices): Invoker {
  const { clock, random, ledger, xray } = services

  const putServiceSegment = (
    host: FunctionHost,
    segment: string,
    trace: TraceContext,
    requestId: string,
    start: number,
    status: number,
    extra: Record<string, unknown>,
  ): void => {
    if (!trace.sampled) return
    xray.put({
      id: segment,
      name: host.settings.name,
      start_time: seconds(start),
      trace_id: trace.root,
      end_time: seconds(clock.now()),
      ...(trace.parent === undefined ? {} : { parent_id: trace.parent }),
      http: { response: { status } },
      ...(status >= 500 ? { fault: true } : {}),
      aws: { request_id: requestId },
      origin: 'AWS::Lambda',
      resource_arn: services.arnOf(host.settings.name),
      ...extra,
    })
  }

  const sync: Invoker['sync'] = (host, call) => {
    const segment = xray.segmentId()
    const start = clock.now()
    const links = call.links?.map(({ root, parent }) => ({ trace_id: root, id: parent, attributes: { ReferenceType: 'parent' } }))
    return host.invoke({
      ...call,
      trace: { ...call.trace, parent: segment },
      done(outcome) {
        const extra = links === undefined ? {} : { links }
        putServiceSegment(host, segment, call.trace, call.requestId, start, outcome.failed ? 500 : 200, extra)
        call.done(outcome)
      },
    })
  }

  const async: Invoker['async'] = (host, call) => {
    const requestId = random.uuid()
    const segment = xray.segmentId()
    const accepted = clock.now()
    const attempts: Subsegment[] = []
    const twice = random.chance(services.rates.asyncDuplicate)

    const attempt = (nth: number, pauseMs: number, previous: Outcome | null): void => {
      const id = xray.segmentId()
      const begun = clock.now()
      const started = host.invoke({
        event: call.event,
        requestId,
        attempt: nth,
        arrivals: [{ causes: withRetry(call, requestId, nth, previous), text: call.text }],
        trace: { ...call.trace, parent: id },
        ...(call.root === undefined ? {} : { root: call.root }),
        done(outcome) {
          if (nth === 1) attempts.push({ id: xray.segmentId(), name: 'Dwell Time', start_time: seconds(accepted), end_time: seconds(begun) })
          attempts.push({
            id,
            name: `Attempt #${nth}`,
            start_time: seconds(begun),
            end_time: seconds(clock.now()),
            http: { response: { status: outcome.failed ? 500 : 200 } },
          })
          const wait = RETRY_AFTER_MS[nth - 1]
          if (outcome.failed && wait !== undefined) {
            clock.at(clock.now() + wait * random.between(0.9, 1.1), () => attempt(nth + 1, THROTTLED_PAUSE_MS.first, outcome))
            return
          }
          if (outcome.failed) ledger.fail(outcome.execution.txs, 'retries-exhausted')
          putServiceSegment(host, segment, call.trace, requestId, accepted, outcome.failed ? 500 : 202, { subsegments: attempts })
          if (twice && nth === 1) clock.at(clock.now() + random.between(300, 4000), () => attempt(RETRY_AFTER_MS.length + 1, THROTTLED_PAUSE_MS.first, outcome))
        },
      })
      if (started) return
      const pause = Math.min(pauseMs, THROTTLED_PAUSE_MS.longest)
      clock.at(clock.now() + pause * random.between(0.8, 1.2), () => attempt(nth, pause * 2, previous))
    }
    clock.at(accepted + random.around(18, 0.7), () => attempt(1, THROTTLED_PAUSE_MS.first, null))
  }

  return { sync, async }
}

/** A second attempt is caused by what sent the event, or by the first attempt: both are right. */
function withRetry(call: AsyncCall, requestId: string, nth: number, previous: Outcome | null): Cause[] {
  if (previous === null) return call.causes
  const anyOf = `async:${requestId}:${nth}`
  const { execution } = previous
  return [
    ...call.causes.map((cause) => ({ ...cause, anyOf })),
    { from: execution, at: execution.start, kind: 'retry', ids: [requestId], txs: execution.txs, anyOf },
  ]
}
