/**
 * One delivery, from bytes to committed rows: inflate -> decode -> mask -> parse -> normalize -> store.
 * Parsing of the next batch overlaps with the commit of the one before; at most those two are in memory.
 */
import type { Pool } from 'pg'
import { msToNs, nsToIso, nsToMs, type UnixNano } from '#lib/base/time'
import { getPool } from '#lib/db/pool'
import { DeliveryOrder } from '#lib/link/delivery-order'
import { typedValues } from '#lib/link/statistical/adapt'
import type { IngestResult } from '#lib/model/api'
import type { RawRecord, RefusedRecord } from '#lib/model/event'
import { maskRecord } from '#lib/normalize/mask'
import type { AccessFormats } from '#lib/parse/access-format'
import { createParser } from '#lib/parse/index'
import { joinParts } from '#lib/parse/parts'
import { SpecterError } from '#lib/server/problem'
import { createBodyDecoder } from '#lib/sources/http/decode'
import { CopyWriter } from '#lib/db/copy'
import { encodeEvent } from '#lib/store/event-encoding'
import { EventStore, type Alongside } from '#lib/store/events'
import { packValues } from '#lib/store/line-values'
import type { Batch, BatchResult, Dictionary } from '#lib/store/rows'
import { accessFormatsOf } from './access-formats'
import { addSource, emptyDictionary, sourceIdOf, toEventRow } from './event-rows'
import { FieldTally } from './field-tally'
import { OrdinalCounter } from './identity'
import { inflate } from './inflate'

export interface RecordDecoder {
  push(chunk: Uint8Array): Iterable<RawRecord | RefusedRecord>
  /** The body has ended. Both throw SpecterError where the body is not what its door takes. */
  end(): Iterable<RawRecord | RefusedRecord>
}

export interface DeliveryOptions {
  /** NAME of the contract: what records without a log group belong to. */
  sourceName: string
  sourceKind: 'http' | 'file' | 'otlp' | 'zipkin' | 'firehose' | 'cloudwatch' | 'xray'
  /** How the body's bytes become records, where its door has a protocol of its own; default: what POST /api/v1/ingest understands. */
  decoder?: RecordDecoder
  /** True where Content-Encoding announces gzip; gzip is recognised by its first bytes too. */
  gzip: boolean
  /** Time for records that have none: the file's. */
  fileTimeNs?: UnixNano
  signal?: AbortSignal
}

/** Big enough that a commit's cost disappears (5,000 events of 800 bytes commit in some 60 ms), small enough for two in memory. */
const BATCH_EVENTS = 5_000
const BATCH_BYTES = 4 << 20
/** Deliveries at once in this process; each holds two batches. Beyond it callers are told to wait. */
const MAX_DELIVERIES = 24
const RETRY_AFTER_SECONDS = 2
const MAX_ERRORS = 100

let running = 0
const stores = new WeakMap<Pool, EventStore>()
const tally = new FieldTally()

function storeOf(pool: Pool): EventStore {
  const store = stores.get(pool) ?? new EventStore(pool)
  stores.set(pool, store)
  return store
}

/**
 * Stores a delivery. Resolves after the last commit with the counts of the contract.
 * Throws SpecterError: overloaded (nothing was read), invalid-encoding, body-too-large (a gzip bomb), truncated-body, disk-full,
 * unavailable; extra.result holds the counts until then. Sending everything again stores nothing twice.
 */
export async function ingestStream(body: AsyncIterable<Uint8Array>, options: DeliveryOptions, pool = getPool()): Promise<IngestResult> {
  if (running >= MAX_DELIVERIES) {
    throw new SpecterError('overloaded', `${running} deliveries are being stored`, { retryAfter: RETRY_AFTER_SECONDS })
  }
  running++
  const delivery = new Delivery(storeOf(pool), options)
  try {
    delivery.formats = await accessFormatsOf(pool)
    const decoder: RecordDecoder = options.decoder ?? createBodyDecoder({ nowMs: Date.now() })
    for await (const chunk of inflate(body, options.gzip)) {
      options.signal?.throwIfAborted()
      await delivery.add(decoder.push(chunk))
    }
    await delivery.add(decoder.end())
    return await delivery.finish()
  } catch (error) {
    // What was read whole before the fault is kept; a record that the fault cut off is not made up.
    const result = await delivery.finish().catch(() => delivery.result)
    throw withResult(error, result)
  } finally {
    running--
    await tally.flush(pool).catch(() => {})
  }
}

/**
 * Stores one page that a poller has read, and what the poller remembers of it, in one transaction: both or neither, at any kill. `alongside`
 * may run again where the transaction is tried again, and what it throws takes the page back. A page is held in memory whole.
 * Throws as ingestStream does.
 */
export async function ingestPage(
  records: Iterable<RawRecord | RefusedRecord>,
  options: DeliveryOptions,
  alongside: Alongside,
  pool = getPool(),
): Promise<IngestResult> {
  const delivery = new Delivery(storeOf(pool), options, alongside)
  try {
    delivery.formats = await accessFormatsOf(pool)
    await delivery.add(records)
    return await delivery.finish()
  } catch (error) {
    throw withResult(error, delivery.result)
  } finally {
    await tally.flush(pool).catch(() => {})
  }
}

