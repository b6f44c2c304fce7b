export interface SparklineProps {
  /** One a bucket, oldest first; null where nothing is known. Undefined while it loads. */
  values: readonly (number | null)[] | undefined
  tone?: 'plain' | 'error'
  width?: number
  height?: number
}

/** A line without axes: the shape of a value over the range. It stops where nothing is known. */
export function Sparkline({ values, tone = 'plain', width = 92, height = 26 }: SparklineProps) {
  const known = (values ?? []).filter((value): value is number => value !== null)
  const most = Math.max(...known, 0)
  const color = tone === 'error' ? 'var(--error)' : 'var(--text-2)'
  return (
    <svg className="block w-full" viewBox={`0 0 ${width} ${height}`} height={height} preserveAspectRatio="none" aria-hidden="true">
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line)" />
      {known.length > 0 && most > 0 ? (
        <path
          d={linePath(values ?? [], { width, height, most })}
          fill="none"
          stroke={color}
          strokeWidth="1.25"
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      ) : null}
    </svg>
  )
}

function linePath(values: readonly (number | null)[], { width, height, most }: { width: number; height: number; most: number }): string {
  const step = width / Math.max(1, values.length - 1)
  let pen = 'M'
  return values
    .map((value, i) => {
      if (value === null) {
        pen = 'M'
        return ''
      }
      const point = `${pen}${(i * step).toFixed(1)} ${(height - 2 - (value / most) * (height - 5)).toFixed(1)}`
      pen = 'L'
      return point
    })
    .join('')
}
