/** The range that a map is compared with, in the same form as the range itself: relative stays relative. */
export type CompareMode = 'off' | 'previous' | 'day' | 'week'

const DAY_S = 86_400

export interface CompareInput {
  /** Canonical times: ISO 8601, epoch ms, `now` or `-90m`. */
  from: string
  to: string
  mode: CompareMode
  nowMs: number
}

export interface TextRange {
  from: string
  to: string
}

/** Null without a comparison, or where the range can't be read. `-24h..now` against the day before is `-172800s..-86400s`. */
export function compareRange({ from, to, mode, nowMs }: CompareInput): TextRange | null {
  if (mode === 'off') return null
  const start = secondsBefore(from, nowMs)
  const end = secondsBefore(to, nowMs)
  if (start === null || end === null || start.seconds <= end.seconds) return null
  const shift = { previous: start.seconds - end.seconds, day: DAY_S, week: 7 * DAY_S }[mode]
  const text = (seconds: number) => (start.relative && end.relative ? `-${Math.round(seconds)}s` : new Date(nowMs - seconds * 1000).toISOString())
  return { from: text(start.seconds + shift), to: text(end.seconds + shift) }
}

const UNIT_S: Record<string, number> = { s: 1, m: 60, h: 3600, d: DAY_S, w: 7 * DAY_S }

function secondsBefore(text: string, nowMs: number): { seconds: number; relative: boolean } | null {
  if (text === 'now') return { seconds: 0, relative: true }
  const relative = /^-(\d+)([smhdw])$/.exec(text)
  if (relative?.[1] && relative[2]) return { seconds: Number(relative[1]) * (UNIT_S[relative[2]] ?? 0), relative: true }
  const ms = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isNaN(ms) ? null : { seconds: (nowMs - ms) / 1000, relative: false }
}
