/** A service as a picture for the canvas: 40 px body in 56, tint and icon in its hue, a ring that fills with the failing share. */
import { serviceHue } from '#lib/base/hue'
import { errorShare, isCarrier, UNHEALTHY_SHARE } from '#lib/graph/map-view'
import type { FoldedNode } from '#lib/graph/map-view'
import { kindPath } from '#components/ui/icon'

/** Colours that a canvas needs as values; CSS variables don't reach into it. */
export interface Palette {
  surface: string
  edge: string
  ink2: string
  lineStrong: string
  error: string
  accent: string
  waiting: string
  hues: string[]
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    surface: token('surface-1'),
    edge: token('edge'),
    ink2: token('text-2'),
    lineStrong: token('line-strong'),
    error: token('error'),
    accent: token('accent'),
    waiting: token('waiting-fill'),
    hues: Array.from({ length: 12 }, (_, i) => token(`s${i + 1}`)),
  }
}

/** The ring is full at this share. */
const RING_FULL = 0.05
export const PICTURE_SIZE = 56

const CORNERS = 'M28 8h13q7 0 7 7v26q0 7-7 7h-26q-7 0-7-7v-26q0-7 7-7z'
const ROUND = 'M28 8a20 20 0 0 1 0 40a20 20 0 0 1 0-40z'

/** An SVG as a data URI, three times the drawn size, so that it stays sharp when zoomed. */
export function nodePicture(node: FoldedNode, palette: Palette): string {
  const hue = node.members.length > 0 ? palette.edge : (palette.hues[serviceHue(node.name) - 1] ?? palette.edge)
  const body = isCarrier(node.kind) ? ROUND : CORNERS
  const share = errorShare(node)
  const ringed = share >= UNHEALTHY_SHARE
  const behind = node.members.length > 0 ? `<path d="${body}" transform="translate(4 -4)" fill="${palette.surface}" stroke="${palette.edge}"/>` : ''
  const outline = ringed ? `stroke="${palette.lineStrong}" stroke-width="4"` : `stroke="${palette.edge}" stroke-width="1"`
  const part = Math.min(100, (share / RING_FULL) * 100).toFixed(1)
  const ring = ringed ? `<path d="${body}" fill="none" stroke="${palette.error}" stroke-width="4" pathLength="100" stroke-dasharray="${part} 100"/>` : ''
  const icon = `<path d="${kindPath(node.kind)}" transform="translate(19 19) scale(1.125)" fill="none" stroke="${hue}" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="168" height="168" viewBox="0 0 56 56">${behind}<path d="${body}" fill="${palette.surface}"/><path d="${body}" fill="${hue}" fill-opacity="0.13" ${outline}/>${ring}${icon}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
