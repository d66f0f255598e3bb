const hash = (letter: string) => letter.repeat(64)

const results = {
  model: 'models/tiny',
  modelHash: hash('a'),
  engine: 'wasm',
  versions: { tint: '0.0.0' },
  gitRevision: null,
  configuration: {
    format: 2,
    ...{ modelHash: hash('a'), textSha256: hash('b'), tokensSha256: hash('c') },
    ...{ context: 8, stride: 8, contexts: [0, 1], rates: null, chunks: 1, limit: null },
    ...{ beginOfText: null, specialTokens: false, trainFractions: [0.5] },
    ...{ ways: ['inner'], learningRates: [0.01], lossGradient: 'softmax', derivative: 'central:100' },
    ...{ attentionGradient: 'value', compatibility: null, steps: 1, layers: 2, updateNormWeights: false },
    ...{ batch: 2, engine: 'wasm', threads: 1 },
  },
  data: { file: 'book.txt', sha256: hash('b') },
  results: [{ contexts: 1 }],
}

const sample = {
  ...{ sample: 0, way: 'inner', trainFraction: 0.5, learningRate: null },
  ...{ negativeLogLikelihood: 8, tokens: 4, bytes: 5, words: 1 },
}

/** `results.json` of a finished measurement, some of its fields replaced. */
export const resultsText = (fields: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ ...results, ...fields })

/** The one line of its `samples.jsonl`. */
export const sampleLine = (fields: Readonly<Record<string, unknown>> = {}) =>
  `${JSON.stringify({ ...sample, ...fields })}\n`

/** The folder of a finished measurement. */
export const runFolder = () => ({ 'results.json': resultsText(), 'samples.jsonl': sampleLine() })
