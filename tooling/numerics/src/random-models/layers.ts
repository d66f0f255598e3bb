import {
  type ActivationName,
  type Attention,
  type AttentionPositions,
  activationNames,
  alibiSlopes,
  type Layer,
  type Linear,
  type Norm,
  product,
  residual,
  rotaryFrequencies,
  sequence,
  storedLinear,
  sum,
  type WeightReference,
} from '@tintjs/inner'
import * as fc from 'fast-check'

/** Makes a layer under a name, which its parameters' names begin with. */
export type Make<Kind extends Layer = Layer> = (name: string) => Kind

/** What the layers of a model share. */
export interface Surroundings {
  /** The model's width. */
  readonly width: number
  /** Heads of every attention, as the construction needs them; without it each has its own. */
  readonly heads?: { readonly count: number; readonly width: number } | undefined
}

const epsilons = [1e-6, 1e-5, 1e-3, 0.05]

/** Norms with and without scale and bias. Large epsilons show where they are added. */
export function norms(width: number): fc.Arbitrary<Make<Norm>> {
  return fc
    .record({
      normalisation: fc.constantFrom('layer' as const, 'rms' as const),
      epsilon: fc.constantFrom(...epsilons),
      scale: fc.boolean(),
      bias: fc.boolean(),
    })
    .map(({ normalisation, epsilon, scale, bias }) => (name) => ({
      kind: 'norm',
      name,
      normalisation,
      width,
      epsilon,
      ...(scale ? { scale: { name: `${name}.weight`, shape: [width] } } : {}),
      ...(bias ? { bias: { name: `${name}.bias`, shape: [width] } } : {}),
    }))
}

/** Linear layers with and without bias, stored as `[output, input]` or the other way round. */
function linears(inputWidth: number, outputWidth: number): fc.Arbitrary<Make<Linear>> {
  return fc
    .record({ bias: fc.boolean(), transposed: fc.boolean() })
    .map((storage) => (name) => storedLinear(name, inputWidth, outputWidth, storage))
}

const activationOf =
  (activation: ActivationName, width: number): Make =>
  (name) => ({ kind: 'activation', name, activation, width })

/** Activations of every name. */
function activations(width: number): fc.Arbitrary<Make> {
  return fc.constantFrom(...activationNames).map((activation) => activationOf(activation, width))
}

/** Layers one after another, each under the whole's name and its place. */
function chain(makes: readonly Make[]): Make {
  return (name) => sequence(...makes.map((make, index) => make(`${name}.${index}`)))
}

/** MLPs with any number of hidden layers, activated or not, and here and there a norm of another width than the model's. */
export function perceptrons({ width, heads }: Surroundings): fc.Arbitrary<Make> {
  const hiddenWidths = fc.array(fc.integer({ min: 2, max: 2 * width + 3 }), { minLength: 1, maxLength: 3 })
  return hiddenWidths.chain((hidden) => {
    const widths = [width, ...hidden, width]
    const layers = widths.slice(1).flatMap((output, index): fc.Arbitrary<Make>[] => {
      const linear = linears(widths[index] ?? width, output)
      if (index === hidden.length) return [linear]
      const between = heads === undefined ? fc.oneof(activations(output), norms(output)) : activations(output)
      return [linear, between]
    })
    return fc.tuple(...layers).map(chain)
  })
}

/** Products of two linear layers of which the first, the second, both or none are activated, and a linear layer after them. */
export function gatedPerceptrons({ width }: Surroundings): fc.Arbitrary<Make> {
  return fc.integer({ min: 2, max: 2 * width + 3 }).chain((hidden) => {
    const branch = fc
      .tuple(linears(width, hidden), fc.option(activations(hidden), { nil: undefined }))
      .map(([linear, activation]) => chain(activation === undefined ? [linear] : [linear, activation]))
    return fc.tuple(branch, branch, linears(hidden, width)).map(
      ([gate, up, down]): Make =>
        (name) =>
          sequence(product(gate(`${name}.gate`), up(`${name}.up`)), down(`${name}.down`)),
    )
  })
}

interface AttentionSettings {
  readonly inputWidth: number
  readonly heads: number
  readonly shared: number
  readonly headWidth: number
  readonly valueHeadWidth: number
  readonly positions: AttentionPositions | undefined
  readonly window: number | undefined
  readonly scale: number
  readonly biases: readonly [boolean, boolean, boolean]
  readonly storage: 'apart' | 'joined' | 'joined, transposed' | 'interleaved'
}

function positionsFor(heads: number, headWidth: number): fc.Arbitrary<AttentionPositions | undefined> {
  const none = fc.constant(undefined)
  const alibi = fc.constant({ kind: 'alibi' as const, slopes: alibiSlopes(heads) })
  if (headWidth < 2) return fc.oneof(none, alibi)
  const rotary = fc.record({
    kind: fc.constant('rotary' as const),
    pairing: fc.constantFrom('halves' as const, 'neighbours' as const),
    frequencies: fc
      .record({
        pairs: fc.integer({ min: 1, max: Math.floor(headWidth / 2) }),
        base: fc.constantFrom(10, 1e4),
      })
      .map(({ pairs, base }) => rotaryFrequencies(2 * pairs, base)),
  })
  return fc.oneof(none, alibi, { arbitrary: rotary, weight: 2 })
}

