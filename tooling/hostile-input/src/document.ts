import { fileURLToPath } from 'node:url'
import type { HostileCase, HostileGroup } from './hostile-case'
import type { Measurement } from './measured'
import { oddities } from './oddities'
import { ways } from './ways'

/** The document that tells of the corpus. */
export const document = fileURLToPath(new URL('../../../docs/hostile-input.md', import.meta.url))

const begin = '<!-- Written by pnpm --filter @tooling/hostile-input table: begin -->'
const end = '<!-- end -->'

/** What a document tells of the cases, without times and memory, which differ from run to run. */
export interface ToldCase {
  readonly name: string
  readonly what: string
  readonly error: string
}

/** The document with the tables of a measurement. */
export function withTables(text: string, corpus: readonly HostileGroup[], measured: Measurement): string {
  const [before, after] = around(text)
  const count = corpus.reduce((sum, { cases }) => sum + cases.length, 0)
  const outcomes = [...measured.cases.values()]
  const most = (of: 'cpuMilliseconds' | 'peakBytes') => Math.max(...outcomes.map((outcome) => outcome[of]))
  const summary = `${count} malformed inputs; the slowest took ${milliseconds(most('cpuMilliseconds'))} ms of the processor, and the largest peak was ${megabytes(most('peakBytes'))} MB. Node ${process.version}, ${process.platform}.`
  const tables = corpus.map((group) => groupTable(group, measured))
  const valid = table(
    ['valid', 'what it is'],
    oddities.map(({ name, what }) => [code(name), escaped(what)]),
  )
  return [
    before + begin,
    summary,
    ...tables,
    '### Unusual and right',
    `These ${oddities.length} are read. Every way in is among them with something plain too.`,
    valid,
    end + after,
  ].join('\n\n')
}

/** The cases that a document tells of. */
export function toldCases(text: string): ToldCase[] {
  return [...text.matchAll(/^\| `([\w-]+)` +\| (.+?) +\| (\w+Error) +\|/gm)].map(
    ([, name = '', what = '', error = '']) => ({ name, what, error }),
  )
}

/** What a document should tell of a case. */
export function toldCase({ name, what, error }: HostileCase): ToldCase {
  return { name, what: escaped(what), error }
}

function groupTable({ title, cases }: HostileGroup, measured: Measurement): string {
  const calls = [...new Set(cases.map(({ way }) => code(ways[way].call)))].join(' or ')
  const rows = cases.map((hostile) => {
    const outcome = measured.cases.get(hostile.name)
    return [
      code(hostile.name),
      escaped(hostile.what),
      hostile.error,
      outcome === undefined ? '' : milliseconds(outcome.cpuMilliseconds),
      outcome === undefined ? '' : megabytes(outcome.peakBytes),
    ]
  })
  const heads = ['case', `${title} that ...`, 'is refused with', 'CPU, ms', 'peak, MB']
  return [`### ${title}`, `Read by ${calls}.`, table(heads, rows)].join('\n\n')
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function around(text: string): [string, string] {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`There are no marks for the tables in ${document}.`)
  return [text.slice(0, from), text.slice(to + end.length)]
}

const code = (text: string) => `\`${text}\``
const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('__', '\\_\\_')
const milliseconds = (value: number) => String(Math.max(1, Math.round(value)))
const megabytes = (value: number) => String(Math.max(0, Math.round(value / 2 ** 20)))
