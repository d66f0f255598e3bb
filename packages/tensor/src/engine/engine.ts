import * as tf from '@tensorflow/tfjs-core'
import { EngineError } from '../errors'

/** The engines that Node has a choice of: TensorFlow's native library, WebAssembly, or plain JavaScript. */
export const engineNames = ['tensorflow', 'wasm', 'cpu'] as const

/** One of {@link engineNames}. */
export type EngineName = (typeof engineNames)[number]

/** What can compute anywhere: those of Node, and a browser's graphics processor. */
export type ProviderName = EngineName | 'webgpu'

/** What computes, in words that a person can act on. */
export interface EngineDescription {
  readonly name: ProviderName
  /** The version of the library that computes, e.g. TensorFlow's `2.21.0`. */
  readonly version: string
  /** How many threads one operator may use. */
  readonly threads: number
  readonly device: 'CPU' | 'GPU'
  /** Why engines that would have been preferred do not compute; empty where the first one does. */
  readonly passedOver: readonly PassedOver[]
}

/** Why an engine cannot run here, and what to do about it. */
export interface Obstacle {
  /** One sentence. */
  readonly problem: string
  /** The command lines that put it right, in their order; none where none does. */
  readonly commands: readonly string[]
}

/** An engine that cannot run here. */
export interface PassedOver extends Obstacle {
  readonly engine: ProviderName
}

/** A way to one engine. Providers are tried in order by {@link startEngine}. */
export interface EngineProvider {
  readonly name: ProviderName
  /** Why this engine cannot run here; undefined where it can. */
  unavailable(): Promise<Obstacle | undefined>
  /** Loads the engine's code, registers it with tfjs-core and describes it. */
  start(): Promise<Omit<EngineDescription, 'passedOver'>>
}

let current: EngineDescription | undefined

/**
 * Starts the first provider that can run here and makes it tfjs-core's engine.
 *
 * @param providers in order of preference
 * @returns what computes from now on
 * @throws EngineError when no provider can run, or the only one fails to start, with each one's reason
 */
export async function startEngine(providers: readonly EngineProvider[]): Promise<EngineDescription> {
  const passedOver: PassedOver[] = []
  for (const provider of providers) {
    const outcome = (await provider.unavailable()) ?? (await startProvider(provider, passedOver))
    if ('name' in outcome) return outcome
    passedOver.push({ engine: provider.name, ...outcome })
  }
  throw new EngineError(`No engine can run here. ${passedOver.map(obstacleText).join(' ')}`)
}

/** @returns what computes from now on, or why the provider did not start */
async function startProvider(
  provider: EngineProvider,
  passedOver: readonly PassedOver[],
): Promise<EngineDescription | Obstacle> {
  try {
    current = { ...(await provider.start()), passedOver: [...passedOver] }
    return current
  } catch (error) {
    if (error instanceof EngineError) return { problem: error.message, commands: error.commands }
    throw error
  }
}

function obstacleText({ engine, problem, commands }: PassedOver): string {
  const quoted = commands.map((command) => `"${command}"`)
  return `${engine}: ${problem}${quoted.length === 0 ? '' : ` Run ${quoted.join(', then ')}.`}`
}

/** What computes now, or undefined before {@link startEngine}. */
export function currentEngine(): EngineDescription | undefined {
  return current
}

/**
 * Makes sure that something can compute, whoever started it.
 *
 * @throws EngineError where no engine was started
 */
export function requireEngine(): void {
  if (tf.engine().backendName) return
  throw new EngineError(
    "No engine has been started; in Node call await useEngine() from '@tintjs/tensor/node' first, in a browser startEngine([wasmProvider(...)]).",
  )
}

/** Makes a registered tfjs backend the one that computes. Backends are registered under their tfjs names. */
export async function activateBackend(backend: string): Promise<void> {
  const activated = await tf.setBackend(backend).catch((error: Error) => {
    throw new EngineError(`The ${backend} engine did not start: ${error.message}.`, { cause: error })
  })
  if (!activated) throw new EngineError(`The ${backend} engine did not start; choose another one.`)
  await tf.ready()
}
