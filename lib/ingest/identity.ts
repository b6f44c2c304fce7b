/**
 * Identity of a record (design.md §2, formats.md §4), whichever door it came by: a CloudWatch event is (log group, eventId),
 * a segment or span (trace id, span id, bytes), an OTLP log record its log.record.uid where it has one, anything else its content and its ordinal among equals within one delivery.
 */
import { hash } from 'node:crypto'
import type { ParsedEvent } from '#lib/model/event'

/** First 64 bits of SHA-256 as a signed bigint: never 0, so that 0 can mean "free" in tables of hashes. */
function sha64(text: string): bigint {
  return hash('sha256', text, 'buffer').readBigInt64BE(0) || 1n
}

/**
 * Counts equal records of one delivery, exactly, in at most 50 MB: an open-addressing table of 64-bit hashes. Past 2 M distinct
 * records it starts anew with a higher epoch, so that a repeat far behind counts as another record instead of being lost.
 */
export class OrdinalCounter {
  private keys = new BigInt64Array(1 << 12)
  private counts = new Uint32Array(1 << 12)
  private used = 0
  private epoch = 0

  constructor(private readonly maxSlots = 1 << 22) {}

  /** 0 for the first record with this hash, 1 for the second, … */
  next(key: bigint): string {
    if (this.used * 2 >= this.keys.length) this.grow()
    const slot = this.slotOf(key)
    if (this.keys[slot] === 0n) {
      this.keys[slot] = key
      this.used++
    }
    const count = this.counts[slot] ?? 0
    this.counts[slot] = count + 1
    return this.epoch === 0 ? String(count) : `${this.epoch}.${count}`
  }

  private slotOf(key: bigint): number {
    const mask = this.keys.length - 1
    let slot = Number(BigInt.asUintN(32, key)) & mask
    while (this.keys[slot] !== 0n && this.keys[slot] !== key) slot = (slot + 1) & mask
    return slot
  }

  private grow(): void {
    if (this.keys.length >= this.maxSlots) {
      this.keys.fill(0n)
      this.counts.fill(0)
      this.used = 0
      this.epoch++
      return
    }
    const { keys, counts } = this
    this.keys = new BigInt64Array(keys.length * 2)
    this.counts = new Uint32Array(keys.length * 2)
    keys.forEach((key, i) => {
      if (key === 0n) return
      const slot = this.slotOf(key)
      this.keys[slot] = key
      this.counts[slot] = counts[i] ?? 0
    })
  }
}

/** The identity's hash. For an untimed record it leaves the time out: (NAME, content, ordinal). */
export function eventIdentity(event: ParsedEvent, sourceName: string, ordinals: OrdinalCounter): bigint {
  const { record } = event
  if (record.form === 'segment') {
    const { own } = event.facts ?? {}
    const key = own?.refs.find((ref) => ref.kind === 'span' && ref.role === 'self')?.value ?? own?.key ?? sourceName
    return sha64(`segment\0${key}\0${record.body}`)
  }
  // Where an export left out the group, its NAME is taken for it.
  if (record.sourceEventId) return sha64(`cloudwatch\0${record.logGroup ?? sourceName}\0${record.sourceEventId}`)
  if (record.senderId !== undefined) return sha64(`sender\0${record.senderId}`)
  const content = record.bytes ? Buffer.from(record.bytes).toString('latin1') : record.body.replace(/\r?\n$/, '')
  const place = `${record.logGroup ?? sourceName}\0${record.logStream ?? ''}`
  const fingerprint = event.untimed ? `untimed\0${sourceName}\0${content}` : `line\0${place}\0${event.timeNs}\0${content}`
  const equal = sha64(fingerprint)
  const ordinal = ordinals.next(equal)
  return ordinal === '0' ? equal : sha64(`${equal}\0${ordinal}`)
}
