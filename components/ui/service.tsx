import type { CSSProperties } from 'react'
import { serviceHue } from '#lib/base/hue'
import { Icon } from './icon'
import type { Kind } from './icon'

/** The hue of a service as a CSS colour. */
export function hueVar(name: string): string {
  return `var(--s${serviceHue(name)})`
}

export interface ServiceNameProps {
  name: string
  kind: Kind
  size?: 12 | 14 | 16
}

/** Kind icon in the service's hue beside its name, shortened where the place is narrow. */
export function ServiceName({ name, kind, size = 16 }: ServiceNameProps) {
  const style = { '--h': hueVar(name) } as CSSProperties
  return (
    <span className="svc" style={style} title={`${name}, ${kind}`}>
      <Icon name={kind} size={size} />
      <span>{name}</span>
    </span>
  )
}
