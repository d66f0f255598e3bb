/**
 * Runs training steps in one process and measures after each: `node steps.mjs ENGINE STEPS`. Prints JSON. A third of the
 * steps is TinT's, a third exact, and a third is what a model that learns from a stream reads.
 */
import * as tf from '@tensorflow/tfjs-core'
import { loadInnerModel } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { AdaptiveModel, exact, tint, trainingStep } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import { shippedModel, storkText } from '../workload.mjs'

const [engineName, stepsText] = process.argv.slice(2)
const steps = Number(stepsText)
const engine = await useEngine(engineName)
const model = await loadInnerModel(folderSource(shippedModel), { adapters: [gpt2] })
const adaptive = new AdaptiveModel(model, { learningRate: 5e-4 })
const tokens = new TextEncoder().encode(storkText)

/** @type {readonly (() => Promise<unknown>)[]} */
const works = [() => learn(tint()), () => learn(exact()), () => adaptive.read(tokens.slice(0, 32))]

async function learn(gradient) {
  const step = await trainingStep(model, tokens, { trainLength: 64, learningRate: 1e-3, gradient })
  step.dispose()
}

const points = []
for (let step = 1; step <= steps; step++) {
  const begin = performance.now()
  await works[step % works.length]()
  const milliseconds = performance.now() - begin
  const { numTensors, numBytes } = tf.memory()
  const { rss, heapUsed } = process.memoryUsage()
  points.push({ step, milliseconds, tensors: numTensors, engineBytes: numBytes, rss, heapUsed })
  if (step % 200 === 0) process.stderr.write(`${engineName}: ${step} of ${steps} steps\n`)
}
adaptive.dispose()
model.dispose()
const left = tf.memory().numTensors
process.stdout.write(
  JSON.stringify({ engine: engine.name, version: engine.version, threads: engine.threads, left, points }),
)
