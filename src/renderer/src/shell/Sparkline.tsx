import { TRACE_SECONDS } from './AppStore.ts'

const WIDTH = 120
const HEIGHT = 32

type SparklineProps = { readonly values: ReadonlyArray<number>; readonly className: string }

/** Fewer would be a speck beside the bar. */
const LEAST_VALUES = 6

/** The last minute as a line over a tint, newest at the right, scaled to its own highest figure. */
export function Sparkline({ values, className }: SparklineProps) {
  const highest = Math.max(...values, 1)
  const points = values.map((value, index) => {
    const x = WIDTH - ((values.length - 1 - index) / (TRACE_SECONDS - 1)) * WIDTH
    return `${x.toFixed(1)},${(HEIGHT - 2 - (value / highest) * (HEIGHT - 4)).toFixed(1)}`
  })
  const first = points[0]?.split(',')[0] ?? '0'
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" className={className}>
      {points.length >= LEAST_VALUES && (
        <>
          <polygon
            points={`${first},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`}
            fill="currentColor"
            opacity="0.14"
          />
          <polyline
            points={points.join(' ')}
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinejoin="round"
            strokeLinecap="round"
          />
        </>
      )}
    </svg>
  )
}
