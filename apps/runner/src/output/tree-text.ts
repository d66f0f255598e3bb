import type { TreeNode } from '../layer-tree'
import { bold, dim } from './colours'
import { countText } from './numbers'

interface Line {
  /** What stands in front of the kind: branches of the tree. */
  readonly branch: string
  readonly kind: string
  /** Name, sizes and choices. */
  readonly words: string
  readonly parameters: string
  readonly note: string
}

/**
 * Draws a model as a tree with its parameters in a column.
 *
 * @param everyBlock whether blocks that look the same are all drawn, and not once with their number
 * @param columns where words are cut: the terminal's, and nowhere without one
 */
export function treeText(
  nodes: readonly TreeNode[],
  everyBlock: boolean,
  columns = process.stdout.columns || Number.POSITIVE_INFINITY,
): string {
  const groups = everyBlock ? nodes.map((node) => [node]) : groupEqual(nodes)
  const whole = groups.flatMap(groupLines)
  const numberWidth = Math.max(...whole.map(({ parameters }) => parameters.length))
  const noteWidth = Math.max(...whole.map(({ note }) => note.length))
  const lines = whole.map((line) => shortened(line, columns - numberWidth - noteWidth - 3))
  const textWidth = Math.max(...lines.map((line) => plainText(line).length))
  return lines
    .map((line) => {
      const { branch, kind, words, parameters, note } = line
      const gap = ' '.repeat(textWidth - plainText(line).length + 2)
      const shownKind = branch === '' ? bold(kind) : kind
      return `${dim(branch)}${shownKind}  ${dim(words)}${gap}${parameters.padStart(numberWidth)} ${note}`.trimEnd()
    })
    .join('\n')
}

function plainText({ branch, kind, words }: Line): string {
  return `${branch}${kind}  ${words}`
}

/** Cuts the words of a line that is longer than `width`. */
function shortened(line: Line, width: number): Line {
  const excess = plainText(line).length - width
  if (excess <= 0) return line
  return { ...line, words: `${line.words.slice(0, Math.max(0, line.words.length - excess - 1))}…` }
}

/** Neighbours that look the same inside. */
function groupEqual(nodes: readonly TreeNode[]): TreeNode[][] {
  const groups: TreeNode[][] = []
  for (const node of nodes) {
    const group = groups.at(-1)
    if (group?.[0] !== undefined && inside(group[0]) === inside(node)) group.push(node)
    else groups.push([node])
  }
  return groups
}

function inside(node: TreeNode): string {
  const lines = childLines(node, node.name, '')
  return [node.kind, node.detail, ...lines.map((line) => `${plainText(line)} ${line.parameters}`)].join('\n')
}

function groupLines(group: readonly TreeNode[]): Line[] {
  const [first] = group
  if (first === undefined) return []
  const last = group.at(-1) ?? first
  const many = group.length > 1
  const names = [first.name, ...(many ? [last.name] : [])].filter((name) => name !== null)
  const words = [names.join(' ... '), first.detail].filter((word) => word !== '').join('  ')
  const own: Line = {
    branch: '',
    kind: many ? `${group.length} x ${first.kind}` : first.kind,
    words,
    parameters: numberOf(first),
    note: many ? 'each' : '',
  }
  return [own, ...childLines(first, first.name, '')]
}

/** @param within the name of the block, which its parts' names need not repeat */
function childLines({ children }: TreeNode, within: string | null, indent: string): Line[] {
  return children.flatMap((child, index) => {
    const isLast = index === children.length - 1
    const words = [shortName(child.name, within), child.detail].filter((word) => word !== '').join('  ')
    const own: Line = {
      branch: `${indent}${isLast ? '└─ ' : '├─ '}`,
      kind: child.kind,
      words,
      parameters: numberOf(child),
      note: '',
    }
    return [own, ...childLines(child, within, `${indent}${isLast ? '   ' : '│  '}`)]
  })
}

function shortName(name: string | null, within: string | null): string {
  if (name === null) return ''
  return within !== null && name.startsWith(`${within}.`) ? name.slice(within.length + 1) : name
}

/** Parts that only combine others, or compute without parameters, show no number. */
function numberOf({ parameters, kind }: TreeNode): string {
  const silent = parameters === 0 || ['residual', 'attention', 'sequence', 'sum', 'product'].includes(kind)
  return silent ? '' : countText(parameters)
}
