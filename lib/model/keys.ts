/** The texts whose hash64 is an id. One place, so that every layer derives the same ids from the same things. */
import type { Ref, ServiceRef } from '#lib/model/event'

/** A service is its kind and its name. */
export function serviceKey(service: ServiceRef): string {
  return `service:${service.kind}\0${service.name}`
}

export const spanKey = {
  /** All that one Lambda RequestId names; several attempts of it are split further. */
  execution: (requestId: string): string => `exec:${requestId}`,
  /** The parts that a container runtime cut one line into. */
  parts: (partId: string): string => `parts:${partId}`,
  /** One of several requests that came under one id. */
  variant: (groupId: bigint, variant: string): string => `variant:${groupId}\0${variant}`,
  /** The nth START of a RequestId in one log stream, where there is more than one. */
  attempt: (requestId: string, streamId: bigint, nth: number): string => `exec:${requestId}\0${streamId}\0${nth}`,
}

/** A transaction's id from its root span's. */
export function transactionKey(rootSpan: bigint): string {
  return `transaction:${rootSpan}`
}

/** Who may have sent a message, by service and minute: what a delivery waits under for the execution that sent it. */
export function senderKey(serviceId: bigint, atNs: bigint): string {
  return `${serviceId}@${atNs / 60_000_000_000n}`
}

/** A row that was written: when (in whole seconds where that is all that is known), its key, and what may tell this write from others of the row. */
export interface Change {
  writtenNs: bigint
  keys: readonly string[]
  image: readonly string[]
}

/** What the record of a change waits under for its writer: the minute; the change itself stands behind it. */
export function changeKey({ writtenNs, keys, image }: Change): string {
  return `${minuteKey(writtenNs)} ${JSON.stringify([String(writtenNs), keys, image])}`
}

/** The inverse of changeKey. */
export function changeOf(value: string): Change {
  const [writtenNs, keys, image] = JSON.parse(value.slice(value.indexOf(' ') + 1)) as [string, string[], string[]]
  return { writtenNs: BigInt(writtenNs), keys, image }
}

export function minuteKey(atNs: bigint): string {
  return `@${atNs / 60_000_000_000n}`
}

/** What two refs must share to meet. */
export function joinKey({ kind, value }: Pick<Ref, 'kind' | 'value'>): string {
  return `${kind}\0${kind === 'change' && value.includes(' ') ? value.slice(0, value.indexOf(' ')) : value}`
}
