import { accountOf } from './account.mjs'

/** A table as text, its first column to the left and all others to the right. @param {import('./account.mjs').Table} table */
function tableText({ title, columns, rows, note }) {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index].length)),
  )
  const line = (cells) =>
    `  ${cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[index]) : cell.padStart(widths[index]))).join('  ')}\n`
  const rule = `  ${widths.map((width) => '─'.repeat(width)).join('  ')}\n`
  return `\n${title}\n${line(columns)}${rule}${rows.map(line).join('')}${note === undefined ? '' : `  ${note}\n`}`
}

/** @param {readonly import('./account.mjs').Goal[]} goals @returns {import('./account.mjs').Table} */
export function goalsTable(goals) {
  return {
    title: 'Goals',
    columns: ['goal', 'found', 'met'],
    rows: goals.map(({ text, found, met }) => [text, found, metText(met)]),
  }
}

/** @param {boolean | null} met */
export function metText(met) {
  return met === null ? '–' : met ? 'yes' : 'no'
}

/** A result for people. @param {import('./works/index.mjs').Work} work @param {import('./works/index.mjs').Measured} measured */
export function resultText(work, measured) {
  const { goals, tables } = accountOf(work, measured)
  const all = goals.length === 0 ? tables : [goalsTable(goals), ...tables]
  return `\n${work.title}\n${'═'.repeat(work.title.length)}${all.map(tableText).join('')}`
}
