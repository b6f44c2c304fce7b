/** Every file of the samples against its row: what was written down from the file is what the product understands, neither more nor less. */
import { describe, expect, test } from 'vitest'
import { createBodyDecoder, type Decoded } from '#lib/sources/http/decode'
import { NOW_MS, understand } from '#lib/sources/test-understand'
import type { Sample } from './sample'
import { bytesOf, hasSamples, likeRow, sampleFiles, TABLE } from './table'

function decode(bytes: Uint8Array, piece = bytes.length): Decoded[] {
  const decoder = createBodyDecoder({ nowMs: NOW_MS })
  const decoded: Decoded[] = []
  for (let at = 0; at < bytes.length; at += piece) decoded.push(...decoder.push(bytes.slice(at, at + piece)))
  return [...decoded, ...decoder.end()]
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0)

describe.runIf(hasSamples)('samples', () => {
  test('every file has its row, and every row its file', () => {
    expect(Object.keys(TABLE).sort()).toEqual(sampleFiles().sort())
  })

  test('text, and JSON without an id, stand in the table with a reason', () => {
    const unread = (row: Sample): boolean => Object.keys(row.events).some((format) => /(?:^|\/)text$/.test(format))
    expect(Object.entries(TABLE).flatMap(([file, row]) => (unread(row) && row.why === undefined ? [file] : []))).toEqual([])
  })

  test.each(sampleFiles())('%s', (file) => {
    const row = TABLE[file] ?? { events: {} }
    const { formats, refused, untimed, ids, spans, links } = understand(decode(bytesOf(file)))
    expect({ events: formats, refused, untimed, ids, spans: likeRow(row.spans, spans), links: likeRow(row.links, links) }).toEqual({
      events: row.events,
      refused: row.refused ?? {},
      untimed: row.untimed ?? 0,
      ids: row.ids ?? [],
      spans: row.spans ?? [],
      links: row.links ?? [],
    })
  })

  test.each(sampleFiles())('%s: cut into pieces of any size it gives the same records, and none is lost', (file) => {
    const bytes = bytesOf(file)
    const whole = decode(bytes)
    expect(decode(bytes, 97)).toEqual(whole)
    const { events, refused } = TABLE[file] ?? { events: {} }
    expect(whole).toHaveLength(sum(events) + sum(refused ?? {}))
  })
})
