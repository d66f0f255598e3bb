import { lastLine, runTint, runWell, saysWhy } from '../command.mjs'
import { firstDifference } from '../places.mjs'
import { Tally } from '../tally.mjs'
import { perplexityArguments } from '../workload.mjs'

const run = (...more) => [...perplexityArguments('auto', 16), '--workers', '1', ...more]
const limited = (bytes) => ({ prefix: ['prlimit', `--as=${bytes}`] })
const heap = (megabytes) => ({ env: { NODE_OPTIONS: `--max-old-space-size=${megabytes}` } })

/** Memory that does not suffice. Each case: its name, the command, and how it is run. */
const cases = [
  ['WASM, a batch of 4096 contexts', large('wasm', '1'), {}],
  ['native, a batch of 4096 contexts in 6 GB of addresses', large('tensorflow', '1'), limited(6e9)],
]

function large(engine, workers) {
  const args = perplexityArguments(engine, 8192)
  args[args.indexOf('--batch') + 1] = '4096'
  args[args.indexOf('--context') + 1] = '128'
  return [...args, '--stride', '8', '--workers', workers]
}

export const memory = [
  ...cases.map(([name, args, options]) => ({
    name: `out of memory: ${name}`,
    expected: 'a sentence that says what to do',
    run: async ({ places }) => {
      const tally = new Tally()
      const ended = await runTint([...args, '--output', places.fresh('run')], options)
      tally.add(saysWhy(ended), `${ended.signal ?? ended.code}: ${lastLine(ended.stderr)}`)
      return tally
    },
  })),
  {
    name: "out of memory: JavaScript's heap, in the command itself",
    expected:
      'V8 ends the process and shows its frames, which a program cannot prevent; the folder is resumed',
    run: fullHeap,
  },
]

async function fullHeap({ places }) {
  const tally = new Tally()
  const [output, reference] = [places.fresh('run'), places.fresh('run')]
  const full = await runTint([...run(), '--output', output], heap(12))
  await runWell([...run(), '--output', reference])
  const { code, stderr } = await runTint([...run(), '--output', output, '--resume'])
  const difference = code === 0 ? firstDifference(output, reference) : lastLine(stderr)
  tally.add(
    full.signal === 'SIGABRT' && difference === undefined,
    difference ?? `${full.signal}, then identical`,
  )
  return tally
}
