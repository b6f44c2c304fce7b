/** `--wait`: until everything that is stored is linked. */
import { setTimeout as sleep } from 'node:timers/promises'
import { readStatus } from './instance'
import { linkingText, RateMeter } from './progress'
import type { Screen } from './screen'

export interface WaitOptions {
  address: string
  signal: AbortSignal
  screen: Screen
  everyMs?: number
}

const EVERY_MS = 500
/** A web process that is started again is back before this. */
const UNANSWERED_MS = 90_000

/** True once linking.pending is 0; false, with words, where the instance is gone or the person stops the wait. */
export async function waitForLinks({ address, signal, screen, everyMs = EVERY_MS }: WaitOptions): Promise<boolean> {
  const meter = new RateMeter()
  const startMs = Date.now()
  let mostPending = 0
  let answeredMs = startMs
  try {
    for (;;) {
      const nowMs = Date.now()
      const status = await readStatus(address, signal)
      if (status) {
        const { pending, linkedThrough } = status.linking
        answeredMs = nowMs
        if (pending === 0) {
          screen.out(
            `linked: everything${linkedThrough === null ? '' : ` through ${linkedThrough}`}, ${((nowMs - startMs) / 1000).toFixed(1)} s after the last answer`,
          )
          return true
        }
        mostPending = Math.max(mostPending, pending)
        meter.add(nowMs, mostPending - pending)
        screen.progress(() => linkingText({ pending, mostPending, linkedThrough, eventsPerSecond: meter.perSecond(nowMs) }))
      } else if (nowMs - answeredMs > UNANSWERED_MS) {
        screen.say(`${address} does not answer any more. All is stored; linking goes on when Specter runs: npm start`)
        return false
      }
      await sleep(everyMs, undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
    screen.say('Stopped waiting. All is stored, and linking goes on by itself.')
    return false
  }
}
