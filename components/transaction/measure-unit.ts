/** How wide a node must be for its two lines, in px. */
import type { UnitWords } from '#lib/graph/unit-words'

/** Icon and paddings around the words. */
const AROUND = 52
const LEAST = 96
const MOST = 204

let context: CanvasRenderingContext2D | null = null
const known = new Map<string, number>()

function textWidth(text: string, font: string): number {
  const key = `${font} ${text}`
  const seen = known.get(key)
  if (seen !== undefined) return seen
  context ??= document.createElement('canvas').getContext('2d')
  if (!context) return text.length * 7
  context.font = font
  const width = context.measureText(text).width
  known.set(key, width)
  return width
}

/** The button that opens a fold, with its space. */
const BADGE = 34

/** `fonts` false: the page's fonts are not there yet, what is measured now must not be kept. `badge`: it has a fold to open. */
export function measureUnit(words: UnitWords, { fonts, badge }: { fonts: boolean; badge: boolean }): number {
  if (!fonts) known.clear()
  const family = '"Inter Variable", Inter, sans-serif'
  const name = textWidth(words.name, `550 12.5px ${family}`)
  const fact = textWidth(words.fact, `400 11px ${family}`)
  return Math.round(Math.min(MOST, Math.max(LEAST, Math.max(name, fact) + AROUND)) + (badge ? BADGE : 0))
}
