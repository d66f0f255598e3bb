/** An adapter of a family that is not here, as somebody else writes it: `projects/adapter`, GPT-BigCode. */
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install } from './projects.mjs'

const source = fileURLToPath(new URL('../../projects/adapter', import.meta.url))

const program = `import { loadInnerModel } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { trainingStep } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import { gptBigCode } from './dist/gpt-bigcode.js'

await useEngine()
const model = await loadInnerModel(folderSource('src/fixtures/one-step'), { adapters: [gptBigCode] })
const step = await trainingStep(model, [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4], { trainLength: 8, learningRate: 1e-2 })
console.log(step.lossAfter.toFixed(4))
step.dispose()
model.dispose()
`

/**
 * Compiles the adapter, tries it with `describeAdapter`, takes a training step with it, and gives it to the command.
 *
 * @param {import('../contract.mjs').CheckContext & { all: import('../packages.mjs').PackedPackage[] }} context
 */
export async function tryOwnAdapter({ all, temporaryFolder, report }) {
  const folder = join(temporaryFolder, 'adapter')
  const ours = ['inner', 'tensor', 'simulate', 'adapter-testing', 'runner'].map((name) => [
    `@tintjs/${name}`,
    '*',
  ])
  // As docs/write-an-adapter.md says.
  const others = { zod: '4', vitest: '4', typescript: 'latest', '@types/node': '20' }
  const project = await install('npm', all, folder, { ...Object.fromEntries(ours), ...others })
  await cp(source, folder, { recursive: true })
  await project.run('tsc', '-p', '.')
  await project.run('vitest', 'run')
  await writeFile(join(folder, 'step.mjs'), program)
  const { stdout: own } = await project.run('node', 'step.mjs')
  await writeFile(join(folder, 'ids.json'), '[1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4]')
  const model = ['--model', 'src/fixtures/one-step', '--adapter', './dist/gpt-bigcode.js', '--json']
  const options = ['--input-ids', 'ids.json', '--train-length', '8', '--learning-rate', '1e-2']
  const { lossAfter } = JSON.parse((await project.run('tint', 'step', ...model, ...options)).stdout)
  if (lossAfter.toFixed(4) !== own.trim()) {
    report.problem({
      found: `the command finds a loss of ${lossAfter} with an own adapter; expected the library's ${own.trim()}`,
      todo: 'Compare the two in projects/adapter.',
    })
  }
  report.note(
    `own adapter: GPT-BigCode compiles, passes describeAdapter, and steps to a loss of ${own.trim()}, by tint too`,
  )
}
