import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { readAsPublished, readProcesses } from './traceweaver-read'

const folder = mkdtempSync(join(tmpdir(), 'traceweaver-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Each span: id, process, operation, parent, start, end, kind. */
type Row = [string, string, string, string | null, number, number, string?]

function write(name: string, traces: Row[][]): string {
  const lines = traces.map((rows, t) => {
    const spans = rows.map(([spanID, processID, operationName, parent, startTime, end, kind]) => ({
      spanID,
      processID,
      operationName,
      startTime,
      duration: end - startTime,
      references: parent === null ? [] : [{ refType: 'CHILD_OF', spanID: parent }],
      tags: kind === undefined ? [] : [{ key: 'span.kind', value: kind }],
    }))
    const processes = Object.fromEntries(rows.map(([, process]) => [process, { serviceName: process }]))
    return JSON.stringify({ data: [{ traceID: `t${t}`, spans, processes }] })
  })
  const path = join(folder, `${name}.gz`)
  writeFileSync(path, gzipSync(lines.join('\n')))
  return path
}

/** As the media system logs: one span a call, spans within a process, and `join` called by both `a` and `b`. */
const media: Row[] = [
  ['1', 'web', '/compose', null, 0, 100],
  ['2', 'web', 'ComposeReview', '1', 5, 95],
  ['3', 'a', 'A', '2', 10, 60],
  ['4', 'a', 'Store', '3', 12, 15],
  ['5', 'join', 'Put', '3', 20, 50],
  ['6', 'b', 'B', '2', 11, 90],
  ['7', 'join', 'Put', '6', 30, 80],
  ['8', 'end', 'Write', '7', 40, 70],
]

describe('reading a set of TraceWeaver', () => {
  it('has every span within the process of its parent as a call that met nothing, and its cause is the request of that process', () => {
    const processes = readProcesses(write('media', [media]))
    expect([...processes].map(([name, { requests, calls }]) => [name, requests.length, calls.length])).toEqual([
      ['web', 1, 3],
      ['a', 1, 2],
      ['join', 2, 1],
      ['b', 1, 1],
      ['end', 1, 0],
    ])
    expect(processes.get('web')?.calls.map(({ id, cause, met }) => [id, cause, met])).toEqual([
      ['t0/2', 't0/1', undefined],
      ['t0/3', 't0/1', 't0/3'],
      ['t0/6', 't0/1', 't0/6'],
    ])
    expect(processes.get('a')?.calls.map(({ id, met }) => [id, met])).toEqual([
      ['t0/4', undefined],
      ['t0/5', 't0/5'],
    ])
  })

  it('joins a client span to the server span that it met', () => {
    const rows: Row[] = [
      ['1', 'front', 'GET', null, 0, 100, 'server'],
      ['2', 'front', 'call', '1', 10, 90, 'client'],
      ['3', 'back', 'serve', '2', 20, 80, 'server'],
    ]
    const processes = readProcesses(write('hotel', [rows]))
    expect(processes.get('front')?.calls.map(({ id, cause, met }) => [id, cause, met])).toEqual([['t0/2', 't0/1', 't0/3']])
    expect(processes.get('back')?.requests.map(({ id }) => id)).toEqual(['t0/3'])
  })

  it('as published: no span within a process, the root is ComposeReview, no process with several callers, the first 1,001 traces in time', () => {
    const late = (by: number): Row[] => media.map(([id, process, operation, parent, start, end]) => [id, process, operation, parent, start + by, end + by])
    const processes = readAsPublished(
      write(
        'published',
        Array.from({ length: 1003 }, (_, i) => late(1000 * (1003 - i))),
      ),
    )
    expect([...processes.keys()]).toEqual(['web', 'a', 'b', 'end'])
    expect(processes.get('web')?.requests).toHaveLength(1001)
    expect(processes.get('web')?.requests.find(({ trace }) => trace === 't1002')).toMatchObject({ operation: 'ComposeReview', start: 1005, end: 1095 })
    expect(processes.get('web')?.requests.some(({ trace }) => trace === 't0' || trace === 't1')).toBe(false)
    expect(
      processes
        .get('web')
        ?.calls.filter(({ trace }) => trace === 't1002')
        .map(({ operation }) => operation),
    ).toEqual(['A', 'B'])
    expect(
      processes
        .get('a')
        ?.calls.filter(({ trace }) => trace === 't1002')
        .map(({ operation }) => operation),
    ).toEqual(['Put'])
  })
})
