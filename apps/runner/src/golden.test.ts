import { join } from 'node:path'
import { expectClose, relativeError } from '@tintjs/tensor/testing'
import { type GoldenCase, goldenCases } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTensors, runJson, temporaryFolder, writeJson } from './test-support'

const engines = (process.env.TINT_ENGINES ?? 'wasm').split(',').filter(Boolean)

/** A case's step as command line options. */
function stepArguments(golden: GoldenCase, folder: string): string[] {
  const masks = {
    '--train-mask': golden.gradientMask,
    '--attention-mask': golden.attentionMask,
    '--position-ids': golden.positionIds,
  }
  return [
    'step',
    ...['--model', golden.folder],
    ...['--input-ids', writeJson(folder, 'ids.json', golden.inputIds)],
    ...['--train-length', String(golden.trainLength)],
    ...['--learning-rate', String(golden.learningRate)],
    ...['--steps', String(golden.steps)],
    ...['--layers', String(golden.layers)],
    ...['--loss-gradient', golden.lossGradient],
    ...(golden.updateNormWeights ? ['--update-norm-weights'] : []),
    ...Object.entries(masks).flatMap(([option, mask]) =>
      mask === null ? [] : [option, writeJson(folder, `${option}.json`, mask)],
    ),
  ]
}

interface Runs {
  usual: Record<string, unknown>
  literal: Record<string, unknown>
  analytic: Record<string, unknown>
  exact: Record<string, unknown>
  authors: Record<string, unknown> | undefined
}

/**
 * All cases on the first engine. On the others a case of each family: that engines agree on all of them is tested where
 * the step is (`simulate/src/golden.test.ts`), and each case here starts five processes.
 */
function casesOn(engine: string) {
  const named = goldenCases().map((golden) => [golden.name, golden] as const)
  return engine === engines[0] ? named : named.filter(([name]) => name.endsWith('-one-step'))
}

/** The tolerances of tooling/golden-cases/README.md, through the built command. */
describe.each(engines)('tint step on %s', (engine) => {
  describe.each(casesOn(engine))('%s', (_, golden) => {
    const { lossBefore, valueOnlyAttentionGradient, exactGradient, authorsCode } = golden.expected
    const folder = temporaryFolder()
    const updatedFile = join(folder.path, 'updated.safetensors')
    const logitsFile = join(folder.path, 'logits.safetensors')
    let runs: Runs

    beforeAll(async () => {
      const args = [...stepArguments(golden, folder.path), '--engine', engine]
      const files = ['--save-updated', updatedFile, '--save-logits', logitsFile]
      const imitation = ['--compatibility', 'authors-code']
      const { numPrefixTokens, hiddenSize, numHeads } = golden.tint
      const sizes = {
        '--prefix-tokens': numPrefixTokens,
        '--hidden-size': hiddenSize,
        '--simulator-heads': numHeads,
      }
      const literally = [
        ...['--execution', 'literal'],
        ...Object.entries(sizes).flatMap(([option, size]) => [option, String(size)]),
      ]
      const [usual, literal, analytic, exact, authors] = await Promise.all([
        runJson(args),
        runJson([...args, ...literally]),
        runJson([...args, '--derivative', 'analytic', ...files]),
        runJson([...args, '--gradient', 'exact']),
        authorsCode === undefined ? undefined : runJson([...args, ...imitation]),
      ])
      runs = { usual, literal, analytic, exact, authors }
    })
    afterAll(folder.remove)

    const expectLoss = (run: Record<string, unknown>, right: number, share: number, floor = 2e-5) => {
      const change = Math.abs(right - lossBefore)
      expect(Math.abs(Number(run.lossAfter) - right)).toBeLessThanOrEqual(share * change + floor)
    }

    it('prints the losses of the step', () => {
      for (const run of [runs.usual, runs.literal, runs.analytic, runs.exact]) {
        expect(Math.abs(Number(run.lossBefore) - lossBefore) / lossBefore).toBeLessThanOrEqual(2e-5)
        expect(run.engine).toBe(engine)
      }
      expectLoss(runs.usual, valueOnlyAttentionGradient.lossAfter, 0.005)
      expectLoss(runs.literal, valueOnlyAttentionGradient.lossAfter, 0.005)
      expectLoss(runs.analytic, valueOnlyAttentionGradient.lossAfter, 0.001)
      expectLoss(runs.exact, exactGradient.lossAfter, 0.001)
      if (runs.authors !== undefined && authorsCode !== undefined) {
        expectLoss(runs.authors, authorsCode.lossAfter, golden.steps > 1 ? 0.06 : 0.025, 0)
      }
    })

    it('saves the logits before and after', async () => {
      const expected = await readTensors(join(golden.folder, 'expected.safetensors'))
      const saved = await readTensors(logitsFile)
      expect([...saved.keys()].sort()).toEqual(['logits_after', 'logits_before'])
      for (const [name, { shape, data }] of saved) {
        const right = expected.get(name)!
        const largest = right.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        expect(shape).toEqual(right.shape)
        expectClose(data, right.data, { absolute: 1e-4 * largest })
      }
    })

    it('saves the weights that learned, as the checkpoint has them', async () => {
      const expected = await readTensors(join(golden.folder, 'expected.safetensors'))
      const base = await readTensors(join(golden.folder, 'model.safetensors'))
      const saved = await readTensors(updatedFile)
      const names = [...expected.keys()].filter((name) => name.startsWith('updated.'))
      expect([...saved.keys()].map((name) => `updated.${name}`).sort()).toEqual(names.sort())
      for (const [name, { shape, data }] of saved) {
        const right = expected.get(`updated.${name}`)!
        const before = base.get(name)!.data
        expect(shape, name).toEqual(right.shape)
        const changeOf = (values: Float32Array) =>
          values.map((value, index) => value - before[index % before.length]!)
        const rightChange = changeOf(right.data)
        if (rightChange.some((value) => value !== 0))
          expect(relativeError(changeOf(data), rightChange), name).toBeLessThan(0.005)
        else expectClose(changeOf(data), rightChange)
      }
    })
  })
})
