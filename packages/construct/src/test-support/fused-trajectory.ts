import * as tf from '@tensorflow/tfjs-core'
import {
  AttentionContext,
  backwardLayer,
  embedTokens,
  forwardLayer,
  type GradientChoice,
  gradientRules,
  type InnerModel,
  type Layer,
  type LayerMemory,
  LearnedParameters,
  lossGradientAtHead,
  type ModelInputs,
  type PredictionRows,
  projectToHead,
  projectToHeadBackward,
  weightedValues,
} from '@tintjs/inner'
import { firstPositions, tidyStructure } from '@tintjs/tensor'

/** What the fused path has at a leaf: its input and, in the backward, the gradient of its output. */
export interface LeafTrajectory {
  readonly input: tf.Tensor3D
  readonly normalised?: tf.Tensor3D
  outputGradient?: tf.Tensor3D
}

/** The fused path of one round, leaf by leaf; a right answer for every module of the literal one. */
export interface FusedTrajectory {
  readonly leaves: ReadonlyMap<string, LeafTrajectory>
  /** By the attention's name; queries are unscaled. */
  readonly attention: ReadonlyMap<string, { query: tf.Tensor3D; key: tf.Tensor3D; output: tf.Tensor3D }>
  readonly learned: LearnedParameters
  dispose(): void
}

/** Runs one round of the fused path, all layers learning, and keeps everything on the way. */
export async function fusedTrajectory(
  model: InnerModel,
  gradient: GradientChoice,
  settings: {
    readonly inputs: ModelInputs
    readonly train: PredictionRows
    readonly learningRate: number
    readonly learnedPositions: number
  },
): Promise<FusedTrajectory> {
  const { inputs, train, learnedPositions, learningRate } = settings
  const { blocks, finalNorm, width } = model.description
  const layers: readonly Layer[] = finalNorm === undefined ? blocks : [...blocks, finalNorm]
  const pass = { parameters: model.weights, attention: new AttentionContext(inputs) }
  const forward = tidyStructure(() => {
    const memories: LayerMemory[] = []
    let hidden = embedTokens(model, inputs)
    for (const layer of layers) {
      const { output, memory } = forwardLayer(layer, hidden, pass)
      memories.push(memory)
      hidden = output
    }
    const head = projectToHead(model, hidden)
    return { memories, head: tf.reshape(head, [-1, head.shape[2]]) as tf.Tensor2D }
  })
  const leaves = new Map<string, LeafTrajectory>()
  const attention = new Map<string, { query: tf.Tensor3D; key: tf.Tensor3D; output: tf.Tensor3D }>()
  layers.forEach((layer, index) => {
    record(layer, forward.memories[index]!, leaves, attention)
  })
  const headGradient = await lossGradientAtHead(gradient.lossGradient, model, forward.head, train)
  const learned = new LearnedParameters(model.weights)
  const rules = gradientRules(gradient, false, width)
  const gradients = tidyStructure(() => {
    const shaped = tf.reshape(headGradient, [inputs.batch, inputs.length, -1]) as tf.Tensor3D
    let below = projectToHeadBackward(model, firstPositions(shaped, learnedPositions))
    const kept: { name: string; outputGradient: tf.Tensor3D }[] = []
    for (const [index, layer] of [...layers.entries()].toReversed()) {
      const backwardPass = { ...pass, rules, positions: learnedPositions }
      const { inputGradient, changes } = backwardLayer(layer, below, forward.memories[index]!, backwardPass)
      learned.descend(changes, learningRate, inputs.length)
      for (const change of changes) {
        if (change.kind === 'outerProduct')
          kept.push({ name: change.reference.name, outputGradient: change.outputGradient })
      }
      below = inputGradient
    }
    return kept
  })
  headGradient.dispose()
  return {
    leaves: withGradients(leaves, gradients, layers),
    attention,
    learned,
    dispose: () => {
      learned.dispose()
      pass.attention.dispose()
      tf.dispose(gradients.map(({ outputGradient }) => outputGradient))
      tf.dispose(forward as unknown as tf.TensorContainer)
      for (const { query, output } of attention.values()) tf.dispose([query, output])
      for (const { key } of attention.values()) key.dispose()
    },
  }
}

/** Gradients come by the weight's name; leaves that share a checkpoint tensor (GPT-2's c_attn) learn one part of it. */
function withGradients(
  leaves: Map<string, LeafTrajectory>,
  gradients: readonly { name: string; outputGradient: tf.Tensor3D }[],
  layers: readonly Layer[],
) {
  const learning = layers.flatMap(linearsThatLearn)
  for (const { name, weight } of learning) {
    const gradient = gradients.find((candidate) => candidate.name === weight.name)
    const leaf = leaves.get(name)
    if (gradient !== undefined && leaf !== undefined) leaf.outputGradient = gradient.outputGradient
  }
  return leaves
}

function linearsThatLearn(layer: Layer): Extract<Layer, { kind: 'linear' }>[] {
  switch (layer.kind) {
    case 'linear':
      return [layer]
    case 'attention':
      return [layer.value]
    case 'sequence':
      return layer.layers.flatMap(linearsThatLearn)
    case 'residual':
      return linearsThatLearn(layer.body)
    case 'sum':
    case 'product':
      return layer.branches.flatMap(linearsThatLearn)
    default:
      return []
  }
}

function record(
  layer: Layer,
  memory: LayerMemory,
  leaves: Map<string, LeafTrajectory>,
  attention: Map<string, { query: tf.Tensor3D; key: tf.Tensor3D; output: tf.Tensor3D }>,
): void {
  switch (memory.kind) {
    case 'linear':
    case 'activation':
      leaves.set((layer as { name: string }).name, { input: memory.input })
      return
    case 'norm':
      leaves.set((layer as { name: string }).name, { input: memory.input, normalised: memory.normalised })
      return
    case 'attention': {
      const { scored } = memory
      if (layer.kind !== 'attention') return
      if (scored === undefined) throw new Error('The attention kept no queries and keys.')
      for (const part of ['query', 'key', 'value'] as const) {
        leaves.set(layer[part].name, { input: memory[part].input })
      }
      attention.set(
        layer.name,
        tidyStructure(() => ({
          query: merge(tf.div(scored.queries, layer.scale)),
          key: merge(scored.keys),
          output: merge(weightedValues(layer, memory.probabilities, scored.values)),
        })),
      )
      return
    }
    case 'combined':
      childrenOf(layer).forEach((child, index) => {
        record(child, memory.children[index]!, leaves, attention)
      })
  }
}

function childrenOf(layer: Layer): readonly Layer[] {
  if (layer.kind === 'sequence') return layer.layers
  if (layer.kind === 'residual') return [layer.body]
  return layer.kind === 'sum' || layer.kind === 'product' ? layer.branches : []
}

function merge(x: tf.Tensor4D): tf.Tensor3D {
  const [batch, heads, positions, width] = x.shape
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, positions, heads * width])
}
