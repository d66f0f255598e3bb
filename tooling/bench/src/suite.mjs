import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '@tintjs/tensor/node'
import { ChildFailure } from './child.mjs'
import { contextOf } from './context.mjs'
import { describeMachine, describeRevision, findPytorch } from './machine.mjs'
import { benchPage } from './page/page.mjs'
import { readResults } from './results.mjs'
import { resultText } from './terminal.mjs'

/** The files of a folder of results. */
export const files = { results: 'results.json', page: 'index.html' }

/**
 * Runs works one after another. Each result is written as soon as it is there, beside those that the folder has of
 * other works.
 *
 * @param {readonly import('./works/index.mjs').Work[]} chosen
 * @param {{ quick: boolean, rounds: number, engine: string, python: string, out: string, signal: AbortSignal }} choices
 * @returns {Promise<boolean>} whether all works came to an end; what a failed one had to say was printed
 */
export async function runSuite(chosen, { quick, rounds, engine, python, out, signal }) {
  const results = await readResults(join(out, files.results))
  const pytorch = await findPytorch(python, signal)
  if (pytorch === null) {
    process.stderr.write(
      `${python} has no torch with transformers: ours is measured alone, without ratios.\n`,
    )
  }
  const machine = await describeMachine(engine, pytorch, signal)
  const revision = await describeRevision()
  const choices = { quick, rounds, engine, signal, python: pytorch === null ? undefined : python }
  let complete = true
  for (const work of chosen) {
    try {
      const result = await work.run(contextOf(choices, work.name))
      const date = new Date().toISOString()
      results.works[work.name] = { date, quick, rounds, revision, machine, result: work.schema.parse(result) }
      await write(out, results)
      process.stdout.write(resultText(work, { quick, result }))
    } catch (error) {
      if (signal.aborted || !(error instanceof ChildFailure)) throw error
      process.stderr.write(`${work.name} failed: ${error.message}\n`)
      complete = false
    }
  }
  return complete
}

async function write(out, results) {
  await mkdir(out, { recursive: true })
  await writeFileAtomically(join(out, files.results), [`${JSON.stringify(results, undefined, 2)}\n`])
  await writeFileAtomically(join(out, files.page), [benchPage(results)])
}
