import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { useEngine } from '@tintjs/tensor/node'
import { readInput, TargetFuzzer } from './fuzz-target'
import { targets } from './targets'

const usage = `pnpm fuzz [--minutes 10] [--target NAME] [--seed N] [--output FOLDER]
pnpm fuzz --target NAME --input FILE    reads one input again

Targets: ${targets.map(({ name }) => name).join(', ')}`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    target: { type: 'string' },
    seed: { type: 'string' },
    input: { type: 'string' },
    output: { type: 'string', default: 'fuzz-findings' },
    help: { type: 'boolean', default: false },
  },
})
/** Inputs of a target before the next one has its turn. */
const roundSize = 200
// pnpm and npm start scripts in their package's folder; paths are meant from where they were called.
const place = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path)

const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target)
if (values.help || chosen.length === 0) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}
await useEngine('cpu')
process.exitCode = values.input === undefined ? await search() : await replay(values.input)

async function replay(file: string): Promise<number> {
  const [target] = chosen
  if (target === undefined || values.target === undefined) {
    console.log(usage)
    return 2
  }
  try {
    console.log(
      `It is handled as it should: ${await readInput(target, new Uint8Array(readFileSync(place(file))))}`,
    )
    return 0
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
    return 1
  }
}

async function search(): Promise<number> {
  const seed = Number(values.seed ?? Date.now() % 2 ** 31)
  const minutes = Number(values.minutes)
  if (!(minutes > 0) || !Number.isInteger(seed) || seed < 0) {
    console.error(
      `--minutes is ${values.minutes} and --seed ${seed}; expected a number above 0 and a whole number of 0 or more.`,
    )
    return 2
  }
  const end = performance.now() + minutes * 60_000
  let interrupted = false
  process.once('SIGINT', () => {
    interrupted = true
    console.log('Ending after this round; Ctrl-C again ends at once.')
  })
  console.log(`Seed ${seed}, ${values.minutes} minutes, ${chosen.length} targets.`)
  const fuzzers = chosen.map((target) => new TargetFuzzer(target))
  const problems = new Set<string>()
  let told = performance.now()
  for (let round = 0; !interrupted && performance.now() < end; round++) {
    for (const fuzzer of fuzzers) {
      // The first round goes to its end, so that "no findings" is said of every target.
      if (interrupted || (round > 0 && performance.now() >= end)) break
      const finding = await fuzzer.round((seed + round) % 2 ** 31, roundSize)
      // Reading from memory never waits, and signals are heard in between only.
      await setImmediate()
      const problem = finding?.problem.split('\n', 3).join('\n').replaceAll(/\d+/g, '_') ?? ''
      if (finding !== undefined && !problems.has(problem)) {
        problems.add(problem)
        report(finding, problems.size)
      }
    }
    if (performance.now() - told < 30_000) continue
    told = performance.now()
    console.log(`${summary(fuzzers)}, ${Math.max(0, Math.round((end - told) / 1000))} s to go`)
  }
  for (const { target, inputs, outcomes } of fuzzers) {
    console.log(
      `${target.name.padEnd(20)} ${String(inputs).padStart(9)} inputs ${String(outcomes).padStart(5)} outcomes`,
    )
  }
  console.log(`${summary(fuzzers)}; ${problems.size} findings`)
  return problems.size > 0 ? 1 : 0
}

function summary(fuzzers: readonly TargetFuzzer[]): string {
  return `${fuzzers.reduce((sum, { inputs }) => sum + inputs, 0)} inputs`
}

function report(
  { target, input, problem }: { target: string; input: Uint8Array; problem: string },
  number: number,
): void {
  const folder = place(values.output)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${target}-${number}`)
  writeFileSync(file, input)
  console.log(`\n${target}: ${problem}\n  pnpm fuzz --target ${target} --input ${file}\n`)
}
