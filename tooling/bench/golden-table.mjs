/**
 * `pnpm golden`: every golden case by every way on every engine that is here: the error of the loss after the step, and
 * the tolerance that the tests hold it to. The engines run one after another in processes of their own.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { adapters } from '@tintjs/families'
import { loadInnerModel } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { exact, tint, trainingStep } from '@tintjs/simulate'
import { nodeEngines, useEngine } from '@tintjs/tensor/node'

const cases = fileURLToPath(new URL('../golden-cases/cases', import.meta.url))

/** Ways to take the step, which answer is right, and the share of the loss change that it may be off by. */
const ways = (golden) => [
  {
    way: 'analytic',
    gradient: { derivative: { kind: 'analytic' } },
    answer: 'valueOnlyAttentionGradient',
    share: 0.001,
  },
  { way: 'default', gradient: {}, answer: 'valueOnlyAttentionGradient', share: 0.005 },
  { way: 'exact', answer: 'exactGradient', share: 0.001 },
  {
    way: "authors' code",
    gradient: { compatibility: 'authors-code' },
    answer: 'authorsCode',
    share: golden.steps > 1 ? 0.06 : 0.025,
    floor: 0,
  },
]

if (process.argv[2] === undefined) {
  for (const [name, provider] of Object.entries(nodeEngines())) {
    // Plain JavaScript takes minutes for nothing new.
    if (name === 'cpu' || (await provider.unavailable()) !== undefined) continue
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], {
      stdio: 'inherit',
    })
    if (status !== 0) process.exitCode = 1
  }
} else {
  await printTable(process.argv[2])
}

async function printTable(engine) {
  const { version } = await useEngine(engine)
  console.log(`\n${engine} ${version}: error of the loss after the step / tolerance (nats)`)
  const rows = []
  for (const name of readdirSync(cases).sort()) rows.push(await row(name))
  console.table(Object.fromEntries(rows))
}

async function row(name) {
  const golden = JSON.parse(readFileSync(`${cases}/${name}/case.json`, 'utf8'))
  const model = await loadInnerModel(folderSource(`${cases}/${name}`), { adapters })
  const cells = {}
  for (const { way, gradient, answer, share, floor = 2e-5 } of ways(golden)) {
    const right = golden.expected[answer]?.lossAfter
    if (right === undefined) continue
    const { lossGradient } = golden
    const step = await trainingStep(model, golden.inputIds, {
      trainLength: golden.trainLength,
      learningRate: golden.learningRate,
      steps: golden.steps,
      layers: golden.layers,
      updateNormWeights: golden.updateNormWeights,
      trainMask: golden.gradientMask ?? undefined,
      attentionMask: golden.attentionMask ?? undefined,
      positionIds: golden.positionIds ?? undefined,
      gradient: gradient === undefined ? exact({ lossGradient }) : tint({ lossGradient, ...gradient }),
    })
    const error = Math.abs(step.lossAfter - right)
    const tolerance = share * Math.abs(right - golden.expected.lossBefore) + floor
    cells[way] =
      `${error.toExponential(1)} / ${tolerance.toExponential(1)}${error <= tolerance ? '' : ' FAILS'}`
    if (error > tolerance) process.exitCode = 1
    step.dispose()
  }
  model.dispose()
  return [name, cells]
}
