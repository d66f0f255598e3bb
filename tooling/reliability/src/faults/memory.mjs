import { lastLine, runTint, runWell, saysWhy } from '../command.mjs'
import { firstDifference } from '../places.mjs'
import { Tally } from '../tally.mjs'
import { perplexityArguments } from '../workload.mjs'

const run = (...more) => [...perplexityArguments('auto', 16), '--workers', '1', ...more]
const limited = (bytes) => ({ prefix: ['prlimit', `--as=${bytes}`] })
const heap = (megabytes) => ({ env: { NODE_OPTIONS: `--max-old-space-size=${megabytes}` } })

/** Memory that does not suffice. Each case: its name, the command, and how it is run. */
const cases = [
  ["JavaScript's heap, in the command itself", run(), heap(12)],
  ["JavaScript's heap, in workers", run('--workers', '2'), heap(18)],
  ['WASM, a batch of 4096 contexts', large('wasm', '1'), {}],
  ['WASM, a batch of 4096 contexts, in workers', large('wasm', '2'), {}],
  ['native, a batch of 4096 contexts in 6 GB of addresses', large('tensorflow', '1'), limited(6e9)],
  ['native, the same in workers', large('tensorflow', '2'), limited(6e9)],
]

function large(engine, workers) {
  const args = perplexityArguments(engine, 8192)
  args[args.indexOf('--batch') + 1] = '4096'
  args[args.indexOf('--context') + 1] = '128'
  return [...args.map((word) => word), '--stride', '8', '--workers', workers]
}

export const memory = cases.map(([name, args, options]) => ({
  name: `out of memory: ${name}`,
  expected: 'a sentence that says what to do; the folder can be resumed or begun again',
  run: async ({ places }) => {
    const tally = new Tally()
    const output = places.fresh('run')
    const ended = await runTint([...args, '--output', output], options)
    tally.add(saysWhy(ended), `${ended.signal ?? ended.code}: ${lastLine(ended.stderr)}`)
    if (args.includes('16')) await resumeWell(args, output, places, tally)
    return tally
  },
}))

async function resumeWell(args, output, places, tally) {
  const reference = places.fresh('run')
  await runWell([...args, '--output', reference])
  const { code, stderr } = await runTint([...args, '--output', output, '--resume'])
  const difference = code === 0 ? firstDifference(output, reference) : lastLine(stderr)
  tally.add(difference === undefined, difference ?? 'resumed with enough memory: identical')
}
