import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './workload.mjs'

const path = join(root, 'docs/reliability.md')

/** Replaces what stands between the marks of a section in docs/reliability.md. @param {string} name @param {string} content */
export function writeSection(name, content) {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const text = readFileSync(path, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from)
    throw new Error(`docs/reliability.md has no section ${name}; expected ${begin} and ${end}.`)
  writeFileSync(path, `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`)
}

/** A table in Markdown. @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
export function markdownTable(heads, rows) {
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
