import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { allParameters, assembleTensor, yieldToEvents } from '@tintjs/inner'
import { hashModel } from '@tintjs/inner/node'
import {
  deferTensor,
  encodeDeferredSafetensors,
  InputError,
  type MaterialisedTensor,
  TintError,
} from '@tintjs/tensor'
import { writeFileAtomically, writeFolderAtomically } from '@tintjs/tensor/node'
import { materialiseStep } from '../operators/operator'
import type { TintSimulator } from '../simulator'
import { densePrefixes } from '../state/dense-state'
import { isSha256, type Manifest, manifestOf, type SavedFile, savedFiles } from './manifest'
import { denseOutlines, frozenOutlines, prefixOutlines } from './outlines'
import { structureOf } from './structure'

/** How far saving has come, in bytes of tensors. */
export interface SaveProgress {
  readonly savedBytes: number
  readonly totalBytes: number
}

/** How to save a simulator. */
export interface SaveOptions {
  /** Whether the dense matrices of every distinct module are written too; default false, as they follow from the plan. */
  readonly dense?: boolean | undefined
  /** `hashModel` of the inner model, where it is known already; computed by default. */
  readonly modelHash?: string | undefined
  /** Where the inner model came from, such as its id on the hub; default unknown. */
  readonly source?: string | undefined
  /** Which version of it; default unknown. */
  readonly revision?: string | undefined
  /** Called after each tensor; may throw to stop. */
  readonly onProgress?: ((progress: SaveProgress) => void) | undefined
  /** Stops saving; no folder appears. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Saves a simulator in a folder that appears whole or not at all. One tensor at a time is in memory beside the simulator.
 *
 * @param simulator stays the caller's, unchanged
 * @param folder new or empty; the folder above it exists
 * @throws InputError where the folder cannot be made, and for a simulator that is disposed
 */
export async function saveTint(
  simulator: TintSimulator,
  folder: string,
  options: SaveOptions = {},
): Promise<void> {
  checkHash(options.modelHash)
  options.signal?.throwIfAborted()
  const { model, program, dimensions } = simulator
  const contents = tensorsOf(simulator, options.dense ?? false)
  const watch = new Watch(Object.values(contents).flat(), options)
  await writeFolderAtomically(folder, async (temporary) => {
    const sha256 = options.modelHash ?? (await hashModel(model))
    const writeJson = (name: string, value: unknown) =>
      writeHashed(join(temporary, name), [`${JSON.stringify(value, undefined, 2)}\n`])
    const writeTensors = (name: keyof TensorFiles) =>
      writeHashed(join(temporary, name), encodeDeferredSafetensors(watch.tensors(contents[name] ?? [])))
    const files: Manifest['files'] = {
      [savedFiles.config]: await writeJson(savedFiles.config, model.config),
      [savedFiles.structure]: await writeJson(savedFiles.structure, structureOf(program, dimensions)),
      [savedFiles.frozen]: await writeTensors(savedFiles.frozen),
      [savedFiles.prefixes]: await writeTensors(savedFiles.prefixes),
      ...(options.dense ? { [savedFiles.dense]: await writeTensors(savedFiles.dense) } : {}),
    }
    await writeJson(
      savedFiles.manifest,
      manifestOf(simulator, { model: origin(simulator, sha256, options), files }),
    )
    options.signal?.throwIfAborted()
  })
}

function checkHash(hash: string | undefined): void {
  if (hash === undefined || isSha256(hash)) return
  throw new InputError(
    `modelHash is "${hash}"; expected what hashModel gives for the inner model, or nothing, so that it is computed.`,
  )
}

function origin(
  { model }: TintSimulator,
  sha256: string,
  { source, revision }: SaveOptions,
): Manifest['model'] {
  return {
    family: model.description.family,
    ...(source === undefined ? {} : { source }),
    ...(revision === undefined ? {} : { revision }),
    sha256,
    tensors: [...new Set(allParameters(model.description).map(({ name }) => name))],
  }
}

type TensorFiles = Partial<
  Record<(typeof savedFiles)['frozen' | 'prefixes' | 'dense'], readonly MaterialisedTensor[]>
>

/** The tensors of each file, each made when it is its turn. */
function tensorsOf(simulator: TintSimulator, dense: boolean): TensorFiles {
  const { model, program, dimensions, prefixes } = simulator
  return {
    [savedFiles.frozen]: frozenOutlines(model.description).map(({ references, ...outline }) => ({
      ...outline,
      materialise: () =>
        tf.tidy(() =>
          tf.squeeze(
            assembleTensor(references, (reference) => tf.expandDims(model.weights.get(reference), 0)),
            [0],
          ),
        ),
    })),
    [savedFiles.prefixes]: prefixOutlines(program, dimensions).map(({ source, ...outline }) => ({
      ...outline,
      materialise: () => tf.tidy(() => tf.squeeze(densePrefixes(prefixes.get(source), dimensions), [0])),
    })),
    ...(dense ? { [savedFiles.dense]: denseTensors(simulator) } : {}),
  }
}

/** Descents are scaled for the learning rate 1. */
function denseTensors({ program, dimensions }: TintSimulator): MaterialisedTensor[] {
  return denseOutlines(program, dimensions).map(({ step, parameter, ...outline }) => ({
    ...outline,
    materialise: () =>
      tf.tidy(() => {
        const matrix = materialiseStep(step, { dimensions, learningRate: 1 })[parameter]
        if (matrix === undefined) throw new TintError(`A step counts ${parameter}, and has no such matrix.`)
        return matrix
      }),
  }))
}

/** Tells of tensors that are written, and stops between them. */
class Watch {
  readonly #options: SaveOptions
  readonly #totalBytes: number
  #savedBytes = 0

  constructor(tensors: readonly MaterialisedTensor[], options: SaveOptions) {
    const sizes = tensors.map(({ shape }) => shape.reduce((product, size) => product * size, 4))
    this.#totalBytes = sizes.reduce((total, size) => total + size, 0)
    this.#options = options
  }

  tensors(tensors: readonly MaterialisedTensor[]) {
    return tensors.map(deferTensor).map((tensor) => ({
      ...tensor,
      read: async () => {
        await yieldToEvents()
        this.#options.signal?.throwIfAborted()
        const data = await tensor.read()
        this.#savedBytes += data.byteLength
        this.#options.onProgress?.({ savedBytes: this.#savedBytes, totalBytes: this.#totalBytes })
        return data
      },
    }))
  }
}

/** Writes a file. @returns its size and SHA-256, of what was written and not of what can be read back */
async function writeHashed(
  path: string,
  chunks: Iterable<string> | AsyncIterable<Uint8Array>,
): Promise<SavedFile> {
  const hash = createHash('sha256')
  let bytes = 0
  async function* counted() {
    for await (const chunk of chunks) {
      const content = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
      hash.update(content)
      bytes += content.byteLength
      yield content
    }
  }
  await writeFileAtomically(path, counted())
  return { bytes, sha256: hash.digest('hex') }
}
