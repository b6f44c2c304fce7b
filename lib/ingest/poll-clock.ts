/** Time as pollers see it. Tests put in one that they move themselves. */
export interface PollClock {
  /** ms since the epoch */
  nowMs(): number
  /** Resolves at that time, when one of the requests in flight has settled, or when the signal is aborted, whichever is first. Never rejects. */
  wait(untilMs: number, inFlight: readonly Promise<unknown>[], signal: AbortSignal): Promise<void>
}

/** setTimeout takes no more; whoever waits longer looks again in between. */
const TIMER_MAX_MS = 2 ** 31 - 1

export const systemClock: PollClock = {
  nowMs: () => Date.now(),
  async wait(untilMs, inFlight, signal) {
    if (signal.aborted) return
    const ms = Math.min(TIMER_MAX_MS, Math.max(0, untilMs - Date.now()))
    let end: () => void = () => {}
    const slept = new Promise<void>((resolve) => {
      end = resolve
    })
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
    await Promise.race([slept, ...inFlight.map((request) => request.catch(() => {}))])
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  },
}