/** Query, key and value in the checkpoint: tensors of their own, or parts of one. */
function projections(name: string, settings: AttentionSettings): Pick<Attention, 'query' | 'key' | 'value'> {
  const { inputWidth, heads, shared, headWidth, valueHeadWidth, biases, storage } = settings
  const widths = [heads * headWidth, shared * headWidth, shared * valueHeadWidth]
  const total = widths.reduce((all, width) => all + width, 0)
  const interleaved = storage === 'interleaved' && new Set(widths).size === 1
  const together = storage === 'interleaved' || biases.every((bias) => bias === biases[0])
  const [query, key, value] = ['query', 'key', 'value'].map((role, index): Linear => {
    const outputWidth = widths[index] ?? 0
    const start = widths.slice(0, index).reduce((all, width) => all + width, 0)
    const own = (kind: string, ...rest: number[]): WeightReference => {
      if (storage === 'apart' || (storage === 'interleaved' && !interleaved)) {
        return { name: `${name}.${role}.${kind}`, shape: [outputWidth, ...rest] }
      }
      const joined = `${name}.joined.${kind}`
      if (interleaved) {
        const view = [heads, 3, headWidth, ...rest]
        return { name: joined, shape: [total, ...rest], part: { view, axis: 1, start: index, size: 1 } }
      }
      if (storage === 'joined, transposed' && rest.length > 0) {
        const shape = [...rest, total]
        const part = { view: shape, axis: 1, start, size: outputWidth }
        return { name: joined, shape, part, transposed: true }
      }
      const shape = [total, ...rest]
      return { name: joined, shape, part: { view: shape, axis: 0, start, size: outputWidth } }
    }
    // A joined tensor holds all biases or none.
    const hasBias = storage === 'apart' ? biases[index] : together && biases[0]
    return {
      kind: 'linear',
      name: `${name}.${role}`,
      inputWidth,
      outputWidth,
      weight: own('weight', inputWidth),
      ...(hasBias ? { bias: own('bias') } : {}),
    }
  }) as [Linear, Linear, Linear]
  return { query, key, value }
}

/** Attention with heads of its own or shared, with positions of every kind, with and without a window, and its output linear. */
export function attentions({ width, heads }: Surroundings): fc.Arbitrary<Make> {
  const shape =
    heads === undefined
      ? fc
          .record({
            heads: fc.constantFrom(1, 2, 3, 4),
            headWidth: fc.integer({ min: 1, max: 6 }),
            valueHeadWidth: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 2 }),
          })
          .map((sizes) => ({ ...sizes, valueHeadWidth: sizes.valueHeadWidth ?? sizes.headWidth }))
      : fc.constant({ heads: heads.count, headWidth: heads.width, valueHeadWidth: heads.width })
  return shape.chain((sizes) => {
    const divisors = [1, 2, 3, 4].filter((count) => sizes.heads % count === 0)
    const settings = fc.record({
      shared: fc.constantFrom(...divisors),
      positions: positionsFor(sizes.heads, sizes.headWidth),
      window: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      scale: fc.constantFrom(1 / Math.sqrt(sizes.headWidth), 0.4, 1),
      biases: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      storage: fc.constantFrom<AttentionSettings['storage'][]>(
        'apart',
        'joined',
        'joined, transposed',
        'interleaved',
      ),
    })
    return fc.tuple(settings, linears(sizes.heads * sizes.valueHeadWidth, width)).map(
      ([chosen, output]): Make =>
        (name) => {
          const { shared, positions, window, scale } = chosen
          const attention: Attention = {
            kind: 'attention',
            name: `${name}.attention`,
            heads: sizes.heads,
            ...(shared === sizes.heads ? {} : { keyValueHeads: shared }),
            ...(positions === undefined ? {} : { positions }),
            ...(window === undefined ? {} : { window }),
            scale,
            ...projections(`${name}.attention`, { inputWidth: width, ...sizes, ...chosen }),
          }
          return sequence(attention, output(`${name}.output`))
        },
    )
  })
}

/** Trees that no model has: everything inside of everything. Values stay small enough where factors are normalised. */
export function freeTrees(surroundings: Surroundings): fc.Arbitrary<Make> {
  const { width } = surroundings
  return fc.letrec<{ tree: Make }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 2, depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        linears(width, width),
        norms(width),
        activations(width),
        perceptrons(surroundings),
        attentions(surroundings),
      ),
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(chain),
      tie('tree').map(
        (body): Make =>
          (name) =>
            residual(body(name)),
      ),
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(
        (branches): Make =>
          (name) =>
            sum(...branches.map((branch, index) => branch(`${name}.branch${index}`))),
      ),
      fc.tuple(tie('tree'), tie('tree'), norms(width)).map(
        ([first, second, norm]): Make =>
          (name) =>
            product(first(`${name}.first`), sequence(second(`${name}.second`), norm(`${name}.norm`))),
      ),
    ),
  })).tree
}
