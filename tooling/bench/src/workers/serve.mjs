import { createInterface } from 'node:readline'
import { peakMemoryBytes } from './peak-memory.mjs'

/**
 * The life of a worker: it gets ready, tells so in one JSON line, and does the job that each line on its input names.
 *
 * @param {(settings: any) => Promise<{ facts?: object, jobs: Record<string, () => Promise<object>> }>} prepare gets the
 *   settings, and has done what is not to be measured, a first round included, when it returns. Answers of jobs are told
 *   with this process's `peakMemoryBytes`, where they have none
 */
export async function serve(prepare) {
  const { facts = {}, jobs } = await prepare(JSON.parse(process.argv[2] ?? '{}'))
  print(facts)
  for await (const job of createInterface({ input: process.stdin })) {
    const answer = await jobs[job]()
    print({ peakMemoryBytes: peakMemoryBytes(), ...answer })
  }
  // Native engines have threads that would keep the process for a while.
  process.exit(0)
}

/**
 * @template Value
 * @param {() => Promise<Value> | Value} work
 * @returns {Promise<{ value: Value, seconds: number }>}
 */
export async function timed(work) {
  const begin = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - begin) / 1000 }
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
