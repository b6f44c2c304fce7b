import { createHash } from 'node:crypto'

import { beforeAll, describe, expect, it } from 'vitest'

import { record, RECORDED_DAY, type Recording } from './recording'

interface ExecutionLine {
  exec: string
  requestId: string | null
  service: string
  attempt: number
  start: number
  end: number
  tx: number[]
  eventIds: string[]
}

interface Side {
  exec: string
  eventIds: string[]
}

interface LinkLine {
  cause: Side
  effect: Side
  kind: string
  evidenceLevel: string
  id?: string
  anyOf?: string
}

interface TransactionLine {
  tx: number
  op: string
  cause: string | null
  eventCount: number
  executions: string[]
}

const HOUR_MS = 3_600_000
const hash = (recording: Recording): string =>
  createHash('sha256')
    .update(JSON.stringify([recording.lines, recording.traces, recording.truth]))
    .digest('hex')

describe('the three quarters of an hour around the postal outage', () => {
  let recording: Recording
  let executions: Map<string, ExecutionLine>
  let links: LinkLine[]
  let transactions: TransactionLine[]

  beforeAll(async () => {
    // From before the outage until the operator's redrive at 14:45, with the load of a big campaign.
    recording = await record({ seed: 'test', start: RECORDED_DAY + 14 * HOUR_MS + 300_000, minutes: 42, faults: [], load: { visitsPerDay: 12_000 } })
    executions = new Map((recording.truth.executions as ExecutionLine[]).map((line) => [line.exec, line]))
    links = (recording.truth.links as (LinkLine | { root: unknown })[]).filter((line): line is LinkLine => 'cause' in line)
    transactions = recording.truth.transactions as TransactionLine[]
  }, 300_000)

  const at = (exec: string): ExecutionLine => {
    const line = executions.get(exec)
    if (line === undefined) throw new Error(`no execution ${exec}`)
    return line
  }
  const linksOf = (kind: string): LinkLine[] => links.filter((link) => link.kind === kind)

  it('gives every link of the truth both its ends, with lines that were logged', () => {
    const logged = new Set(recording.lines.map(({ eventId }) => eventId))
    for (const { cause, effect } of links) {
      for (const side of [cause, effect]) expect(at(side.exec).eventIds).toContain(side.eventIds[0])
    }
    for (const { eventIds } of executions.values()) for (const id of eventIds) expect(logged.has(id)).toBe(true)
    expect([...executions.values()].reduce((sum, { eventIds }) => sum + eventIds.length, 0)).toBe(recording.lines.length)
  })

  it('starts no effect before its cause', () => {
    for (const { cause, effect, kind } of links)
      expect(at(effect.exec).start, `${kind} ${cause.exec} -> ${effect.exec}`).toBeGreaterThanOrEqual(at(cause.exec).start)
  })

  it('has every kind of hop', () => {
    const kinds = new Set(links.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual(['eb', 'eb-sqs', 'http', 'redrive', 'retry', 's3', 'sns', 'sns-sqs', 'sqs', 'stream', 'through-silent'])
  })

  it('links batches many-to-many, and what one message of a batch causes belongs to that message alone', () => {
    const batches = [...executions.values()].filter(({ service, tx }) => service === 'shop-order-worker' && tx.length > 1)
    expect(batches.length).toBeGreaterThan(5)
    expect(batches.filter(({ exec }) => linksOf('sqs').filter(({ effect }) => effect.exec === exec).length > 1).length).toBeGreaterThan(5)
    expect(batches.filter(({ exec }) => links.filter(({ cause }) => cause.exec === exec).length > 1).length).toBeGreaterThan(5)
    for (const batch of batches) {
      const causes = links.filter(({ effect }) => effect.exec === batch.exec).map(({ cause }) => at(cause.exec))
      const covered = new Set(causes.flatMap(({ tx }) => tx))
      for (const tx of batch.tx) expect(covered.has(tx)).toBe(true)
      for (const { effect, kind } of links.filter(({ cause }) => cause.exec === batch.exec)) {
        if (kind === 'eb') expect(at(effect.exec).tx.length).toBe(1)
      }
    }
  })

  it('makes each redelivery an execution of its own, caused by its producer or by the delivery before', () => {
    const again = linksOf('retry')
    expect(again.length).toBeGreaterThan(5)
    for (const { cause, effect, anyOf } of again) {
      expect(cause.exec).not.toBe(effect.exec)
      expect(at(effect.exec).attempt).toBeGreaterThan(1)
      expect(links.filter((link) => link.effect.exec === effect.exec && link.anyOf === anyOf).length).toBeGreaterThan(1)
    }
  })

  it('buries what fails three times, and the operator brings it back', () => {
    const dead = transactions.filter(({ cause }) => cause === 'dead-letter')
    expect(dead.length).toBeGreaterThan(2)
    const brought = new Set(linksOf('redrive').flatMap(({ effect }) => at(effect.exec).tx))
    for (const { tx } of dead) expect(brought.has(tx)).toBe(true)
    for (const { effect } of linksOf('redrive')) expect(at(effect.exec).service).toBe('shop-order-worker')
  })

  it('says "exact" only where the id stands in lines of both sides', () => {
    const text = new Map<string, string>()
    for (const line of recording.lines) text.set(line.eventId, line.message)
    const lines = (exec: string): string =>
      at(exec)
        .eventIds.map((id) => text.get(id))
        .join('')
    const exact = links.filter(({ evidenceLevel }) => evidenceLevel === 'exact')
    expect(exact.length).toBeGreaterThan(500)
    for (const { cause, effect, id } of exact) {
      expect(lines(cause.exec)).toContain(id)
      expect(lines(effect.exec)).toContain(id)
    }
    expect(new Set(links.map(({ evidenceLevel }) => evidenceLevel))).toEqual(new Set(['exact', 'key', 'timing']))
  })

  it('runs one execution at a time in a log stream, whose lines stand in order', () => {
    const owner = new Map<string, ExecutionLine>()
    for (const execution of executions.values()) for (const id of execution.eventIds) owner.set(id, execution)
    const streams = new Map<string, ExecutionLine[]>()
    for (const line of recording.lines) {
      const execution = owner.get(line.eventId)
      if (!line.logGroup.startsWith('/aws/lambda/') || execution === undefined) continue
      const list = streams.get(line.logStream) ?? []
      streams.set(line.logStream, list)
      if (list.at(-1) !== execution) list.push(execution)
    }
    for (const list of streams.values()) {
      expect(new Set(list).size).toBe(list.length)
      for (const [i, execution] of list.entries()) expect(execution.start).toBeGreaterThanOrEqual(list[i - 1]?.end ?? 0)
    }
  })

  it('decodes every event id to the time and the ingestion time beside it', () => {
    const wrong = recording.lines.filter(({ eventId, timestamp, ingestionTime }) => {
      const id = BigInt(eventId)
      const inside = { timestamp: Number(id >> 144n), ingestionTime: Number((id >> 80n) & ((1n << 64n) - 1n)) }
      return eventId.length !== 56 || inside.timestamp !== timestamp || inside.ingestionTime !== ingestionTime || ingestionTime < timestamp
    })
    expect(wrong).toEqual([])
    expect(new Set(recording.lines.map(({ eventId }) => eventId)).size).toBe(recording.lines.length)
  })

  it('logs nothing of the functions that may not log, nor of this machine', () => {
    const groups = new Set(recording.lines.map(({ logGroup }) => logGroup))
    expect(groups.has('/aws/lambda/shop-stock-relay')).toBe(false)
    expect(groups.has('/aws/lambda/shop-loyalty-relay')).toBe(false)
    expect(recording.lines.filter(({ message }) => /demo\/shop|node_modules|\.ts:\d/.test(message))).toEqual([])
  })

  it('samples traces whose segments refer to one another', () => {
    const traces = recording.traces as { Id: string; Segments: { Id: string; Document: string }[] }[]
    expect(traces.length).toBeGreaterThan(20)
    for (const { Id, Segments } of traces) {
      for (const { Id: segment, Document } of Segments) expect(JSON.parse(Document)).toMatchObject({ id: segment, trace_id: Id })
    }
    const requestIds = new Set([...executions.values()].map(({ requestId }) => requestId))
    const lambda = traces.flatMap(({ Segments }) =>
      Segments.map(({ Document }) => JSON.parse(Document) as { origin?: string; aws?: { request_id?: string }; name: string }),
    )
    for (const { origin, aws, name } of lambda) {
      if (origin === 'AWS::Lambda' && !name.endsWith('-relay')) expect(requestIds.has(aws?.request_id ?? '')).toBe(true)
    }
  })
})

it('gives the same bytes for the same seed, and others for another', async () => {
  const options = { start: RECORDED_DAY + 19 * HOUR_MS, minutes: 6, faults: [] }
  const [first, second, other] = [
    await record({ ...options, seed: 'a' }),
    await record({ ...options, seed: 'a' }),
    await record({ ...options, seed: 'b' }),
  ].map(hash)
  expect(second).toBe(first)
  expect(other).not.toBe(first)
}, 120_000)
