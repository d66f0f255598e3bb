/** `pnpm reliability`: real faults on the built command and installer; a table of what was tried and what came out. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { markdownTable, writeSection } from './src/document.mjs'
import { machineText } from './src/machine.mjs'
import { faults, tryFault } from './src/run-faults.mjs'
import { root } from './src/workload.mjs'

const options = new Command('reliability')
  .option('--only <text>', 'faults whose name has this text')
  .option('--kills <count>', 'how often each command is killed', '20')
  .option('--seed <number>', 'decides the random moments', '1')
  .option('--json', 'print the results as JSON')
  .option('--write', 'keep the results for the table of docs/reliability.md, and write it')
  .parse()
  .opts()

const only = (options.only ?? '').toLowerCase()
const chosen = faults.filter(({ name }) => name.toLowerCase().includes(only))
if (chosen.length === 0) {
  console.error(`No fault has ${JSON.stringify(only)} in its name; expected a part of one of these:`)
  for (const { name } of faults) console.error(`  ${name}`)
  process.exit(2)
}
const results = []
for (const fault of chosen) {
  const result = await tryFault(fault, { kills: Number(options.kills), seed: Number(options.seed) })
  results.push(result)
  console.error(
    `${result.good === result.tries ? 'ok  ' : 'FAIL'} ${result.good}/${result.tries}  ${result.name}: ${result.came}`,
  )
  // After each, so that what was tried is kept, whenever this is stopped.
  if (options.write) write(results)
}
if (options.json) console.log(JSON.stringify(results, undefined, 2))
process.exitCode = results.every(({ good, tries }) => good === tries) ? 0 : 1

/** Results of faults that were not tried this time stay. */
function write(fresh) {
  const path = join(root, 'bench-results/reliability.json')
  mkdirSync(join(root, 'bench-results'), { recursive: true })
  const known = new Map([...readKnown(path), ...fresh].map((result) => [result.name, result]))
  const all = faults.flatMap(({ name }) => known.get(name) ?? [])
  writeFileSync(path, JSON.stringify(all, undefined, 2))
  const rows = all.map(({ name, expected, tries, good, came }) => [
    name,
    expected,
    `${good} of ${tries}`,
    came.replaceAll('|', '\\|'),
  ])
  const heads = ['fault', 'what should come of it', 'as it should', 'what came out']
  const table = markdownTable(heads, rows)
  writeSection('faults', `${table}\n\nOn ${machineText()}.`)
}

function readKnown(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return []
  }
}
