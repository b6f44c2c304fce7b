import type { ServiceKind } from '#lib/model/event'

export type Kind = ServiceKind

// 16 px grid, 1.4 px strokes, round ends. One path each, so that the canvas draws the same shapes as the page.
const KIND_PATHS: Record<Kind, string> = {
  function: 'M4.6 2.7h1.3c.6 0 1 .3 1.2.8l3.6 8.8c.2.6.6 1 1.2 1h1M7.6 6.4 4 13.3',
  gateway: 'M3 2.7v10.6M13 2.7v10.6M5.4 8h5M8.4 5.8 10.6 8l-2.2 2.2',
  queue: 'M1.8 5.2h12.4v5.6H1.8zM5.9 5.2v5.6M10.1 5.2v5.6',
  topic: 'M1.8 8a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0-3.2 0M5 8h8.6M4.8 7.2l7.4-4.4M4.8 8.8l7.4 4.4',
  bus: 'M1.7 8h12.6M4.4 8V5.2M8 8v2.8M11.6 8V5.2M3.1 3.9a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0M6.7 12.1a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0M10.3 3.9a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0',
  stream: 'M1.8 5.6c2-1.8 4.1-1.8 6.2 0s4.2 1.8 6.2 0M1.8 10.4c2-1.8 4.1-1.8 6.2 0s4.2 1.8 6.2 0',
  table: 'M2.2 3.2h11.6v9.6H2.2zM2.2 6.4h11.6M2.2 9.6h11.6M6.4 6.4v6.4',
  bucket: 'M2.7 4.3 4 12c.1.8 1.9 1.3 4 1.3s3.9-.5 4-1.3l1.3-7.7M2.7 4.2a5.3 1.7 0 1 0 10.6 0a5.3 1.7 0 1 0-10.6 0',
  workflow: 'M2.2 5.8h4.4v4.4H2.2zM10 2.2h3.8V6H10zM10 10h3.8v3.8H10zM6.6 8h1.7M10 4.1H8.3v7.8H10',
  container: 'm8 1.9 5.3 3v6.2L8 14.1l-5.3-3V4.9zM2.9 5 8 7.9 13.1 5M8 7.9v6',
  external: 'M9.4 2.6h4v4M13.2 2.8 7.7 8.3M11.6 9.6v3.8H2.6v-9h3.9',
}

const PATHS = {
  search: 'M2.7 7a4.3 4.3 0 1 0 8.6 0a4.3 4.3 0 1 0-8.6 0M10.2 10.2l3.3 3.3',
  clock: 'M2.4 8a5.6 5.6 0 1 0 11.2 0a5.6 5.6 0 1 0-11.2 0M8 4.8V8l2.2 1.6',
  down: 'm4.5 6.5 3.5 3.4 3.5-3.4',
  right: 'm6.4 4.5 3.4 3.5-3.4 3.5',
  left: 'M9.6 4.5 6.2 8l3.4 3.5',
  close: 'm4.3 4.3 7.4 7.4M11.7 4.3l-7.4 7.4',
  check: 'm3.3 8.4 3.1 3.1 6.3-6.9',
  plus: 'M8 3.3v9.4M3.3 8h9.4',
  minus: 'M3.3 8h9.4',
  help: 'M6 6.2c.1-1.3.9-2 2.1-2 1.2 0 2 .7 2 1.8 0 1.6-2.1 1.6-2.1 3.3M8 11.75v.1',
  compare: 'M2.5 5.3h9.5M9.6 2.9 12 5.3 9.6 7.7M13.5 10.7H4M6.4 8.3 4 10.7l2.4 2.4',
  share: 'M6.7 9.3 9.3 6.7M7.3 4.9l1.3-1.3a2.7 2.7 0 0 1 3.8 3.8l-1.3 1.3M8.7 11.1l-1.3 1.3a2.7 2.7 0 0 1-3.8-3.8l1.3-1.3',
  export: 'M8 2.6v7.2M5.2 7.2 8 10l2.8-2.8M2.8 11.4v2h10.4v-2',
  list: 'M2.5 4.2h11M2.5 8h11M2.5 11.8h11',
  fit: 'M2.6 5.6v-3h3M10.4 2.6h3v3M13.4 10.4v3h-3M5.6 13.4h-3v-3',
  copy: 'M5.6 5.6h7.8v7.8H5.6zM3.8 10.4H2.6V2.6h7.8v1.2',
  file: 'M3.8 2.2h5l3.4 3.4v8.2H3.8zM8.8 2.2v3.4h3.4',
  cloud: 'M4.7 12.4a2.9 2.9 0 0 1-.3-5.8 3.9 3.9 0 0 1 7.5 1 2.4 2.4 0 0 1-.3 4.8z',
  menu: 'M2.5 4.7h11M2.5 8h11M2.5 11.3h11',
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.4v2.8h-2.8',
  link: 'M3 8h9.4M9.6 5.2 12.4 8l-2.8 2.8',
} as const

export type IconName = Kind | keyof typeof PATHS | 'theme'

/** The path of a kind's icon on its 16 x 16 grid, for drawings on a canvas. */
export function kindPath(kind: Kind): string {
  return KIND_PATHS[kind]
}

export interface IconProps {
  name: IconName
  size?: 12 | 14 | 16
  className?: string
}

/** Decoration: the control or the text beside it has the name. */
export function Icon({ name, size = 16, className = '' }: IconProps) {
  const sized = size === 16 ? '' : ` s${size}`
  return (
    <svg className={`i${sized} ${className}`} viewBox="0 0 16 16" aria-hidden="true">
      {name === 'theme' ? (
        <>
          <path d="M2.6 8a5.4 5.4 0 1 0 10.8 0a5.4 5.4 0 1 0-10.8 0" />
          <path d="M8 2.6v10.8a5.4 5.4 0 0 0 0-10.8z" fill="currentColor" />
        </>
      ) : (
        <path d={name in KIND_PATHS ? KIND_PATHS[name as Kind] : PATHS[name as keyof typeof PATHS]} />
      )}
    </svg>
  )
}

/** The sign of the house: one cause, one proven and one inferred effect. */
export function Logo() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d="M4 10.2C8 10.2 9 5 15.6 5" stroke="currentColor" strokeWidth="1.7" />
      <path d="M4 10.2c4 0 5 5.2 11.6 5.2" stroke="currentColor" strokeWidth="1.7" strokeDasharray="2.6 2.2" />
      <circle cx="3.6" cy="10.2" r="2.4" fill="var(--accent)" />
      <circle cx="16.2" cy="5" r="1.9" fill="currentColor" />
      <circle cx="16.2" cy="15.4" r="1.6" fill="var(--surface-1)" stroke="currentColor" strokeWidth="1.3" />
    </svg>
  )
}
