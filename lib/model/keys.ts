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

/** What two refs must share to meet. */
export function joinKey(ref: Pick<Ref, 'kind' | 'value'>): string {
  return `${ref.kind}\0${ref.value}`
}
