import { expect, it } from 'vitest'
import { type BenchReport, benchText } from './bench-text'
import { type ConstructReport, constructText } from './construct-text'

const simulator = { prefixTokens: 16, hiddenSize: 320, simulatorHeads: 5, maxLength: 64 }

const bench: BenchReport = {
  shape: 'opt-125m',
  model: null,
  length: 512,
  trainLength: 358,
  execution: 'fused',
  gradient: 'tint',
  lossGradient: 'softmax',
  derivative: 'central:100',
  seconds: { prepare: 1, construct: 2.5, step: [4, 5, 6], median: 5 },
  matrixProductShare: 0.756,
  simulator: null,
  peakMemoryBytes: 2_500_000_000,
  gflop: 400,
  gflopPerSecond: 80,
  gemmPeakGflopPerSecond: 160,
  engine: 'wasm',
  engineDetails: { name: 'wasm', version: '4.22.0', threads: 2, device: 'CPU', passedOver: [] },
}

it('a benchmark is told with what was measured, and its share of what the engine reaches', () => {
  const text = benchText(bench)
  expect(text).toContain('tint, fused, on opt-125m, 512 tokens, 358 of them to learn from')
  expect(text).toContain('400.0 GFLOP, 80.0 GFLOP/s')
  expect(text).toContain('76 % of the time')
  expect(text).toContain('the step reaches 50 %')
  expect(text).not.toContain('prefix tokens')
})

it('a benchmark of a simulator is told with its sizes', () => {
  const text = benchText({ ...bench, shape: null, model: 'folder', execution: 'literal', simulator })
  expect(text).toContain('tint, literal, on folder')
  expect(text).toContain('16 prefix tokens, width 320, 5 heads; constructed in 2.50 s')
})

it('a construction is told with its sizes, and how to run it', () => {
  const report = {
    model: 'gpt2-nano-bytes',
    family: 'gpt2',
    simulator,
    derivative: 'central:100',
    lossGradient: 'softmax',
    compatibility: 'authors-code',
    modules: 31,
    parameters: { frozen: 1, inner: 891_776, simulator: 5_000_000, distinct: 3_000_000 },
    saved: { path: 'folder', files: 3, bytes: 12_000_000 },
    seconds: { load: 1, construct: 2, save: 3 },
    peakMemoryBytes: 1e9,
  } as unknown as ConstructReport
  const text = constructText(report)
  expect(text).toContain('gpt2-nano-bytes (gpt2, 891,776 parameters)')
  expect(text).toContain('loss gradient softmax, derivative central:100, as in the authors-code')
  expect(text).toContain('tint step --simulator folder --input-ids FILE')
  expect(constructText({ ...report, compatibility: null })).not.toContain('authors-code')
})
