import * as tf from '@tensorflow/tfjs-core'
import { EngineError } from '../errors'

/** The engines that can compute: TensorFlow's native library, WebAssembly, or plain JavaScript. */
export const engineNames = ['tensorflow', 'wasm', 'cpu'] as const

/** One of {@link engineNames}. */
export type EngineName = (typeof engineNames)[number]

/** What computes, in words that a person can act on. */
export interface EngineDescription {
  readonly name: EngineName
  /** The version of the library that computes, e.g. TensorFlow's `2.21.0`. */
  readonly version: string
  /** How many threads one operator may use. */
  readonly threads: number
  readonly device: 'CPU' | 'GPU'
  /** Why engines that would have been preferred do not compute, a sentence each; empty where the first one does. */
  readonly passedOver: readonly string[]
}

/** A way to one engine. Providers are tried in order by {@link startEngine}. */
export interface EngineProvider {
  readonly name: EngineName
  /** Why this engine cannot run here, in one sentence that says what to do; undefined where it can. */
  unavailable(): Promise<string | undefined>
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
  const passedOver: string[] = []
  for (const provider of providers) {
    const reason = (await provider.unavailable()) ?? (await startProvider(provider, passedOver))
    if (reason === undefined && current !== undefined) return current
    passedOver.push(`${provider.name}: ${reason}`)
  }
  throw new EngineError(`No engine can run here. ${passedOver.join(' ')}`)
}

/** @returns why the provider did not start, or undefined when it did */
async function startProvider(
  provider: EngineProvider,
  passedOver: readonly string[],
): Promise<string | undefined> {
  try {
    current = { ...(await provider.start()), passedOver: [...passedOver] }
    return undefined
  } catch (error) {
    if (error instanceof EngineError) return error.message
    throw error
  }
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
