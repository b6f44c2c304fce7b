'use client'
import type { InspectorProps } from './inspector-parts'
import { LinkInspector } from './link-inspector'
import { ServicesInspector } from './services-inspector'
import { SpanInspector } from './span-inspector'

/** What is chosen, in full: a link with its proof, a span with its facts, or the whole transaction by service. */
export function Inspector(props: InspectorProps) {
  const { model, selection } = props
  const link = selection?.kind === 'link' ? model.folded.links.find((one) => one.id === selection.id) : undefined
  const unit = selection?.kind === 'unit' ? model.folded.units.get(selection.id) : undefined
  if (link) return <LinkInspector {...props} unitLink={link} />
  if (unit) return <SpanInspector {...props} unit={unit} />
  return <ServicesInspector model={model} onSelect={props.onSelect} />
}
