import { useMemo } from 'preact/hooks'
import { isDark } from '../page/theme'
import { colourNumbers } from './colour-scale'

/** A part of a heat map that is pointed out, in rows and columns. */
export interface Frame {
  readonly name: string
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** Rows that belong together, with their name beside them. */
export interface RowGroup {
  readonly name: string
  readonly from: number
  readonly to: number
}

interface HeatMapProps {
  /** For those who cannot see it. */
  readonly label: string
  /** `[rows, columns]`, row by row. */
  readonly values: Float32Array
  readonly columns: number
  /** What is as strongly coloured as can be. */
  readonly magnitude: number
  readonly groups: readonly RowGroup[]
  readonly frames?: readonly Frame[]
  /** Columns between which a line is drawn, e.g. slots. */
  readonly divisions?: number
}

/** The picture's own units. */
const size = { width: 1000, left: 96, top: 26, bottom: 24 } as const

/** Numbers as colours, a pixel each, with names at the sides. */
export function HeatMap(props: HeatMapProps) {
  const { label, values, columns, magnitude, groups, frames = [], divisions } = props
  const rows = values.length / columns
  const rowHeight = Math.max(4, Math.min(9, 330 / rows))
  const height = rows * rowHeight
  const picture = useMemo(
    () => pictureOf(colourNumbers(values, magnitude, isDark()), columns, rows),
    [values, magnitude, columns, rows, isDark()],
  )
  const x = (column: number) => size.left + (column / columns) * (size.width - size.left)
  const y = (row: number) => size.top + row * rowHeight
  return (
    <svg
      class="heat-map"
      viewBox={`0 0 ${size.width} ${size.top + height + size.bottom}`}
      role="img"
      aria-label={label}
    >
      <image
        href={picture}
        x={size.left}
        y={size.top}
        width={size.width - size.left}
        height={height}
        preserveAspectRatio="none"
        style="image-rendering: pixelated"
      />
      {divisions !== undefined &&
        Array.from({ length: Math.ceil(columns / divisions) + 1 }, (_, index) =>
          Math.min(columns, index * divisions),
        ).map((column) => (
          <g key={column}>
            <line class="division" x1={x(column)} x2={x(column)} y1={size.top} y2={size.top + height} />
            <text
              class="column"
              x={x(column)}
              y={size.top + height + 18}
              text-anchor={column === columns ? 'end' : 'middle'}
            >
              {column}
            </text>
          </g>
        ))}
      {groups.map(({ name, from, to }) => (
        <g key={name}>
          <text class="group" x={size.left - 8} y={y((from + to) / 2) + 4} text-anchor="end">
            {name}
          </text>
          {from > 0 && <line class="group-line" x1={size.left} x2={size.width} y1={y(from)} y2={y(from)} />}
        </g>
      ))}
      {frames.map((frame) => (
        <g key={`${frame.name} ${frame.top}`} class="frame">
          <rect
            x={x(frame.left)}
            y={y(frame.top)}
            width={x(frame.right) - x(frame.left)}
            height={y(frame.bottom) - y(frame.top)}
          />
          <text x={x(frame.left) + 2} y={(frame.top === 0 ? y(0) : y(frame.top)) - 5}>
            {frame.name}
          </text>
        </g>
      ))}
    </svg>
  )
}

function pictureOf(pixels: Uint8ClampedArray<ArrayBuffer>, columns: number, rows: number): string {
  const canvas = document.createElement('canvas')
  canvas.width = columns
  canvas.height = rows
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, columns, rows), 0, 0)
  return canvas.toDataURL('image/png')
}
