/** `pnpm soak`: thousands of training steps in one process an engine; a chart, and a verdict whether anything grows. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { markdownTable, writeSection } from './src/document.mjs'
import { machineText } from './src/machine.mjs'
import { soakChart } from './src/soak/chart.mjs'
import { verdictOf } from './src/soak/verdict.mjs'
import { root } from './src/workload.mjs'

const options = new Command('soak')
  .option('--steps <count>', 'training steps, at least 500: before that, memory has not settled', '2000')
  .addOption(new Option('--engine <name>', 'default: both').choices(['tensorflow', 'wasm']))
  .option('--again', 'no new steps: the verdict and the chart of those that were measured last')
  .option('--write', 'draw docs/images/soak.svg and write the table of docs/reliability.md')
  .parse()
  .opts()
const steps = Number(options.steps)
if (!(Number.isInteger(steps) && steps >= 500)) {
  console.error(
    `The number of steps is ${options.steps}; expected a whole number of at least 500, as memory settles in the first hundreds.`,
  )
  process.exit(2)
}

const results = join(root, 'bench-results/soak.json')
const engines = options.engine === undefined ? ['tensorflow', 'wasm'] : [options.engine]
const runs = options.again ? JSON.parse(readFileSync(results, 'utf8')) : engines.map(runOf)
const rows = runs.flatMap(({ engine, points, left }) => [
  ...verdictOf(points).map(({ name, begin, end, most, isFlat }) => [
    engine,
    name,
    begin,
    end,
    most === 1 ? 'no growth' : `+${Math.round(100 * (most - 1))} %`,
    isFlat ? 'flat' : 'GROWS',
  ]),
  [engine, 'tensors after all is disposed', '', String(left), '0', left === 0 ? 'flat' : 'GROWS'],
])
const heads = ['engine', 'figure', 'second tenth', 'last tenth', 'bound', 'verdict']
const table = markdownTable(heads, rows)
console.log(table)
mkdirSync(join(root, 'bench-results'), { recursive: true })
writeFileSync(results, JSON.stringify(runs))
if (options.write) {
  writeFileSync(join(root, 'docs/images/soak.svg'), soakChart(runs))
  writeSection('soak', `${table}\n\n${runs[0].points.length} steps an engine, on ${machineText()}.`)
}
process.exitCode = rows.every((row) => row.at(-1) === 'flat') ? 0 : 1

function runOf(engine) {
  const script = fileURLToPath(new URL('src/soak/steps.mjs', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [script, engine, String(steps)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1e9,
  })
  if (status !== 0) process.exit(1)
  return JSON.parse(stdout.toString())
}
