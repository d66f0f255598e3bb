import { type Markup, markup } from '@tintjs/evaluate/page'
import type { OutputOf } from '../protocol/tasks'
import { percent } from './percent'

type UpdateNorm = OutputOf<'step'>['updates'][number]

const size = { left: 190, top: 30, row: 24, bottom: 8, cell: 92, right: 8 } as const

/** Weights by kind and layer: how far each has moved, in percent of its size. */
export function updateChart(updates: readonly UpdateNorm[]): Markup {
  const kinds = [...new Set(updates.map(({ kind }) => kind))]
  const blocks = [...new Set(updates.map(({ block }) => block))]
  const shares = updates.map(shareOf).filter((share) => share > 0)
  const largest = Math.max(...shares, Number.MIN_VALUE)
  const width = size.left + blocks.length * size.cell + size.right
  const height = size.top + kinds.length * size.row + size.bottom
  const cells = updates.map((update) => {
    const left = size.left + blocks.indexOf(update.block) * size.cell
    const top = size.top + kinds.indexOf(update.kind) * size.row
    return cell(update, left, top, largest)
  })
  return markup`<svg class="update-chart" viewBox="0 0 ${width} ${height}" style="--natural-width: ${width}px" role="img" aria-label="How far each weight has moved, by layer and weight">
<g class="axis">${blocks.map(
    (block, index) =>
      markup`<text x="${size.left + (index + 0.5) * size.cell}" y="${size.top - 10}" text-anchor="middle">${block === null ? 'final norm' : `layer ${block + 1}`}</text>
`,
  )}${kinds.map(
    (kind, index) =>
      markup`<text x="${size.left - 10}" y="${size.top + (index + 0.5) * size.row + 4}" text-anchor="end">${kind.replace(/^(transformer|model)\./, '')}</text>
`,
  )}</g>
${cells}</svg>
`
}

/** Shares below a ten-thousandth of the largest are as pale as none. */
const decades = 4

function cell(update: UpdateNorm, left: number, top: number, largest: number): Markup {
  const share = shareOf(update)
  const strength = share === 0 ? 0 : Math.max(0.04, 1 + Math.log10(share / largest) / decades)
  const title = `${update.name}: moved by ${update.norm.toPrecision(3)}, was ${update.weightNorm.toPrecision(3)} long (${update.parameters.toLocaleString('en')} numbers)`
  return markup`<g class="moved"><rect x="${left + 1}" y="${top + 1}" width="${size.cell - 2}" height="${size.row - 2}" rx="3" fill-opacity="${(0.5 * strength).toFixed(3)}"><title>${title}</title></rect>
<text x="${left + size.cell / 2}" y="${top + size.row / 2 + 4}" text-anchor="middle">${share === 0 ? 'fixed' : percent(share)}</text></g>
`
}

/** A weight that was zero, such as a fresh bias, has moved by all of what it is. */
function shareOf({ norm, weightNorm }: UpdateNorm): number {
  if (norm === 0) return 0
  return weightNorm === 0 ? 1 : norm / weightNorm
}
