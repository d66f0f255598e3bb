import * as tf from '@tensorflow/tfjs-core'
import { checkInputs, type Linear, loadInnerModel, predictionRows, tint } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { type GoldenCase, goldenCases } from '@tooling/golden-cases'
import { beforeAll, describe, expect, it } from 'vitest'
import { planTint } from '../plan/plan-tint'
import { constructTint } from '../simulator'
import { type FusedTrajectory, fusedTrajectory } from '../test-support/fused-trajectory'
import type { ModuleEvent } from './run-block'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/**
 * Each value is within a thousandth of the largest of its kind: what float32's rounding in finite differences, two
 * values of a function subtracted and multiplied by 50, makes of gradients through three blocks.
 */
const share = 1e-3

describe.each(goldenCases('gpt2', 'opt').map((golden) => [golden.name, golden] as const))(
  '%s',
  (_, golden) => {
    it('has after each module the tokens and the weights of the fused path', async () => {
      await expectBalancedTensors(async () => {
        const model = await loadInnerModel(folderSource(golden.folder), { adapters: [gpt2, opt] })
        const gradient = tint({ lossGradient: golden.lossGradient })
        const settings = settingsOf(golden, model.description)
        const fused = await fusedTrajectory(model, gradient, settings)
        const simulator = constructTint(model, planTint(model.description, { prefixTokens: 16 }), {
          gradient,
        })
        const checked = new Map<string, number>()
        const onModule = (event: ModuleEvent) => {
          const { kind } = event.call.module
          for (const [found, right] of comparisons(event, fused)) {
            compareTensors(found, right, `${event.call.layer}: ${kind}`)
            checked.set(kind, (checked.get(kind) ?? 0) + 1)
          }
        }
        const step = simulator.start({ ...settings, layers: model.description.blocks.length, onModule })
        tf.dispose(await step.forward(true))
        await step.learn()
        expect([...checked.keys()].sort()).toEqual([
          'activation forward',
          'attention backward',
          'attention forward',
          'linear backward',
          'linear descent',
          'linear forward',
          'norm descent',
          'norm forward',
        ])
        step.dispose()
        simulator.dispose()
        fused.dispose()
        model.dispose()
      })
    })
  },
)

function settingsOf(golden: GoldenCase, description: Parameters<typeof checkInputs>[0]) {
  const masks = {
    attentionMask: golden.attentionMask ?? undefined,
    positionIds: golden.positionIds ?? undefined,
  }
  const inputs = checkInputs(description, golden.inputIds, masks)
  const isTarget = (_: number, t: number) =>
    t >= 1 && t < golden.trainLength && (golden.gradientMask?.[t] ?? 1) === 1
  return {
    inputs,
    train: predictionRows(inputs, inputs.tokens.keys(), isTarget),
    learningRate: golden.learningRate,
    learnedPositions: golden.trainLength - 1,
  }
}

type Comparison = readonly [found: tf.Tensor, right: tf.Tensor]

/** What a module read, kept or left, beside what the fused path has there. */
function comparisons(event: ModuleEvent, fused: FusedTrajectory): Comparison[] {
  const { call, before, after, execution } = event
  const { module, layer, prefixes } = call
  const leaf = fused.leaves.get(layer)
  const { width } = execution.dimensions
  const kept = (name: string) => after.tokens[module.outputs[name]!]!
  const brought = (name: string) => before.tokens[module.inputs[name]!]!
  switch (module.kind) {
    case 'linear forward':
      return [[kept('memory'), chunk(leaf!.input, prefixes!.columnChunk, width)]]
    case 'norm forward':
      return [
        [kept('input'), leaf!.input],
        [kept('normalised'), leaf!.normalised!],
      ]
    case 'activation forward':
      // Chunks come in their order; the one that fits is the one with the same first number.
      return [[kept('memory'), bestChunk(kept('memory'), leaf!.input, width)]]
    case 'attention forward': {
      const right = fused.attention.get(layer)!
      return [
        [kept('query'), right.query],
        [kept('key'), right.key],
        [kept('output'), right.output],
      ]
    }
    case 'attention backward': {
      const value = fused.leaves.get(valueProjection(layer, fused))
      return [[kept('valueGradient'), value!.outputGradient!]]
    }
    case 'linear backward':
      return [[brought('outputGradient'), chunk(leaf!.outputGradient!, prefixes!.rowChunk, width)]]
    case 'linear descent':
    case 'norm descent':
      return descentComparisons(event, fused)
    default:
      return []
  }
}

/** The prefixes after descent, beside the weights that the fused path has learned. */
function descentComparisons(
  { call, after, execution }: ModuleEvent,
  { learned }: FusedTrajectory,
): Comparison[] {
  const { leaf, rowChunk, columnChunk, holdsBias } = call.prefixes!
  const { width } = execution.dimensions
  const batch = after.tokens.find((slot) => slot !== undefined)!.shape[0]
  const bias: Comparison[] =
    holdsBias && leaf.bias !== undefined
      ? [
          [
            after.prefixes.bias!,
            chunk(tf.expandDims(learned.materialise(leaf.bias, batch), 1), rowChunk, width),
          ],
        ]
      : []
  if (leaf.kind === 'norm') return bias
  const whole = learned.materialise((leaf as Linear).weight, batch) as tf.Tensor3D
  const columns = chunk(whole, columnChunk, width)
  const rows = tf.transpose(chunk(tf.transpose(columns, [0, 2, 1]), rowChunk, width), [0, 2, 1])
  return [...bias, [after.prefixes.rows!, rows]]
}

/** Part of the last axis, `width` long, padded with zeros. */
function chunk(x: tf.Tensor, index: number, width: number): tf.Tensor3D {
  const [batch, positions, whole] = x.shape as [number, number, number]
  const size = Math.min(width, whole - index * width)
  const part = tf.slice(x as tf.Tensor3D, [0, 0, index * width], [batch, positions, size])
  return tf.pad(part, [
    [0, 0],
    [0, 0],
    [0, width - size],
  ])
}

function bestChunk(found: tf.Tensor, whole: tf.Tensor3D, width: number): tf.Tensor3D {
  const count = Math.ceil(whole.shape[2] / width)
  const chunks = Array.from({ length: count }, (_, index) => chunk(whole, index, width))
  const distance = (candidate: tf.Tensor) => tf.sum(tf.abs(tf.sub(candidate, found))).dataSync()[0]!
  return chunks.sort((first, second) => distance(first) - distance(second))[0]!
}

/** The value projection of an attention, by its name: the leaf with the attention's name that has a gradient. */
function valueProjection(attention: string, { leaves }: FusedTrajectory): string {
  const names = [...leaves.keys()].filter(
    (name) => name.startsWith(attention) && leaves.get(name)!.outputGradient,
  )
  return names.find((name) => /v_proj|value/.test(name)) ?? names[0]!
}

/** At the positions that both have. */
function compareTensors(found: tf.Tensor, right: tf.Tensor, what: string): void {
  const positions = Math.min(found.shape[1]!, right.shape[1]!)
  const [own, expected] = [found, right].map((x) =>
    tf.slice(x as tf.Tensor3D, [0, 0, 0], [x.shape[0]!, positions, x.shape[2]!]),
  )
  const data = expected!.dataSync<'float32'>()
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
  try {
    expectClose(own!, { shape: expected!.shape, data }, { absolute: share * largest })
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`)
  }
}
