/** How lines are understood by a format that is not saved yet: by the very parser that ingest uses. */
import { nsToIso, type UnixNano } from '#lib/base/time'
import type { UnderstoodLine } from '#lib/model/access-formats'
import type { ParsedEvent } from '#lib/model/event'
import { AccessFormats } from '#lib/parse/access-format'
import { parseRecord } from '#lib/parse/index'

const SHOWN_MAX = 4_000

/** `group`: what the line came from, as far as it is known; it fits the pattern. The format has to compile. */
export function tryAccessFormat(format: string, lines: readonly { line: string; group: string }[], nowNs: UnixNano): UnderstoodLine[] {
  return lines.map(({ line, group }) => {
    const formats = new AccessFormats([{ pattern: '*', format }])
    const record = { form: 'log' as const, body: line, timeNs: null, logGroup: group, line: 1 }
    const event = parseRecord(record, { sourceName: group, receivedNs: nowNs, formats })
    return understood(event, formats.of(group)?.read(line.trim()) != null)
  })
}

function understood(event: ParsedEvent, fits: boolean): UnderstoodLine {
  const own = event.facts?.own
  const { startNs = null, endNs = null } = own ?? {}
  return {
    line: event.record.body.slice(0, SHOWN_MAX),
    understood: fits,
    message: event.message,
    service: { name: event.service.name, kind: event.service.kind },
    startTime: startNs === null ? (event.untimed ? null : nsToIso(event.timeNs)) : nsToIso(startNs),
    durationMs: startNs === null || endNs === null || event.untimed ? null : Number(endNs - startNs) / 1e6,
    traceId: event.traceId ?? null,
    ids: (own?.refs ?? []).map(({ kind, role, value }) => ({ kind, role, value })),
    fields: event.fields,
  }
}
