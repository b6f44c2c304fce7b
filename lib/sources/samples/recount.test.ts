/**
 * The table's numbers counted once more, by other means than the product's: files are taken apart with JSON.parse, units are what the
 * formats' specifications call one, and lines are lines. So a number that was copied from what the product said would show.
 */
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { bytesOf, hasSamples, likeRow, sampleFiles, TABLE } from './table'

type Json = { [name: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])
const inner = (values: Json[], ...names: string[]): Json[] => values.flatMap((value) => names.flatMap((name) => listOf(value[name])))
const total = (counts: Record<string, number> = {}): number => Object.values(counts).reduce((a, b) => a + b, 0)

/** Spans of OTLP. */
const otlpSpans = (value: Json): Json[] => inner(inner(listOf(value.resourceSpans), 'scopeSpans', 'instrumentationLibrarySpans'), 'spans')

function unitsOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + unitsOf(one), 0)
  if (!isObject(value)) return 1
  if (isObject(value.awslogs)) return unitsOf(JSON.parse(gunzipSync(Buffer.from(String(value.awslogs.data), 'base64')).toString('utf8')))
  if (value.messageType !== undefined && Array.isArray(value.logEvents)) return value.logEvents.length
  if (Array.isArray(value.resourceSpans)) return otlpSpans(value).length
  if (Array.isArray(value.resourceLogs)) return inner(inner(listOf(value.resourceLogs), 'scopeLogs'), 'logRecords').length
  if (Array.isArray(value.Segments)) return value.Segments.length
  if (Array.isArray(value.Traces)) return unitsOf(value.Traces)
  if (Array.isArray(value.events) && (value.nextForwardToken !== undefined || listOf(value.events).some((event) => 'eventId' in event)))
    return value.events.length
  const [first] = listOf(value.Records)
  if (first?.userIdentity !== undefined && String(first.eventSource).endsWith('.amazonaws.com')) return listOf(value.Records).length
  if (Array.isArray(value.data) && listOf(value.data).some((trace) => 'spans' in trace)) return inner(listOf(value.data), 'spans').length
  return 1
}

/** The values of a file that holds JSON and nothing else: one, one a line, or one behind the other; null where it is text. */
function valuesOf(text: string): unknown[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  for (const pieces of [[text], lines, text.split(/(?<=^\})\s+(?=\{)/m)]) {
    try {
      const values = pieces.map((piece) => JSON.parse(piece) as unknown)
      if (values.every((value) => typeof value === 'object' && value !== null)) return values
    } catch {
      // Text, or another of the three.
    }
  }
  return null
}

/** Text around whole values, counted by hand: a value over several lines is one. */
const BY_HAND: Record<string, number> = {
  // The header's six lines, and two `{ "data": … }` of three lines each; a comma is missing, so the whole is no value.
  'firehose-http/amazon-kinesis-data-firehose-developer-guide__block_03.txt': 8,
  // A heading and a value, twice.
  'firehose-http/amazon-kinesis-data-firehose-developer-guide__block_05.txt': 4,
  // 19 lines, of which the event's three are one value.
  'lambda-platform/aws-lambda-developer-guide__nodejs-logging_0.txt': 17,
  // The command, and a page of five events.
  'lambda-platform/serverless-patterns__fifo-sns-sqs-lambda-firehose-s3__get-log-events0.txt': 6,
  // Nine lines, of which the token's three are one value.
  'lambda-platform/serverless-patterns__sfn-callback-cdk__console0.txt': 7,
  // 15 lines without a comma that is needed; the span in it is a value of five lines.
  'lambda-telemetry-api/aws-lambda-developer-guide__01.json': 11,
  // 37 lines with a wrong quote; an entity of five lines and a service of fourteen are values.
  'xray/aws-xray-developer-guide__xray-api-gettingdata_04.json': 20,
  // Two commands, and the answer.
  'xray/aws-xray-developer-guide__xray-api-sendingdata_03.json': 3,
}

/** Nodes and links of a trace by its parents, where no queue or topic is inferred between them. */
function linksOf(values: unknown[]): { spans: number; links: number } | null {
  const spans = values.flatMap((value) => (isObject(value) ? otlpSpans(value) : []))
  if (spans.length === 0) return null
  const ids = new Set(spans.map(({ traceId, spanId }) => `${String(traceId)} ${String(spanId)}`))
  const pairs = spans.flatMap((span) => [
    `${String(span.traceId)} ${String(span.parentSpanId)}`,
    ...listOf(span.links).map((link) => `${String(link.traceId)} ${String(link.spanId)}`),
  ].filter((cause) => ids.has(cause) && cause !== `${String(span.traceId)} ${String(span.spanId)}`)) // prettier-ignore
  return { spans: ids.size, links: pairs.length }
}

describe.runIf(hasSamples)('the table, counted again', () => {
  test.each(sampleFiles())('%s', (file) => {
    const row = TABLE[file] ?? { events: {} }
    const text = new TextDecoder().decode(bytesOf(file))
    const values = valuesOf(text)
    const lines = text.split('\n').filter((line) => line.trim() !== '').length
    expect(total(row.events) + total(row.refused)).toBe(BY_HAND[file] ?? (values === null ? lines : unitsOf(values)))
    const told = values === null ? null : linksOf(values)
    const number = (of: string[] | number | undefined): number => Number(typeof of === 'number' ? of : likeRow(0, of ?? []))
    if (told !== null) expect({ spans: number(row.spans), links: number(row.links) }).toEqual(told)
  })
})
