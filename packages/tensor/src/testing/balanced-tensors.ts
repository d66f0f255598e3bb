import { memory } from '@tensorflow/tfjs-core'

/**
 * Runs `run` and checks that as many tensors exist afterwards as before, also when it throws. Read numbers out of
 * results inside of `run` and dispose of them there: a tensor that it returns counts as left behind.
 *
 * @returns what `run` returns
 * @throws what `run` throws when the tensors are balanced; otherwise an Error with the numbers of tensors, whose
 *   `cause` is what `run` threw, if it did
 */
export async function expectBalancedTensors<Result>(run: () => Result | Promise<Result>): Promise<Result> {
  const before = memory().numTensors
  let result: Result
  try {
    result = await run()
  } catch (error) {
    checkBalance(before, error)
    throw error
  }
  checkBalance(before)
  return result
}

function checkBalance(before: number, failure?: unknown): void {
  const after = memory().numTensors
  if (after === before) return
  const change = after - before
  const kind = change > 0 ? `${change} left behind` : `${-change} disposed of that existed before`
  const also = failure === undefined ? '' : `; it also failed: ${failure}`
  throw new Error(
    `${after} tensors exist after the run, expected ${before} as before it: ${kind}${also}`,
    failure === undefined ? {} : { cause: failure },
  )
}
