import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CheckpointError, parseUntrustedJson, readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource, readWholeFileSync, UnreadableFileError } from '@tintjs/tensor/node'
import { trainingCase } from '@tooling/golden-cases/case'
import * as z from 'zod'

const fixtureCase = trainingCase.extend({
  /** Sizes of the simulator; chosen by the plan where they are left out. */
  tint: z.object({ numPrefixTokens: z.int(), hiddenSize: z.int(), numHeads: z.int() }).optional(),
})

/** A training step with right answers: a tiny checkpoint, the step's inputs and options, and its results. */
export interface AdapterFixture {
  /** The folder's own name. */
  readonly name: string
  /** Holds `config.json`, `model.safetensors`, `case.json` and `expected.safetensors`. */
  readonly folder: string
  /** `[batch, N]` */
  readonly inputIds: readonly (readonly number[])[]
  readonly trainLength: number
  readonly learningRate: number
  readonly steps: number
  /** How many of the last blocks learn. */
  readonly layers: number
  /** `[N]`: which tokens are training targets; null for all before the train length. */
  readonly gradientMask: readonly number[] | null
  /** `[N, N]`: which row looks at which column, on top of causal; null for all. */
  readonly attentionMask: readonly (readonly number[])[] | null
  /** `[N]`; null for 0, 1, 2 ... */
  readonly positionIds: readonly number[] | null
  readonly lossGradient: 'softmax' | 'quad' | 'target'
  readonly updateNormWeights: boolean
  /** Sizes of the simulator; chosen by the plan where they are left out. */
  readonly tint?:
    | { readonly numPrefixTokens: number; readonly hiddenSize: number; readonly numHeads: number }
    | undefined
  /** Means over the sequences of each one's mean test loss, in nats. */
  readonly expected: {
    readonly lossBefore: number
    readonly valueOnlyAttentionGradient: { readonly lossAfter: number }
    readonly exactGradient: { readonly lossAfter: number }
  }
}

/** Numbers of a file with their shape, row by row. */
export interface StoredTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

const files = ['config.json', 'model.safetensors', 'case.json', 'expected.safetensors']

/**
 * The fixtures in a folder: its folders that hold a `case.json`, by name.
 *
 * @param folder a path, or the URL of a folder beside a test: `new URL('./fixtures', import.meta.url)`
 * @returns their paths; none where the folder does not exist
 */
export function fixtureFolders(folder: string | URL): string[] {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((candidate) => existsSync(join(candidate, 'case.json')))
}

/**
 * Reads what a fixture's `case.json` says.
 *
 * @throws CheckpointError naming the file that is missing, and the field that is wrong
 */
export function readFixture(folder: string): AdapterFixture {
  const missing = files.find((name) => !existsSync(join(folder, name)))
  if (missing !== undefined) {
    throw new CheckpointError(
      `The fixture ${folder} has no ${missing}; expected ${files.join(', ')}, as make_fixtures.py writes them.`,
    )
  }
  const parsed = fixtureCase.safeParse(readJsonFile(join(folder, 'case.json')))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new CheckpointError(
      `case.json of the fixture ${folder} has a wrong ${issue?.path.join('.')}: ${issue?.message}; make the fixture again with make_fixtures.py.`,
    )
  }
  return { ...parsed.data, name: folder.split(/[\\/]/).filter(Boolean).at(-1) ?? folder, folder }
}

/** The longest `case.json` or `config.json`, in bytes. */
const longestJson = 16 * 2 ** 20

/** @throws CheckpointError for a file that is no JSON, cannot be read or is too large */
export function readJsonFile(path: string): unknown {
  const parsed = parseUntrustedJson(new TextDecoder().decode(readBytes(path)))
  if ('value' in parsed) return parsed.value
  throw new CheckpointError(`${path} ${parsed.problem}; expected a JSON object.`)
}

function readBytes(path: string): Uint8Array {
  try {
    return readWholeFileSync(path, longestJson)
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error
    throw new CheckpointError(`${path} ${error.problem}; expected a JSON object.`, { cause: error })
  }
}

/** All tensors of a safetensors file, by name. */
export async function readTensors(path: string): Promise<Map<string, StoredTensor>> {
  const file = await openFileSource(path)
  try {
    const { tensors } = await readSafetensorsHeader(file)
    const values = new Map<string, StoredTensor>()
    for (const [name, entry] of tensors) {
      values.set(name, { shape: entry.shape, data: await readTensorData(file, entry) })
    }
    return values
  } finally {
    await file.close()
  }
}
