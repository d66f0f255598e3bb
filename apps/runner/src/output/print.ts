import Table from 'cli-table3'
import { bold, dim } from './colours'

/** Prints the one JSON object of `--json`. */
export function printJson(result: object): void {
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`)
}

/** Breaks a text between words, so that no line is longer than a narrow terminal. */
export function paragraph(text: string, width = 80): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join('\n')
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

/** Names and values below each other, the values aligned. */
export function pairsText(pairs: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(pairs).map((name) => name.length))
  return Object.entries(pairs)
    .map(([name, value]) => `${dim(name.padEnd(width))}  ${value}`)
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
