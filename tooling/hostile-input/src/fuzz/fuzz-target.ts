import * as tf from '@tensorflow/tfjs-core'
import { TintError } from '@tintjs/tensor'
import fc from 'fast-check'
import { type Mutation, mutated, mutationsOf } from './mutation'
import type { FuzzTarget } from './targets'

/** An input that was not handled as it should. */
export interface Finding {
  readonly target: string
  readonly input: Uint8Array
  readonly problem: string
}

/** The longest input; changes that repeat could make one grow without end. */
const longestInput = 200_000
/** In milliseconds of the processor: reading so short an input takes a hundredth. */
const mostTime = 1000
/** In bytes, of the whole process, for one input. */
const mostMemory = 256 * 2 ** 20
/** How many inputs are kept to be changed further. */
const mostKept = 400

/**
 * Reads one input.
 *
 * @returns what tells outcomes apart: which check refused it, or that it was read
 * @throws Error with the problem, where it neither was read nor gave a TintError, or took too much
 */
export async function readInput({ read }: FuzzTarget, input: Uint8Array): Promise<string> {
  const tensors = tf.memory().numTensors
  const memory = process.memoryUsage.rss()
  const cpu = process.cpuUsage()
  let outcome: string
  try {
    const bytes = await read(input)
    // Tensors may be stored in half the bytes and share storages; see checkSharing of the reader of PyTorch's files.
    if (bytes > Math.max(8 * input.length, 64 * 2 ** 20)) {
      throw new Error(`${bytes} bytes of numbers came out of ${input.length}`)
    }
    outcome = 'read'
  } catch (error) {
    if (!(error instanceof TintError)) {
      throw new Error(`it gave ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
    if (error.message.length > 2000) throw new Error(`its message has ${error.message.length} letters`)
    if (error.message.includes('\n')) throw new Error(`its message has several lines: ${error.message}`)
    outcome = kindOfMessage(error.message)
  }
  const { user, system } = process.cpuUsage(cpu)
  if (user + system > mostTime * 1000)
    throw new Error(`it took ${(user + system) / 1000} ms of the processor`)
  const grown = process.memoryUsage.rss() - memory
  if (grown > mostMemory) throw new Error(`it took ${grown} bytes of memory`)
  const left = tf.memory().numTensors - tensors
  if (left !== 0) throw new Error(`it left ${left} tensors`)
  return outcome
}

/** A message without what the input has put into it: each check of a reader has its own. */
function kindOfMessage(message: string): string {
  return message
    .slice(0, 300)
    .replaceAll(/"(?:[^"\\]|\\.)*"?|'[^']*'|\[[^\]]*\]?|\d+/g, '_')
    .replaceAll(/tint-fuzz-\w+/g, '')
}

/**
 * Fuzzes a target by rounds of fast-check. Inputs that come to an outcome that none before came to are kept and changed
 * further, so that the search goes on behind each check.
 */
export class TargetFuzzer {
  readonly #seen = new Set<string>()
  #pool: Uint8Array[] = []
  inputs = 0

  constructor(readonly target: FuzzTarget) {}

  /** How many different outcomes there were. */
  get outcomes(): number {
    return this.#seen.size
  }

  /**
   * Reads so many changed inputs.
   *
   * @returns the first that was not handled as it should, made as small as fast-check could; undefined where all were
   */
  async round(seed: number, count: number): Promise<Finding | undefined> {
    const { name, format } = this.target
    if (this.#pool.length === 0) this.#pool = [...(await this.target.seeds())]
    const pool = [...this.#pool]
    const inputOf = ([first, mutations]: readonly [number, readonly Mutation[]]) =>
      mutations.reduce(
        (input, mutation) => mutated(input, mutation, format, pool).subarray(0, longestInput),
        pool[first % pool.length] ?? new Uint8Array(0),
      )
    const changes = fc.tuple(
      fc.nat({ max: 2 ** 20 }),
      fc.array(mutationsOf(format), { minLength: 1, maxLength: 5 }),
    )
    const property = fc.asyncProperty(changes, async (chosen) => {
      this.inputs++
      this.#keep(await readInput(this.target, inputOf(chosen)), inputOf(chosen))
    })
    const { counterexample, errorInstance } = await fc.check(property, { seed, numRuns: count })
    if (counterexample === null) return undefined
    const problem = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
    return { target: name, input: inputOf(counterexample[0]), problem }
  }

  #keep(outcome: string, input: Uint8Array): void {
    if (this.#seen.has(outcome) || this.#pool.length >= mostKept) return
    this.#seen.add(outcome)
    this.#pool.push(input)
  }
}
