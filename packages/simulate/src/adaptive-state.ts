import * as tf from '@tensorflow/tfjs-core'
import {
  blockParameters,
  derivativeText,
  type InnerModel,
  lossGradients,
  parameterShape,
  parseDerivative,
  type WeightReference,
} from '@tintjs/inner'
import { hashModel } from '@tintjs/inner/node'
import {
  InputError,
  type NamedTensor,
  parseUntrustedJson,
  readSafetensorsHeader,
  readTensorData,
} from '@tintjs/tensor'
import { openFileSource, writeSafetensorsFile } from '@tintjs/tensor/node'
import * as z from 'zod'
import { AdaptiveModel, type AdaptiveModelOptions } from './adaptive-model'

const formatName = 'tint-adaptive-state'

const state = z.object({
  format: z.literal(formatName),
  version: z.literal(1),
  /** The inner model's hash: only what was learned is saved, so that a state fits no other model. */
  modelHash: z.string(),
  tokensRead: z.int().min(0),
  context: z.array(z.int().min(0)),
  settings: z.object({
    learningRate: z.number(),
    layers: z.int(),
    updateNormWeights: z.boolean(),
    pieceLength: z.int(),
    contextLength: z.int(),
    gradient: z.object({
      name: z.enum(['tint', 'exact']),
      attentionGradient: z.enum(['value', 'full']),
      derivative: z.string(),
      lossGradient: z.enum(lossGradients),
      compatibility: z.literal('authors-code').optional(),
    }),
  }),
})

type State = z.infer<typeof state>

/**
 * Saves what a model has learned from a stream, its context and its settings, in one safetensors file that appears
 * whole or not at all. {@link loadAdaptiveModel} goes on exactly where it stopped.
 */
export async function saveAdaptiveModel(model: AdaptiveModel, path: string): Promise<void> {
  const tensors: NamedTensor[] = []
  for (const [index, reference] of learnable(model.inner).entries()) {
    if (!model.learned.hasLearned(reference)) continue
    const value = model.learned.materialise(reference, 1)
    try {
      tensors.push({
        name: tensorName(index, reference),
        shape: value.shape,
        data: await value.data<'float32'>(),
      })
    } finally {
      value.dispose()
    }
  }
  await writeSafetensorsFile(path, tensors, {
    metadata: { [formatName]: JSON.stringify(stateOf(model, await hashModel(model.inner))) },
  })
}

/**
 * Loads a model that {@link saveAdaptiveModel} saved.
 *
 * @param inner the same inner model that it was made with; not owned
 * @returns a model that continues as the saved one would, owned by the caller
 * @throws InputError when the file is no such state, or of another inner model
 */
export async function loadAdaptiveModel(inner: InnerModel, path: string): Promise<AdaptiveModel> {
  const file = await openFileSource(path)
  try {
    const { metadata, tensors } = await readSafetensorsHeader(file)
    const saved = parseState(metadata.get(formatName), path)
    if (saved.modelHash !== (await hashModel(inner))) {
      throw new InputError(
        `${path} was saved with another inner model (other layers or other weights); expected a state of this one.`,
      )
    }
    checkContext(saved, inner, path)
    const references = new Map(
      learnable(inner).map((reference, index) => [tensorName(index, reference), reference]),
    )
    const model = new AdaptiveModel(inner, optionsOf(saved))
    try {
      for (const [name, entry] of tensors) {
        const reference = references.get(name)
        if (reference === undefined) {
          throw new InputError(`${path} holds ${name}, which this model does not have.`)
        }
        const shape = [1, ...parameterShape(reference)]
        if (entry.shape.join() !== shape.join()) {
          throw new InputError(
            `${name} in ${path} has shape [${entry.shape.join(', ')}]; expected [${shape.join(', ')}].`,
          )
        }
        const value = tf.tensor(await readTensorData(file, entry), shape)
        model.learned.restore(reference, asLearned(value))
      }
      model.restore(Int32Array.from(saved.context), saved.tokensRead)
      return model
    } catch (error) {
      model.dispose()
      throw error
    }
  } finally {
    await file.close()
  }
}

function stateOf({ settings, tokensRead, context }: AdaptiveModel, modelHash: string): State {
  const { gradient, ...rest } = settings
  return {
    format: formatName,
    version: 1,
    modelHash,
    tokensRead,
    context: [...context],
    settings: { ...rest, gradient: { ...gradient, derivative: derivativeText(gradient.derivative) } },
  }
}

function optionsOf({ settings }: State): AdaptiveModelOptions {
  const { gradient, ...rest } = settings
  return { ...rest, gradient: { ...gradient, derivative: parseDerivative(gradient.derivative) } }
}

function parseState(text: string | undefined, path: string): State {
  if (text === undefined) {
    throw new InputError(
      `${path} is no saved state of an adaptive model; expected a file that saveAdaptiveModel wrote.`,
    )
  }
  const parsed = state.safeParse(parseJson(text, path))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new InputError(
    `The state in ${path} is damaged: ${issue?.path.join('.')}: ${issue?.message}; save it again.`,
  )
}

function parseJson(text: string, path: string): unknown {
  const parsed = parseUntrustedJson(text)
  if ('value' in parsed) return parsed.value
  throw new InputError(`The state in ${path} ${parsed.problem}; save it again.`)
}

/** A context that the model could not have is found before it is read, which may be much later. */
function checkContext({ context, settings }: State, { description }: InnerModel, path: string): void {
  const { vocabularySize } = description
  const wrong = context.find((id) => id >= vocabularySize)
  if (wrong === undefined && context.length <= settings.contextLength) return
  const problem =
    wrong === undefined
      ? `${context.length} tokens of context; expected at most ${settings.contextLength}`
      : `the token id ${wrong} in its context; expected ids below ${vocabularySize}`
  throw new InputError(`The state in ${path} is damaged: it has ${problem}. Save it again.`)
}

/** Everything that could have learned, in a fixed order. */
function learnable({ description }: InnerModel): WeightReference[] {
  return blockParameters(description)
}

/** Unique also where several layers share one checkpoint tensor. */
function tensorName(index: number, { name }: WeightReference): string {
  return `${index}.${name}`
}

/** A vector's learned form has a position axis between batch and width. */
function asLearned(value: tf.Tensor): tf.Tensor3D {
  if (value.rank !== 2) return value as tf.Tensor3D
  const expanded = tf.expandDims(value, 1) as tf.Tensor3D
  value.dispose()
  return expanded
}
