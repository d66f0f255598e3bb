/**
 * `pnpm bench`: our training step beside PyTorch's exact dynamic evaluation, of one shape, in one run and in turns, so
 * that the machine's moods hit both. Without PyTorch (`--python` names the one to use) ours alone is measured.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { initialiseInnerModel } from '@tintjs/inner'
import { gpt2, gpt2Shapes } from '@tintjs/inner-gpt2'
import { opt, optShapes } from '@tintjs/inner-opt'
import { exact, tint, trainingStep } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import { Command } from 'commander'

const shapes = { ...gpt2Shapes, ...optShapes }
const options = new Command('bench')
  .option('--shape <name>', `one of ${Object.keys(shapes).join(', ')}`, 'opt-125m')
  .option('--length <tokens>', 'context length', Number, 512)
  .option('--train-fraction <share>', 'share of the context that is learned from', Number, 0.7)
  .option('--rounds <count>', 'measured rounds, after one that is not', Number, 5)
  .option('--engine <name>', 'auto, tensorflow, wasm or cpu', 'auto')
  .option(
    '--python <path>',
    'a Python that has torch and transformers',
    process.env.TINT_BENCH_PYTHON ?? 'python3',
  )
  .option('--json', 'print JSON')
  .parse()
  .opts()

const config = shapes[options.shape]
const trainLength = Math.floor(options.trainFraction * options.length)
const engine = await useEngine(options.engine)
const model = initialiseInnerModel(config.model_type === 'opt' ? opt : gpt2, config)
const ids = Array.from(
  { length: options.length },
  (_, index) => (index * 7919) % model.description.vocabularySize,
)

const ways = new Map([
  ['tint', () => ours(tint())],
  ['exact', () => ours(exact())],
])
const pytorch = await startPyTorch()
if (pytorch !== undefined) ways.set('pytorch', pytorch.step)

const seconds = new Map([...ways.keys()].map((name) => [name, []]))
for (let round = 0; round <= options.rounds; round++) {
  for (const [name, step] of ways) {
    const taken = await step()
    if (round > 0) seconds.get(name).push(taken)
    process.stderr.write(`round ${round} ${name} ${taken.toFixed(2)} s\n`)
  }
}
pytorch?.stop()
report()

async function ours(gradient) {
  const begin = performance.now()
  const step = await trainingStep(model, ids, { trainLength, learningRate: 1e-5, gradient })
  const taken = (performance.now() - begin) / 1000
  step.dispose()
  return taken
}

async function startPyTorch() {
  const script = fileURLToPath(new URL('pytorch_step.py', import.meta.url))
  const args = [script, JSON.stringify(config), String(options.length), String(trainLength)]
  const child = spawn(options.python, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const failed = new Promise((resolve) => child.once('error', resolve).once('exit', resolve))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ready = await Promise.race([lines.next(), failed.then(() => ({ done: true }))])
  if (ready.done) {
    process.stderr.write(`${options.python} has no torch with transformers; measuring ours alone.\n`)
    return undefined
  }
  return {
    async step() {
      child.stdin.write('\n')
      return JSON.parse((await lines.next()).value).seconds
    },
    stop: () => child.stdin.end(),
  }
}

function report() {
  const rows = [...seconds].map(([way, taken]) => ({
    way,
    median: median(taken),
    fastest: Math.min(...taken),
    slowest: Math.max(...taken),
    ratioToPyTorch: seconds.has('pytorch')
      ? median(taken.map((value, round) => value / seconds.get('pytorch')[round]))
      : null,
  }))
  const result = { shape: options.shape, length: options.length, trainLength, engine, rows }
  if (options.json) console.log(JSON.stringify(result))
  else console.table(rows)
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
