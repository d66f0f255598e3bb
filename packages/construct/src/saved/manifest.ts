import {
  type CheckpointSource,
  derivativeText,
  lossGradients,
  parseDerivative,
  readJson,
  tint,
} from '@tintjs/inner'
import { CheckpointError, shown } from '@tintjs/tensor'
import * as z from 'zod'
import { version as packageVersion } from '../../package.json'
import type { ConstructOptions, TintSimulator } from '../simulator'

/** The files of a saved simulator. */
export const savedFiles = {
  manifest: 'tint.json',
  structure: 'structure.json',
  prefixes: 'prefixes.safetensors',
  frozen: 'frozen.safetensors',
  config: 'config.json',
  dense: 'dense.safetensors',
} as const

const formatName = 'tint-simulator'
const formatVersion = 1

const count = z.int().min(1)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal digits')
const savedFile = z.strictObject({ bytes: z.int().min(0), sha256 })

const manifest = z.strictObject({
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  /** The version of this package that wrote it. */
  package: z.string(),
  /** The plan, all sizes as `TintDimensions` has them. */
  dimensions: z.strictObject({
    width: count,
    innerHeads: count,
    prefixTokens: count,
    rowsPerPrefix: count,
    slots: count,
    hiddenSize: count,
    linearHeads: count,
    softmaxHeads: count,
    softmaxHeadWidth: count,
    maxLength: count,
    positions: count,
  }),
  approximations: z.strictObject({
    attentionGradient: z.literal('value'),
    /** As people write it: `central:N` or `forward:N`. */
    derivative: z.string(),
    lossGradient: z.enum(lossGradients),
    compatibility: z.literal('authors-code').optional(),
    updateNormWeights: z.boolean(),
  }),
  /** The inner model; its configuration is `config.json`. */
  model: z.strictObject({
    family: z.string(),
    /** Where it came from, such as its id on the hub, and which version of it. */
    source: z.string().optional(),
    revision: z.string().optional(),
    /** See `hashModel` of `@tintjs/inner/node`. */
    sha256,
    /** The names of its checkpoint's tensors, by which versions of a family's layout are told apart. */
    tensors: z.array(z.string()),
  }),
  files: z.strictObject({
    [savedFiles.structure]: savedFile,
    [savedFiles.prefixes]: savedFile,
    [savedFiles.frozen]: savedFile,
    [savedFiles.config]: savedFile,
    [savedFiles.dense]: savedFile.optional(),
  }),
})

/** What `tint.json` says: what was simulated and how, and what the other files are. */
export type Manifest = z.infer<typeof manifest>

/** Size and SHA-256 of a file. */
export type SavedFile = z.infer<typeof savedFile>

/** Whether a text can be a model's hash. */
export const isSha256 = (text: string) => sha256.safeParse(text).success

/** The manifest of a simulator, given what only its saving knows. */
export function manifestOf(
  { dimensions, gradient, updateNormWeights }: TintSimulator,
  saved: Pick<Manifest, 'model' | 'files'>,
): Manifest {
  const { derivative, lossGradient, compatibility } = gradient
  return {
    format: formatName,
    version: formatVersion,
    package: packageVersion,
    dimensions,
    approximations: {
      attentionGradient: 'value',
      derivative: derivativeText(derivative),
      lossGradient,
      ...(compatibility === undefined ? {} : { compatibility }),
      updateNormWeights,
    },
    ...saved,
  }
}

/** {@link manifestOf}'s approximations undone. @throws InputError for a derivative that is none */
export function constructOptions({ approximations }: Manifest): ConstructOptions {
  const { derivative, lossGradient, compatibility, updateNormWeights } = approximations
  return {
    gradient: tint({ derivative: parseDerivative(derivative), lossGradient, compatibility }),
    updateNormWeights,
  }
}

/** Whether a folder holds a simulator, whole or damaged: whether it has a manifest. */
export async function isSavedTint(source: CheckpointSource): Promise<boolean> {
  const listed = await source.list()
  return listed.some(({ path }) => path === savedFiles.manifest)
}

/** @throws CheckpointError when there is no manifest, or it is not one of this format and version */
export async function readManifest(source: CheckpointSource): Promise<Manifest> {
  const where = `${savedFiles.manifest} in ${source.name}`
  if (!(await isSavedTint(source))) {
    throw new CheckpointError(
      `There is no ${savedFiles.manifest} in ${source.name}; expected the folder of a simulator, as saveTint (tint construct) writes it.`,
    )
  }
  const content = await readJson(source, savedFiles.manifest)
  checkFormat(content, where)
  const parsed = manifest.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.')
  throw new CheckpointError(
    `${where} is damaged: ${field ? `${field}: ` : ''}${issue?.message}. Construct the simulator again.`,
  )
}

const inWords = (value: unknown) => (value === undefined ? 'missing' : shown(value))

/** Before all else: a later version may have other fields. */
function checkFormat(content: unknown, where: string): void {
  const { format, version } = (typeof content === 'object' && content !== null ? content : {}) as Record<
    string,
    unknown
  >
  if (format !== formatName) {
    throw new CheckpointError(
      `${where} has the format ${inWords(format)}; expected "${formatName}", a simulator that saveTint (tint construct) wrote.`,
    )
  }
  if (version !== formatVersion) {
    throw new CheckpointError(
      `${where} has the format version ${inWords(version)}; expected ${formatVersion}, which this version of TinT reads. Construct the simulator again, or load it with the version that wrote it.`,
    )
  }
}
