/** The log groups of one account and region: what a test put there and what of it the service shows at the clock's time. */
import { hash64 } from '#lib/base/hash'
import type { VirtualClock } from './clock'
import { draw } from './draw'
import { eventIdOf } from './event-id'
import { faults, type Place } from './fault'

export type GroupClass = 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY'

export interface StoredLogEvent {
  stream: string
  /** ms, the event's own */
  timestamp: number
  message: string
  /** ms, when CloudWatch Logs accepted it */
  ingestionTime: number
  /** ms, from when on reads see it: the index is behind the acceptance */
  visibleAt: number
  /** sorts as `timestamp, ingestion, request, index` does */
  eventId: string
}

export interface LogEventInput {
  stream: string
  timestamp: number
  message: string
  /** ms from the event's time to its acceptance */
  delayMs?: number
  /** ms from the acceptance to where reads see it */
  indexMs?: number
}

export interface GroupOptions {
  groupClass?: GroupClass
  retentionInDays?: number
  creationTime?: number
}

export interface LogGroup {
  name: string
  arn: string
  groupClass: GroupClass
  retentionInDays: number | undefined
  creationTime: number
  streams: Map<string, { creationTime: number }>
  /** By eventId, which is the order of reads. */
  events: StoredLogEvent[]
  sorted: boolean
  deleted: boolean
}

/** What a test knows of an event that it issued. */
export interface IssuedEvent extends StoredLogEvent {
  logGroup: string
}

export class LogWorld {
  private readonly groups = new Map<string, LogGroup>()
  /** `action resource-pattern` pairs that are refused; the group's name, or `*`. */
  private readonly denied = new Set<string>()
  private puts = 0

  constructor(
    readonly place: Place,
    readonly clock: VirtualClock,
    private readonly seed: string,
  ) {}

  createGroup(name: string, { groupClass = 'STANDARD', retentionInDays, creationTime = this.clock.nowMs() }: GroupOptions = {}): void {
    if (this.groups.get(name)?.deleted === false) throw faults.exists('log group')
    const arn = `arn:aws:logs:${this.place.region}:${this.place.account}:log-group:${name}`
    this.groups.set(name, { name, arn, groupClass, retentionInDays, creationTime, streams: new Map(), events: [], sorted: true, deleted: false })
  }

  createStream(group: string, stream: string): void {
    const { streams } = this.group(group)
    if (streams.has(stream)) throw faults.exists('log stream')
    streams.set(stream, { creationTime: this.clock.nowMs() })
  }

  /** From now on every call for it says that it does not exist; `issued` still knows what was in it. */
  deleteGroup(name: string): void {
    this.group(name).deleted = true
  }

  /** Refuses an action, such as `logs:FilterLogEvents`, on a group (`*`: on all) as a policy that doesn't allow it does. */
  deny(action: string, group = '*'): void {
    this.denied.add(`${action} ${group}`)
  }

  allow(action: string, group = '*'): void {
    this.denied.delete(`${action} ${group}`)
  }

  /** Throws AccessDeniedException with the resource as that action's errors write it. */
  require(who: string, action: string, group: string): void {
    if (!this.denied.has(`${action} ${group}`) && !this.denied.has(`${action} *`)) return
    const of = `arn:aws:logs:${this.place.region}:${this.place.account}:log-group:`
    throw faults.denied(who, action, action === 'logs:DescribeLogGroups' ? `${of}:log-stream:` : `${of}${group}:log-stream:`)
  }

  /**
   * Issues events as one PutLogEvents request would, in the past, now, or ahead of the clock: each is seen once the clock has passed its
   * time, its delay and the index's. Makes the streams that are missing. Returns the ids in the order of the input.
   */
  put(group: string, events: LogEventInput[]): string[] {
    const found = this.group(group)
    const request = hash64(`${this.seed}/${this.place.account}/${group}/${this.puts++}`)
    const added = events.map(({ stream, timestamp, message, delayMs = 0, indexMs = 0 }, index) => {
      if (!found.streams.has(stream)) found.streams.set(stream, { creationTime: timestamp })
      const ingestionTime = timestamp + delayMs
      const eventId = eventIdOf(timestamp, ingestionTime, request, index & 0xffff)
      return { stream, timestamp, message, ingestionTime, visibleAt: ingestionTime + indexMs, eventId }
    })
    for (const event of added) found.events.push(event)
    found.sorted = false
    return added.map(({ eventId }) => eventId)
  }

  /**
   * What a subscription filter of a group delivers, one payload a stream: the events that were accepted between two times, `from` inclusive.
   * Two filters on one group deliver the same events twice. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
   */
  subscription(group: string, filter: string, [fromMs, toMs]: [number, number]): string[] {
    const found = this.group(group)
    const delivered = sortedEvents(found).filter(({ ingestionTime }) => ingestionTime >= fromMs && ingestionTime < toMs && ingestionTime <= this.clock.nowMs())
    return [...new Set(delivered.map(({ stream }) => stream))].map((logStream) => {
      const logEvents = delivered.filter(({ stream }) => stream === logStream).map(({ eventId, timestamp, message }) => ({ id: eventId, timestamp, message }))
      return JSON.stringify({ messageType: 'DATA_MESSAGE', owner: this.place.account, logGroup: group, logStream, subscriptionFilters: [filter], logEvents })
    })
  }

  /** Throws ResourceNotFoundException, as for one that never was. */
  group(name: string): LogGroup {
    const group = this.groups.get(name)
    if (!group || group.deleted) throw faults.groupNotFound()
    return group
  }

  /** Those that exist, by name. */
  list(): LogGroup[] {
    return [...this.groups.values()].filter((group) => !group.deleted).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** All events between two times, both inclusive, that reads see now, in the order of reads. */
  visible(group: LogGroup, fromMs: number, toMs: number): StoredLogEvent[] {
    const now = this.clock.nowMs()
    const oldest = group.retentionInDays === undefined ? 0 : now - group.retentionInDays * 86_400_000
    const events = sortedEvents(group)
    const found: StoredLogEvent[] = []
    for (let i = firstAt(events, Math.max(fromMs, oldest)); i < events.length; i++) {
      const event = events[i]
      if (!event || event.timestamp > toMs) break
      if (event.visibleAt <= now) found.push(event)
    }
    return found
  }

  /** What DescribeLogStreams knows: "typically updates in less than an hour". */
  staleAsOf(group: string, stream: string): number {
    return this.clock.nowMs() - Math.round(draw(this.seed, 'stale', group, stream) * 3_600_000)
  }

  /** Everything that was ever issued, deleted groups' too where they are named: what a poller is measured by. */
  issued(group?: string): IssuedEvent[] {
    const groups = group === undefined ? [...this.groups.values()].filter(({ deleted }) => !deleted) : [this.groups.get(group)]
    return groups.flatMap((one) => (one ? sortedEvents(one).map((event) => ({ ...event, logGroup: one.name })) : []))
  }
}

function sortedEvents(group: LogGroup): StoredLogEvent[] {
  if (!group.sorted) group.events.sort((a, b) => (a.eventId < b.eventId ? -1 : 1))
  group.sorted = true
  return group.events
}

/** Index of the first event at or after a time. */
function firstAt(events: StoredLogEvent[], ms: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.timestamp ?? 0) < ms) low = middle + 1
    else high = middle
  }
  return low
}
