import { type Layer, residual, sequence, sum } from '@tintjs/inner'
import * as fc from 'fast-check'
import {
  attentions,
  freeTrees,
  gatedPerceptrons,
  type Make,
  norms,
  perceptrons,
  type Surroundings,
} from './layers'

/** Where the norms of a part of a block are, and whether there is a residual connection. */
const arrangements = ['pre', 'post', 'sandwich', 'no norm', 'no residual'] as const

type Arrangement = (typeof arrangements)[number]

function arranged(arrangement: Arrangement, body: Layer, before: Layer, after: Layer): Layer {
  switch (arrangement) {
    case 'pre':
      return residual(sequence(before, body))
    case 'post':
      return sequence(residual(body), after)
    case 'sandwich':
      return residual(sequence(before, body, after))
    case 'no norm':
      return residual(body)
    case 'no residual':
      return sequence(before, body)
  }
}

/** A part of a block, in one of the arrangements. */
function parts(body: fc.Arbitrary<Make>, { width }: Surroundings): fc.Arbitrary<Make> {
  return fc
    .record({
      arrangement: fc.constantFrom(...arrangements),
      body,
      before: norms(width),
      after: norms(width),
    })
    .map(
      ({ arrangement, body, before, after }): Make =>
        (name) =>
          arranged(arrangement, body(name), before(`${name}.before`), after(`${name}.after`)),
    )
}

/** Attention and MLP beside each other, under one norm or one each (GPT-J, GPT-NeoX, Phi). */
function parallel(surroundings: Surroundings): fc.Arbitrary<Make> {
  const { width } = surroundings
  return fc
    .record({
      attention: attentions(surroundings),
      mlp: fc.oneof(perceptrons(surroundings), gatedPerceptrons(surroundings)),
      norm: norms(width),
      second: fc.option(norms(width), { nil: undefined }),
    })
    .map(
      ({ attention, mlp, norm, second }): Make =>
        (name) => {
          const [left, right] = [attention(`${name}.attention`), mlp(`${name}.mlp`)]
          const first = norm(`${name}.norm`)
          if (second === undefined) return residual(sequence(first, sum(left, right)))
          return residual(sum(sequence(first, left), sequence(second(`${name}.second`), right)))
        },
    )
}

/** Transformer blocks: usual ones, with their parts arranged anyhow, parallel ones, and trees that no model has. */
export function blocks(surroundings: Surroundings): fc.Arbitrary<Make> {
  const attention = parts(attentions(surroundings), surroundings)
  const mlp = parts(fc.oneof(perceptrons(surroundings), gatedPerceptrons(surroundings)), surroundings)
  const free = freeTrees(surroundings)
  return fc.oneof(
    {
      arbitrary: fc.tuple(attention, mlp).map(
        ([first, second]): Make =>
          (name) =>
            sequence(first(`${name}.attention`), second(`${name}.mlp`)),
      ),
      weight: 4,
    },
    { arbitrary: parallel(surroundings), weight: 2 },
    { arbitrary: parts(free, surroundings), weight: 2 },
    { arbitrary: free, weight: 1 },
  )
}
