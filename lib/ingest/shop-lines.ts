/** For tests: the statistical tiers' drawn shop as log lines of three functions that share no id. */
import { shopOf } from '#lib/link/statistical/testing'

/** `shop1` -> a RequestId. */
export function requestId(span: string): string {
  return `${Buffer.from(span.slice(0, 4)).toString('hex')}-${(/\d+/.exec(span)?.[0] ?? '0').padStart(4, '0')}-4000-8000-000000000000`
}

/** Requests to `shop`, each asking `stock` and then `price`. */
export function shopLines(count: number): string[] {
  let serial = 0
  return shopOf(count, 120).spans.flatMap(({ id, service, lines }) =>
    lines.map(({ timeMs, template }) =>
      JSON.stringify({
        logGroup: `/aws/lambda/${service}`,
        logStream: `${service}/1`,
        timestamp: timeMs,
        message: `${new Date(timeMs).toISOString()}\t${requestId(id)}\tINFO\t${template} one of them`,
        eventId: String((BigInt(timeMs) << 144n) + BigInt(++serial)),
      }),
    ),
  )
}
