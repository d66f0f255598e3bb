import Table from 'cli-table3'
import { bold, dim } from './colours'
import { hangingParagraph } from './wrap'

/** Prints the one JSON object of `--json`. */
export function printJson(result: object): void {
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`)
}

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

const style = { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true }

/**
 * Names and values below each other, the values aligned; a list is a value on each line.
 *
 * @param columns where values are broken between words: the terminal's, and nowhere without one
 */
export function pairsText(
  pairs: Readonly<Record<string, string | readonly string[]>>,
  columns = process.stdout.columns || Number.POSITIVE_INFINITY,
): string {
  const width = Math.max(...Object.keys(pairs).map((name) => name.length))
  const indent = width + 2
  return Object.entries(pairs)
    .map(([name, value]) => {
      const lines = [value].flat().map((line) => hangingParagraph(line, indent, columns))
      return `${dim(name.padEnd(width))}  ${lines.join(`\n${' '.repeat(indent)}`)}`
    })
    .join('\n')
}

/** A table with a heading row and no lines; the first column is text, the others are numbers. */
export function tableText(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: heading.map((cell) => bold(cell)),
    colAligns: heading.map((_, column) => (column === 0 ? 'left' : 'right')),
    chars: noBorders,
    style,
  })
  table.push(...rows.map((row) => [...row]))
  return table.toString()
}
