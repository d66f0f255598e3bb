import * as tf from '@tensorflow/tfjs-core'
import { firstPositions, TintError } from '@tintjs/tensor'
import { activationArithmetic } from './activation'
import { backwardAttention, forwardAttention } from './attention'
import type { Layer, Product } from './layer'
import { linearArithmetic } from './linear'
import { normArithmetic } from './norm'
import type { Backwarded, BackwardPass, CombinedMemory, Forwarded, ForwardPass, LayerMemory } from './pass'

/**
 * Runs a layer forward.
 *
 * @param input `[batch, N, width]`
 * @returns the output, and what the backward needs; all tensors belong to the caller's `tf.tidy`
 */
export function forwardLayer(layer: Layer, input: tf.Tensor3D, pass: ForwardPass): Forwarded {
  switch (layer.kind) {
    case 'linear':
      return linearArithmetic.forward(layer, input, pass)
    case 'norm':
      return normArithmetic.forward(layer, input, pass)
    case 'activation':
      return activationArithmetic.forward(layer, input, pass)
    case 'attention':
      return forwardAttention(layer, input, pass)
    case 'sequence':
      return forwardSequence(layer.layers, input, pass)
    case 'residual': {
      const body = forwardLayer(layer.body, input, pass)
      return { output: tf.add(input, body.output), memory: combined([body]) }
    }
    case 'sum': {
      const branches = layer.branches.map((branch) => forwardLayer(branch, input, pass))
      return { output: tf.addN(branches.map(({ output }) => output)), memory: combined(branches) }
    }
    case 'product': {
      const [first, second] = layer.branches
      const branches = [forwardLayer(first, input, pass), forwardLayer(second, input, pass)] as const
      const outputs = branches.map(({ output }) => output)
      return { output: tf.mul(branches[0].output, branches[1].output), memory: combined(branches, outputs) }
    }
  }
}

/**
 * Runs a layer backward and asks each of its leaves how its parameters are to change: the same walk for exact
 * back-propagation and for TinT, which differ in `pass.rules` alone.
 *
 * @param outputGradient `[batch, pass.positions, width]`
 * @param memory what {@link forwardLayer} gave for this layer
 * @returns tensors of the caller's `tf.tidy`
 */
export function backwardLayer(
  layer: Layer,
  outputGradient: tf.Tensor3D,
  memory: LayerMemory,
  pass: BackwardPass,
): Backwarded {
  switch (layer.kind) {
    case 'linear': {
      const own = expectMemory(memory, 'linear')
      const inputGradient = linearArithmetic.backward(layer, outputGradient, own, pass)
      return { inputGradient, changes: linearArithmetic.descend(layer, outputGradient, own, pass) }
    }
    case 'norm': {
      const own = expectMemory(memory, 'norm')
      const inputGradient = normArithmetic.backward(layer, outputGradient, own, pass)
      return { inputGradient, changes: normArithmetic.descend(layer, outputGradient, own, pass) }
    }
    case 'activation': {
      const own = expectMemory(memory, 'activation')
      return { inputGradient: activationArithmetic.backward(layer, outputGradient, own, pass), changes: [] }
    }
    case 'attention':
      return backwardAttention(layer, outputGradient, expectMemory(memory, 'attention'), pass)
    case 'sequence':
      return backwardSequence(layer.layers, outputGradient, expectMemory(memory, 'combined'), pass)
    case 'residual': {
      const { inputGradient, changes } = backwardBranches([layer.body], [outputGradient], memory, pass)
      return { inputGradient: tf.add(outputGradient, inputGradient), changes }
    }
    case 'sum':
      return backwardBranches(
        layer.branches,
        layer.branches.map(() => outputGradient),
        memory,
        pass,
      )
    case 'product':
      return backwardProduct(layer, outputGradient, expectMemory(memory, 'combined'), pass)
  }
}

function forwardSequence(layers: readonly Layer[], input: tf.Tensor3D, pass: ForwardPass): Forwarded {
  const children: Forwarded[] = []
  let output = input
  for (const layer of layers) {
    const child = forwardLayer(layer, output, pass)
    children.push(child)
    output = child.output
  }
  return { output, memory: combined(children) }
}

function backwardSequence(
  layers: readonly Layer[],
  outputGradient: tf.Tensor3D,
  memory: CombinedMemory,
  pass: BackwardPass,
): Backwarded {
  const changes = []
  let gradient = outputGradient
  for (const [index, layer] of [...layers.entries()].toReversed()) {
    const child = backwardLayer(layer, gradient, childMemory(memory, index), pass)
    changes.push(...child.changes)
    gradient = child.inputGradient
  }
  return { inputGradient: gradient, changes }
}

/** Branches of one input: their input gradients are added. */
function backwardBranches(
  branches: readonly Layer[],
  outputGradients: readonly tf.Tensor3D[],
  memory: LayerMemory,
  pass: BackwardPass,
): Backwarded {
  const own = expectMemory(memory, 'combined')
  const results = branches.map((branch, index) =>
    backwardLayer(branch, outputGradients[index] as tf.Tensor3D, childMemory(own, index), pass),
  )
  const inputGradients = results.map(({ inputGradient }) => inputGradient)
  return {
    inputGradient: inputGradients.length === 1 ? (inputGradients[0] as tf.Tensor3D) : tf.addN(inputGradients),
    changes: results.flatMap(({ changes }) => changes),
  }
}

/** `d(a b) = da b + a db` */
function backwardProduct(
  layer: Product,
  outputGradient: tf.Tensor3D,
  memory: CombinedMemory,
  pass: BackwardPass,
): Backwarded {
  const others = memory.outputs.toReversed()
  const outputGradients = others.map(
    (other) => tf.mul(outputGradient, firstPositions(other, pass.positions)) as tf.Tensor3D,
  )
  return backwardBranches(layer.branches, outputGradients, memory, pass)
}

function combined(children: readonly Forwarded[], outputs: readonly tf.Tensor3D[] = []): CombinedMemory {
  return { kind: 'combined', children: children.map(({ memory }) => memory), outputs }
}

function childMemory(memory: CombinedMemory, index: number): LayerMemory {
  const child = memory.children[index]
  if (child === undefined) throw new TintError(`A combined layer kept no memory for its child ${index}.`)
  return child
}

function expectMemory<Kind extends LayerMemory['kind']>(
  memory: LayerMemory,
  kind: Kind,
): Extract<LayerMemory, { kind: Kind }> {
  if (memory.kind !== kind) {
    throw new TintError(
      `A layer got the memory of a ${memory.kind}; expected a ${kind}'s from its own forward.`,
    )
  }
  return memory as Extract<LayerMemory, { kind: Kind }>
}
