/** Progress as one line of text, and the rates in it. Pure: time comes in. */
import { bytesInWords, countInWords, timeInWords } from './words'

/** Long enough that a batch's pauses even out, short enough to follow a server that slows down. */
const WINDOW_MS = 15_000
/** Below this a rate says nothing. */
const RATE_FROM_MS = 1_000

/** A rate over the last seconds of a number that grows, and now and then falls back when a file is sent again. */
export class RateMeter {
  private samples: { atMs: number; total: number }[] = []

  add(atMs: number, total: number): void {
    const last = this.samples.at(-1)
    if (last && total < last.total) this.samples = []
    // A sample for each chunk would be thousands a second.
    else if (last && atMs - last.atMs < 100 && this.samples.length > 1) this.samples.pop()
    this.samples.push({ atMs, total })
    while (this.samples.length > 2 && atMs - (this.samples[1]?.atMs ?? atMs) >= WINDOW_MS) this.samples.shift()
  }

  /** Null until it is known. */
  perSecond(nowMs: number): number | null {
    const [first] = this.samples
    const last = this.samples.at(-1)
    if (!first || !last || nowMs - first.atMs < RATE_FROM_MS) return null
    return ((last.total - first.total) / (nowMs - first.atMs)) * 1000
  }
}

export interface Progress {
  /** 1-based, of all deliveries. */
  index: number
  count: number
  label: string
  /** Bytes of all deliveries that are sent, those left out by their failure included. */
  sentBytes: number
  /** Null where a delivery's end is not known. */
  totalBytes: number | null
  bytesPerSecond: number | null
  /** What the instance has received since the command began, where it said so. */
  events: number | null
  eventsPerSecond: number | null
  /** All bytes of the delivery are sent, the answer is not there yet. */
  waitingForAnswer: boolean
}

/** `[2/5] app.log  12.3 MB of 44.0 MB, 28 %  3.1 MB/s  35,000 events, 15,200/s  10 s left` */
export function progressText(progress: Progress): string {
  const { index, count, label, sentBytes, totalBytes, bytesPerSecond, events, eventsPerSecond, waitingForAnswer } = progress
  const parts = [count > 1 ? `[${index}/${count}] ${shortened(label)}` : shortened(label)]
  parts.push(totalBytes === null ? bytesInWords(sentBytes) : `${bytesInWords(sentBytes)} of ${bytesInWords(totalBytes)}, ${percent(sentBytes, totalBytes)}`)
  if (bytesPerSecond !== null && !waitingForAnswer) parts.push(`${bytesInWords(bytesPerSecond)}/s`)
  if (events !== null) parts.push(`${countInWords(events)} events${eventsPerSecond === null ? '' : `, ${countInWords(eventsPerSecond)}/s`}`)
  if (waitingForAnswer) parts.push('all sent, waiting for the last commit')
  else if (totalBytes !== null && bytesPerSecond !== null && bytesPerSecond > 0) parts.push(timeLeft(totalBytes - sentBytes, bytesPerSecond))
  return parts.join('  ')
}

/** Leaves room for the numbers on a line of 100 characters. */
const LABEL_MAX = 36

/** The end of a path tells which file it is. */
function shortened(label: string): string {
  return label.length > LABEL_MAX ? `…${label.slice(1 - LABEL_MAX)}` : label
}

function timeLeft(amount: number, perSecond: number): string {
  return `${timeInWords(Math.max(1000, (amount / perSecond) * 1000))} left`
}

/** Never 100 before it is all: a file that grew while it was sent has more than was planned. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '100 %'
  const value = Math.floor((part / whole) * 100)
  return `${part < whole ? Math.min(99, value) : 100} %`
}

export interface LinkingProgress {
  pending: number
  /** The most that was pending since the wait began. */
  mostPending: number
  linkedThrough: string | null
  eventsPerSecond: number | null
}

/** `Linking: 52,000 of 168,597 events to go, 69 %  12,000/s  4 s left  through 2023-01-29T08:13:00.000Z` */
export function linkingText({ pending, mostPending, linkedThrough, eventsPerSecond }: LinkingProgress): string {
  const parts = [`Linking: ${countInWords(pending)} of ${countInWords(mostPending)} events to go, ${percent(mostPending - pending, mostPending)}`]
  if (eventsPerSecond !== null && eventsPerSecond > 0) parts.push(`${countInWords(eventsPerSecond)}/s`, timeLeft(pending, eventsPerSecond))
  if (linkedThrough !== null) parts.push(`through ${linkedThrough}`)
  return parts.join('  ')
}
