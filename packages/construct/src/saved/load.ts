import { stat } from 'node:fs/promises'
import {
  type Adapter,
  adapterFor,
  allParameters,
  type CheckpointSource,
  type InnerModel,
  type InnerModelDescription,
  type LoadOptions,
  packageOfFamily,
  readJson,
} from '@tintjs/inner'
import { folderSource, hashModel } from '@tintjs/inner/node'
import { CheckpointError, ConfigError, requireEngine, TintError } from '@tintjs/tensor'
import { planTint, type TintPlan } from '../plan/plan-tint'
import { constructTint, designTint, type TintSimulator } from '../simulator'
import { constructOptions, type Manifest, readManifest, savedFiles } from './manifest'
import { denseOutlines, frozenOutlines, prefixOutlines } from './outlines'
import { rebuildModel } from './rebuild-model'
import { firstDifference, structureOf } from './structure'
import { openTensorFile } from './tensor-file'
import { verifyFiles } from './verify-files'

/** A simulator with the inner model that it simulates. */
export interface LoadedTint {
  readonly simulator: TintSimulator
  readonly model: InnerModel
  /** Frees both. */
  dispose(): void
}

/**
 * Loads a simulator that `saveTint` saved, and rebuilds its inner model from the same folder. Everything is checked before
 * anything is computed: the files against the manifest's hashes, the plan against the rules, the structure against what
 * this version compiles, and the rebuilt model against the hash of the one that was saved.
 *
 * @param folderOrSource a folder, or its files from elsewhere
 * @param options `onProgress` counts the bytes of all files twice: they are checked, then loaded
 * @returns both, owned by the caller
 * @throws CheckpointError, ConfigError or DimensionError in one sentence; nothing stays allocated
 */
export async function loadTint(
  folderOrSource: string | CheckpointSource,
  { adapters, onProgress, signal }: LoadOptions,
): Promise<LoadedTint> {
  requireEngine()
  signal?.throwIfAborted()
  const source = await sourceOf(folderOrSource)
  const manifest = await readManifest(source)
  const advance = progressCounter(manifest, onProgress, signal)
  await verifyFiles(source, manifest, advance)
  const config = await readJson(source, savedFiles.config)
  const description = describe(source, manifest, config, adapters)
  const where = `${savedFiles.manifest} in ${source.name}`
  const plan = within(where, () => checkedPlan(manifest, description))
  const options = within(where, () => constructOptions(manifest))
  const program = within(where, () => designTint(description, plan, options))
  const { dimensions } = plan
  checkStructure(source, await readJson(source, savedFiles.structure), structureOf(program, dimensions))
  const open = (path: keyof Manifest['files'], expected: Parameters<typeof openTensorFile>[2]) =>
    openTensorFile(source, { path, bytes: manifest.files[path]?.bytes ?? 0 }, expected)
  const frozen = await open(savedFiles.frozen, frozenOutlines(description))
  const prefixes = await open(savedFiles.prefixes, prefixOutlines(program, dimensions))
  if (savedFiles.dense in manifest.files) await open(savedFiles.dense, denseOutlines(program, dimensions))

  const model = await rebuildModel({ description, config, program, dimensions, frozen, prefixes }, advance)
  try {
    checkModel(source, manifest, await hashModel(model))
    signal?.throwIfAborted()
    const simulator = constructTint(model, plan, options)
    const dispose = () => {
      simulator.dispose()
      model.dispose()
    }
    return { simulator, model, dispose }
  } catch (error) {
    model.dispose()
    throw error
  }
}

async function sourceOf(folderOrSource: string | CheckpointSource): Promise<CheckpointSource> {
  if (typeof folderOrSource !== 'string') return folderOrSource
  const found = await stat(folderOrSource).catch(() => undefined)
  if (found?.isDirectory()) return folderSource(folderOrSource)
  throw new CheckpointError(
    `${folderOrSource} ${found === undefined ? 'does not exist' : 'is a file'}; expected the folder of a simulator, as saveTint (tint construct) writes it.`,
  )
}

/** Every file is read to be checked; then the tensors that are loaded are read again. */
function progressCounter(
  { files }: Manifest,
  onProgress: LoadOptions['onProgress'],
  signal: AbortSignal | undefined,
): (bytes: number) => void {
  const checked = Object.values(files).reduce((total, file) => total + (file?.bytes ?? 0), 0)
  const totalBytes = checked + files[savedFiles.prefixes].bytes + files[savedFiles.frozen].bytes
  let loadedBytes = 0
  return (bytes) => {
    signal?.throwIfAborted()
    loadedBytes += bytes
    onProgress?.({ loadedBytes, totalBytes })
  }
}

function describe(
  { name }: CheckpointSource,
  { model: { family, tensors } }: Manifest,
  config: unknown,
  adapters: readonly Adapter[],
): InnerModelDescription {
  if (!adapters.some((adapter) => adapter.family === family)) {
    const given = adapters.map((adapter) => adapter.family).join(', ') || 'none'
    throw new ConfigError(
      `The simulator in ${name} simulates a model of the family "${family}"; expected one of the given adapters: ${given}. Install ${packageOfFamily(family) ?? "the package of that family's adapter"}, and give its adapter too.`,
    )
  }
  const description = adapterFor(config, adapters).describe(config, new Set(tensors))
  const names = new Set(allParameters(description).map((reference) => reference.name))
  const fits = names.size === tensors.length && tensors.every((tensor) => names.has(tensor))
  if (description.family === family && fits) return description
  throw new CheckpointError(
    `${savedFiles.config} in ${name} describes a model of the family "${description.family}" with ${names.size} tensors; expected one of "${family}" with the ${tensors.length} tensors that ${savedFiles.manifest} names. Construct the simulator again.`,
  )
}

/** The plan's choices solved again, which must give its sizes. @throws DimensionError naming the rule that is broken */
function checkedPlan({ dimensions }: Manifest, description: InnerModelDescription): TintPlan {
  const { prefixTokens, hiddenSize, softmaxHeads: simulatorHeads, maxLength } = dimensions
  const plan = planTint(description, { prefixTokens, hiddenSize, simulatorHeads, maxLength })
  const field = firstDifference(dimensions, plan.dimensions) as keyof typeof dimensions | undefined
  if (field === undefined) return plan
  throw new CheckpointError(
    `${field} is ${dimensions[field]}; expected ${plan.dimensions[field]}, which follows from the others and from ${savedFiles.config}. Construct the simulator again.`,
  )
}

/** Says where a value comes from that a check refused. */
function within<Value>(where: string, check: () => Value): Value {
  try {
    return check()
  } catch (error) {
    if (error instanceof TintError) error.message = `${where} does not hold: ${error.message}`
    throw error
  }
}

function checkStructure({ name }: CheckpointSource, found: unknown, expected: object): void {
  // As it would be read: undefined fields are gone.
  const place = firstDifference(found, JSON.parse(JSON.stringify(expected)))
  if (place === undefined) return
  throw new CheckpointError(
    `${savedFiles.structure} in ${name} is not what this version of TinT compiles from the plan and the approximations${place === '' ? '' : ` (${place} differs)`}; expected a simulator of this version. Construct it again.`,
  )
}

function checkModel({ name }: CheckpointSource, { model }: Manifest, hash: string): void {
  if (hash === model.sha256) return
  throw new CheckpointError(
    `The inner model in ${name} has the SHA-256 ${hash.slice(0, 12)}...; expected ${model.sha256.slice(0, 12)}..., as ${savedFiles.manifest} says: its weights or layers are not those of the model that was saved. Construct the simulator again.`,
  )
}