function withResult(error: unknown, result: IngestResult): unknown {
  const extra = { result }
  if (error instanceof SpecterError) return new SpecterError(error.code, error.message, { extra, retryAfter: error.retryAfter })
  const code = (error as { code?: string }).code ?? ''
  if (code === '53100') return new SpecterError('disk-full', 'the disk of the database is full; what was stored stays', { extra, retryAfter: 60 })
  if (/^(08|57P|53)/.test(code) || /^E(CONN|PIPE)/.test(code)) {
    return new SpecterError('unavailable', 'the database does not answer', { extra, retryAfter: RETRY_AFTER_SECONDS })
  }
  if (/abort|terminated|premature/i.test(String((error as Error).message))) return new SpecterError('truncated-body', 'the upload ended early', { extra })
  return error
}

class Delivery {
  readonly result: IngestResult = { received: 0, stored: 0, duplicate: 0, quarantined: 0, rejected: 0, errors: [] }
  private batch: Batch
  private dictionary: Dictionary = emptyDictionary()
  private bytes = 0
  private writing: Promise<void> = Promise.resolve()
  private failed: unknown
  private readonly ordinals = new OrdinalCounter()
  private readonly order = new DeliveryOrder()
  private readonly parse = joinParts(createParser())
  formats: AccessFormats | undefined
  /** One is being filled while the other is on its way. */
  private spare = new CopyWriter()
  private fields = new FieldTally()
  private firstNs: UnixNano | undefined
  private lastNs: UnixNano | undefined

  constructor(
    private readonly store: EventStore,
    private readonly options: DeliveryOptions,
    private readonly alongside?: Alongside,
  ) {
    this.batch = this.emptyBatch(new CopyWriter())
  }

  private emptyBatch(writer: CopyWriter): Batch {
    writer.reset()
    this.dictionary = emptyDictionary()
    this.bytes = 0
    return { events: [], writer, quarantined: [], rejected: 0, sourceId: sourceIdOf(this.options.sourceName), receivedNs: msToNs(Date.now()) }
  }

  async add(decoded: Iterable<RawRecord | RefusedRecord>): Promise<void> {
    for (const record of decoded) {
      if ('fate' in record) this.refuse(record)
      else this.accept(record)
      // What is committed with a page needs all of it in one batch.
      if (this.alongside) continue
      if (this.batch.events.length + this.batch.quarantined.length >= BATCH_EVENTS || this.bytes >= BATCH_BYTES) await this.send()
    }
  }

  private refuse(record: RefusedRecord): void {
    const { code, message, line } = record
    // NAME is a source of its own only where something is booked on it: events of log groups belong to those.
    addSource(this.dictionary, this.options.sourceName, this.options.sourceKind)
    if (this.result.errors.length < MAX_ERRORS) this.result.errors.push({ line, code, message })
    if (record.fate === 'rejected') {
      this.batch.rejected++
      return
    }
    this.batch.quarantined.push({ sourceId: this.batch.sourceId, code, reason: message, line, bytes: record.bytes })
    this.bytes += record.bytes.length
  }

  private accept(record: RawRecord): void {
    const { sourceName, sourceKind, fileTimeNs } = this.options
    const event = this.parse(maskRecord(record), { sourceName, receivedNs: this.batch.receivedNs, fileTimeNs, formats: this.formats })
    const row = toEventRow(event, { source: { name: sourceName, kind: sourceKind }, ordinals: this.ordinals, order: this.order }, this.dictionary)
    const { writer, events } = this.batch
    const start = writer.bytes
    encodeEvent(writer, row, record.form === 'log' ? packValues(typedValues(event)) : undefined)
    events.push({ timeNs: event.timeNs, id: row.id, untimed: event.untimed, sourceId: row.sourceId, observedNs: record.observedNs, start, end: writer.bytes })
    this.fields.add(event.fields)
    this.bytes += writer.bytes - start
    if (this.firstNs === undefined || event.timeNs < this.firstNs) this.firstNs = event.timeNs
    if (this.lastNs === undefined || event.timeNs > this.lastNs) this.lastNs = event.timeNs
  }

  /** Starts the commit of the batch in hand once the one before is through. */
  private async send(): Promise<void> {
    await this.writing
    if (this.failed) throw this.failed
    const { batch, dictionary, fields, spare } = this
    this.spare = batch.writer
    this.fields = new FieldTally()
    this.batch = this.emptyBatch(spare)
    if (!this.alongside && batch.events.length === 0 && batch.quarantined.length === 0 && batch.rejected === 0) return
    this.writing = this.store.write(batch, dictionary, this.alongside).then(
      (written) => {
        this.count(written)
        // A delivery that is sent again is mostly duplicates; its values were counted the first time.
        if (written.stored > written.duplicate) tally.merge(fields)
      },
      (error: unknown) => {
        this.failed = error
      },
    )
  }

  private count(written: BatchResult): void {
    const { result } = this
    result.stored += written.stored
    result.duplicate += written.duplicate
    result.quarantined += written.quarantined
    result.rejected += written.rejected
    result.received = result.stored + result.duplicate + result.quarantined + result.rejected
  }

  async finish(): Promise<IngestResult> {
    await this.send()
    await this.writing
    if (this.failed) throw this.failed
    // `to` is exclusive wherever it is used as a range, so the last event has to lie before it.
    if (this.firstNs !== undefined && this.lastNs !== undefined)
      this.result.data = { from: nsToIso(this.firstNs), to: nsToIso(msToNs(nsToMs(this.lastNs) + 1)) }
    return this.result
  }
}
