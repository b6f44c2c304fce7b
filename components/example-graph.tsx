'use client'
import { useRef } from 'react'
import { serviceHue } from '#lib/base/hue'
import { kindPath } from '#components/ui/icon'
import type { Kind } from '#components/ui/icon'
import { useElementWidth } from '#components/ui/use-size'

interface Box {
  x: number
  y: number
  name: string
  kind: Kind
  round?: boolean
  failed?: boolean
}

const H = 36
const Y1 = 44
const Y2 = 150

/** An example of what a transaction looks like: proven, waiting, inferred, and the order that decided it. */
export function ExampleGraph() {
  const box = useRef<HTMLDivElement>(null)
  const width = useElementWidth(box)
  return (
    <div ref={box} className="min-h-[252px]">
      {width > 0 ? <Drawing width={width} /> : null}
    </div>
  )
}

function Drawing({ width }: { width: number }) {
  const small = width < 480
  const nodeWidth = small ? 74 : Math.min(148, (width - 120) / 4)
  const x = (i: number) => (i * (width - nodeWidth - 1)) / 3
  const top: Box[] = [
    { x: x(0), y: Y1, name: 'checkout', kind: 'function' },
    { x: x(1), y: Y1, name: 'orders', kind: 'queue', round: true },
    { x: x(2), y: Y1, name: 'payment', kind: 'function' },
    { x: x(3), y: Y1, name: 'validate', kind: 'function', failed: true },
  ]
  const bottom: Box[] = [
    { x: x(1), y: Y2, name: 'coupon', kind: 'function' },
    { x: x(2), y: Y2, name: 'coupons', kind: 'table', round: true },
    { x: x(3), y: Y2, name: 'refresher', kind: 'function' },
  ]
  const trunk = nodeWidth + 14
  const middle = x(3) + nodeWidth / 2
  return (
    <svg
      className="d"
      width={width}
      height={252}
      role="img"
      aria-label="Example: a checkout causes a payment over a queue and, on another path, a refresh of a table; the validation read 0.77 s before the refresh was done."
    >
      <path d={`M${x(1) + nodeWidth} ${Y1}H${x(2)}`} stroke="var(--waiting-fill)" strokeWidth="12" />
      {[0, 1, 2].map((i) => (
        <Arrow key={i} d={`M${x(i) + nodeWidth} ${Y1}H${x(i + 1) - 6}`} x={x(i + 1)} y={Y1} />
      ))}
      <Arrow d={`M${nodeWidth} ${Y1}H${trunk - 8}Q${trunk} ${Y1} ${trunk} ${Y1 + 8}V${Y2 - 8}Q${trunk} ${Y2} ${trunk + 8} ${Y2}H${x(1) - 6}`} x={x(1)} y={Y2} />
      <Arrow d={`M${x(1) + nodeWidth} ${Y2}H${x(2) - 6}`} x={x(2)} y={Y2} />
      <Arrow d={`M${x(2) + nodeWidth} ${Y2}H${x(3) - 6}`} x={x(3)} y={Y2} inferred />
      {[...top, ...bottom].map((node) => (
        <NodeBox key={node.name} node={node} width={nodeWidth} small={small} />
      ))}
      <path d={`M${middle} ${Y1 + 20}V${Y2 - 20}`} stroke="var(--warn)" strokeWidth="1.5" strokeDasharray="1.5 2.5" />
      <text x={middle - 10} y={(Y1 + Y2) / 2 + 4} textAnchor="end" className="halo" style={{ fill: 'var(--warn)', fontWeight: 600 }}>
        {small ? 'too early' : 'read 0.77\u202fs too early'}
      </text>
      {small ? null : (
        <text x={(x(2) + nodeWidth + x(3)) / 2} y={Y2 + 20} textAnchor="middle" style={{ fill: 'var(--accent)', fontWeight: 600 }}>
          0.97
        </text>
      )}
      <text x="0" y="226" style={{ fontSize: 12.5, fontWeight: 600, fill: 'var(--text-1)' }}>
        An example:
      </text>
      <text x="0" y="244" style={{ fontSize: 12.5 }}>
        {small ? 'a race that no single log shows.' : 'one refused coupon out of many; the order of two events explains it, and no single log shows it.'}
      </text>
    </svg>
  )
}

function Arrow({ d, x, y, inferred = false }: { d: string; x: number; y: number; inferred?: boolean }) {
  const color = inferred ? 'var(--accent)' : 'var(--edge)'
  return (
    <>
      <path d={d} fill="none" stroke={color} strokeWidth="1.75" strokeDasharray={inferred ? '5 3' : undefined} />
      <path d={`M${x - 7} ${y - 4}L${x} ${y}l-7 4z`} fill={color} />
    </>
  )
}

function NodeBox({ node, width, small }: { node: Box; width: number; small: boolean }) {
  return (
    <g>
      <rect
        x={node.x + 0.5}
        y={node.y - H / 2 + 0.5}
        width={width - 1}
        height={H - 1}
        rx={node.round ? 17 : 4}
        fill={node.failed ? 'var(--error-weak)' : 'var(--surface-1)'}
        stroke={node.failed ? 'var(--error)' : 'var(--line-strong)'}
        strokeWidth={node.failed ? 1.4 : 1}
      />
      {small ? null : (
        <path
          d={kindPath(node.kind)}
          transform={`translate(${node.x + 11} ${node.y - 8})`}
          fill="none"
          stroke={`var(--s${serviceHue(node.name)})`}
          strokeWidth="1.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      )}
      <text
        x={small ? node.x + width / 2 : node.x + 34}
        y={node.y + 4}
        textAnchor={small ? 'middle' : 'start'}
        style={{ fontSize: small ? 11 : 12.5, fontWeight: 550, fill: 'var(--text-1)' }}
      >
        {node.name}
      </text>
    </g>
  )
}
