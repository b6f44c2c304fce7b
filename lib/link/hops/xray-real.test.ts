import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { linked, segment, type Linked } from './test-read'

/** Seven traces of real applications on AWS. What each must give was written from its documents by hand. */
const DATA = new URL('../../../../shared/data/xray-real/', import.meta.url)
const here = existsSync(DATA)
if (!here && process.env['REQUIRE_DATA'] === '1') throw new Error(`no data at ${DATA.pathname}`)

function trace(file: string): Linked {
  const { Segments } = JSON.parse(readFileSync(new URL(`${file}.json`, DATA), 'utf8')) as { Segments: { Document: string }[] }
  return linked(Segments.map(({ Document }) => segment(JSON.parse(Document) as object)))
}

interface Expected {
  name: string
  failed: boolean
  open: boolean
  /** From service to service, as links lead; what a service does inside is left out. */
  edges: string[]
}

const TRACES: Record<string, Expected> = {
  event_processing_app: {
    name: 'POST /ingest',
    failed: false,
    open: false,
    edges: [
      'event-processing-dev-format_state_change > queue EventIngestQueue',
      'event-processing-dev-ingest > topic format-state-change',
      'gateway dev-event-processing/dev > event-processing-dev-ingest',
      'topic format-state-change > event-processing-dev-format_state_change',
    ],
  },
  hello_retail_app_error: {
    name: 'POST /sms',
    failed: true,
    open: false,
    edges: [
      'gateway dev-hello-retail-product-photos-receive/dev > hello-retail-product-photos-receive-dev-receive',
      'hello-retail-product-photos-receive-dev-receive > bucket hello-retail-1379',
      'hello-retail-product-photos-receive-dev-receive > table dev-hello-retail-product-photos-data-PhotoAssignments-1',
      'hello-retail-product-photos-receive-dev-receive > workflow stepfunctions',
    ],
  },
  realworld_app: {
    name: 'GET /api/articles/{id}/comments',
    failed: false,
    open: false,
    edges: [
      'gateway dev-realworld/dev > realworld-dev-getComments',
      'realworld-dev-getComments > table realworld-dev-comments',
      'realworld-dev-getComments > table realworld-dev-users',
    ],
  },
  thumbnail_app: {
    name: 'POST /upload',
    failed: false,
    open: false,
    edges: [
      'bucket cmueller-tgen-images > thumbnail-generator-production-thumbnail-generator',
      'gateway production-thumbnail-generator/production > thumbnail-generator-production-upload',
      'thumbnail-generator-production-thumbnail-generator > bucket cmueller-tgen-images',
      'thumbnail-generator-production-thumbnail-generator > bucket cmueller-tgen-thumbnails',
      'thumbnail-generator-production-upload > bucket cmueller-tgen-images',
    ],
  },
  thumbnail_app_error_fault_throttle: {
    name: 'POST /upload',
    failed: true,
    open: false,
    edges: ['gateway dev-thumbnail-generator/dev > thumbnail-generator-dev-upload', 'thumbnail-generator-dev-upload > bucket thumbgen-images-sb-8579'],
  },
  thumbnail_app_in_progress: {
    name: 'POST /upload',
    failed: false,
    open: true,
    edges: [
      'bucket thumbgen-images-sb-4362 > thumbnail-generator-dev-thumbnail-generator',
      'gateway dev-thumbnail-generator/dev > thumbnail-generator-dev-upload',
      'thumbnail-generator-dev-thumbnail-generator > bucket thumbgen-images-sb-4362',
      'thumbnail-generator-dev-thumbnail-generator > bucket thumbgen-thumbnails-sb-4362',
      'thumbnail-generator-dev-upload > bucket thumbgen-images-sb-4362',
    ],
  },
  // The SDK's own steps are marked as the application's, below the call.
  todo_app: {
    name: 'GET /lst',
    failed: false,
    open: false,
    edges: ['aws-dev-lst > table aws-dev', 'gateway dev-aws/dev > aws-dev-lst', 'table aws-dev > aws-dev-lst'],
  },
}

function edgesBetweenServices({ links, nameOf }: Linked): string[] {
  const service = (span: bigint): string => nameOf(span).replace(/#\d+$/, '')
  const edges = links.map((link) => [service(link.cause), service(link.effect)] as const).filter(([from, to]) => from !== to)
  return [...new Set(edges.map(([from, to]) => `${from} > ${to}`))].sort()
}

describe.skipIf(!here)('a real X-Ray trace', () => {
  it.each(Object.entries(TRACES))('%s is one transaction over the services that its documents name', (file, { name, failed, open, edges }) => {
    const result = trace(file)
    expect(result.transactions).toMatchObject([{ name, failed, open, spanCount: result.spans.size }])
    expect(edgesBetweenServices(result)).toEqual(edges)
    expect(result.links.every((link) => link.tier === 'A')).toBe(true)
  })

  it('draws a called resource once, though the call and what X-Ray infers from it are two documents', () => {
    const { spans, nameOf } = trace('realworld_app')
    const tables = [...spans.keys()].map(nameOf).filter((name) => name.startsWith('table'))
    expect(tables.sort()).toEqual(['table realworld-dev-comments', 'table realworld-dev-users'])
  })
})
