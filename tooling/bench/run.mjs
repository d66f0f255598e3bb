/**
 * `pnpm bench`: measures speed and memory, beside PyTorch where there is one. README.md says what and how.
 */
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ChildFailure } from './src/child.mjs'
import { ResultsFailure } from './src/results.mjs'
import { files, runSuite } from './src/suite.mjs'
import { works } from './src/works/index.mjs'

const names = works.map(({ name }) => name)
const options = new Command('bench')
  .description('Measures speed and memory, and writes results.json and index.html.')
  .option('--only <list>', `some of ${names.join(', ')} (default: all)`, parseWorks)
  .option('--rounds <count>', 'measured rounds (default: 5, with --quick 1)', parseCount)
  .option(
    '--python <path>',
    'a Python with torch and transformers (default: TINT_BENCH_PYTHON, or python3)',
    process.env.TINT_BENCH_PYTHON ?? 'python3',
  )
  .option('--out <folder>', 'where the results go, beside those that it has of other works', 'bench-results')
  .option('--quick', 'tiny sizes, to see that everything works; the figures mean nothing')
  .addOption(
    new Option('--engine <name>', 'what computes')
      .choices(['auto', 'tensorflow', 'wasm', 'cpu'])
      .default('auto'),
  )
  .parse()
  .opts()

const { only = works, quick = false, rounds = quick ? 1 : 5, engine, python, out } = options
const interruption = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => interruption.abort())

try {
  const complete = await runSuite(only, { quick, rounds, engine, python, out, signal: interruption.signal })
  process.stdout.write(`\n${join(out, files.results)} and ${join(out, files.page)} are written.\n`)
  if (!complete) process.exitCode = 1
} catch (error) {
  if (interruption.signal.aborted) {
    process.stderr.write(`bench: stopped; ${out} has the results of the works that were finished.\n`)
    process.exitCode = 130
  } else if (error instanceof ChildFailure || error instanceof ResultsFailure) {
    process.stderr.write(`bench: ${error.message}\n`)
    process.exitCode = 1
  } else {
    throw error
  }
}

function parseWorks(list) {
  const asked = list.split(',')
  const unknown = asked.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new InvalidArgumentError(
      `There is no work ${JSON.stringify(unknown)}; expected some of ${names.join(', ')}.`,
    )
  }
  return works.filter(({ name }) => asked.includes(name))
}

function parseCount(text) {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new InvalidArgumentError(`It is ${text}; expected a whole number of at least 1.`)
}
