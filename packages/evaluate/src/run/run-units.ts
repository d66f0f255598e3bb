import type { InnerModel } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { EvaluationPlan, UnitOptions } from './evaluation-plan'

/** Computes a unit by its index: a plan's `run` with a model, or processes that have one each. */
export type RunUnit<Sample> = (unit: number, options: UnitOptions) => Promise<readonly Sample[]>

/** How far a measurement has come, in the plan's size. */
export interface RunProgress {
  /** A part of one where some of its tasks are done. */
  readonly done: number
  readonly total: number
}

/** What happens around a measurement. */
export interface RunOptions<Sample> {
  /** How many units were finished before, by another run of the same plan; default 0. */
  readonly finishedUnits?: number | undefined
  /** How many units may be under way or wait to be taken, at least 1; default 1, for a model in this process. */
  readonly ahead?: number | undefined
  /** Takes the samples of a finished unit, in the order of units; the next ones wait for it. */
  readonly onSamples: (samples: readonly Sample[]) => Promise<void> | void
  readonly onProgress?: ((progress: RunProgress) => void) | undefined
  /**
   * Units that are not taken yet are lost when it is aborted, and the signal's reason is thrown once those under way have
   * ended. No samples are taken from then on; those being taken are waited for.
   */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs what is left of a plan. Samples come in the order of units, however many are computed at once.
 *
 * @throws InputError for an `ahead` that is no count; what a unit throws, after all others that are under way have ended
 */
export async function runUnits<Sample>(
  plan: EvaluationPlan<Sample>,
  runUnit: RunUnit<Sample>,
  { finishedUnits = 0, ahead = 1, onSamples, onProgress, signal }: RunOptions<Sample>,
): Promise<void> {
  if (!(Number.isInteger(ahead) && ahead >= 1)) {
    throw new InputError(`The number of units ahead is ${ahead}; expected a whole number of at least 1.`)
  }
  const progress = new UnitProgress(plan, finishedUnits, onProgress)
  const stop = new AbortController()
  const stopAll = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', stopAll, { once: true })
  const underWay: Promise<readonly Sample[]>[] = []
  let next = finishedUnits
  const take = () => {
    while (next < plan.unitCount && underWay.length < ahead) {
      const unit = next++
      const running = runUnit(unit, { signal: stop.signal, onShare: (share) => progress.tell(unit, share) })
      // It is awaited in its turn; until then its failure stops the others.
      running.catch(() => stop.abort())
      underWay.push(running)
    }
  }
  try {
    for (let unit = finishedUnits; unit < plan.unitCount; unit++) {
      signal?.throwIfAborted()
      take()
      const samples = await (underWay.shift() as Promise<readonly Sample[]>)
      signal?.throwIfAborted()
      await onSamples(samples)
      progress.finish(unit)
    }
  } catch (error) {
    stop.abort()
    throw firstCause(error, await Promise.allSettled(underWay), stop.signal)
  } finally {
    signal?.removeEventListener('abort', stopAll)
  }
}

/** Runs what is left of a plan with a model in this process, one unit after another. See {@link runUnits}. */
export async function runPlan<Sample>(
  model: InnerModel,
  plan: EvaluationPlan<Sample>,
  options: Omit<RunOptions<Sample>, 'ahead'>,
): Promise<void> {
  await runUnits(plan, (unit, unitOptions) => plan.run(model, unit, unitOptions), options)
}

/** What went wrong: not that a unit was stopped because of it. */
function firstCause(error: unknown, others: readonly PromiseSettledResult<unknown>[], stopped: AbortSignal) {
  if (error !== stopped.reason) return error
  const cause = others.find((other) => other.status === 'rejected' && other.reason !== stopped.reason)
  return cause?.status === 'rejected' ? cause.reason : error
}

/** Adds up what units cost, from what was finished before on. */
class UnitProgress {
  readonly #plan: EvaluationPlan<unknown>
  readonly #onProgress: ((progress: RunProgress) => void) | undefined
  readonly #total: number
  readonly #shares = new Map<number, number>()
  #finished = 0

  constructor(
    plan: EvaluationPlan<unknown>,
    finishedUnits: number,
    onProgress: ((progress: RunProgress) => void) | undefined,
  ) {
    this.#plan = plan
    this.#onProgress = onProgress
    let total = 0
    for (let unit = 0; unit < plan.unitCount; unit++) {
      total += plan.cost(unit)
      if (unit < finishedUnits) this.#finished = total
    }
    this.#total = total
    if (finishedUnits > 0) this.#report()
  }

  /** Notes how much of a unit is done. */
  tell(unit: number, share: number): void {
    this.#shares.set(unit, share)
    this.#report()
  }

  /** Notes that a unit is finished, and its samples are taken. */
  finish(unit: number): void {
    this.#shares.delete(unit)
    this.#finished += this.#plan.cost(unit)
    this.#report()
  }

  #report(): void {
    let cost = this.#finished
    for (const [unit, share] of this.#shares) cost += share * this.#plan.cost(unit)
    const { size } = this.#plan
    this.#onProgress?.({ done: (cost / this.#total) * size, total: size })
  }
}
