/** How often the platform does what its contract allows and nobody hopes for. Shares of 1. */
export interface Rates {
  /** A standard queue delivers a deleted message once more. */
  queueDuplicate: number
  /** Lambda's own queue hands an asynchronous event out twice. */
  asyncDuplicate: number
  /** PutEvents answers 200 although an entry of it failed; a caller has to look at each. */
  entryFailure: number
  /** An on-demand table throttles; the SDK tries again by itself. */
  tableThrottle: number
}

export const USUAL_RATES: Rates = { queueDuplicate: 0.001, asyncDuplicate: 0.0006, entryFailure: 0.002, tableThrottle: 0.0015 }
