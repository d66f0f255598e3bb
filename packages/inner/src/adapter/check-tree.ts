import { ConfigError } from '@tintjs/tensor'
import { keyValueHeads } from '../layers/attention'
import { type Attention, type Layer, leavesOf, parametersOf } from '../layers/layer'
import { frozenParameters, type InnerModelDescription } from '../model/description'
import { parameterShape, type WeightReference } from '../weights/reference'

/**
 * Checks that the widths of a composed model fit each other, and that each layer has parameters of its own, so that a slip in
 * an adapter is named and does not surface as a failed matrix product or as wrong learning.
 *
 * @throws ConfigError naming the layer whose input or parameter has another width than it says, or whose parameter is
 *   another's too
 */
export function checkTree(description: InnerModelDescription): void {
  const { family, width, blocks, finalNorm } = description
  for (const [index, block] of blocks.entries()) {
    const output = outputWidth(block, width, family)
    if (output !== width) {
      throw new ConfigError(
        `Block ${index} of the ${family} model gives width ${output}; expected the model's width ${width}.`,
      )
    }
  }
  if (finalNorm !== undefined) outputWidth(finalNorm, width, family)
  checkOwnership(description)
}

/** A parameter of two layers would learn from one, and be another in the backward of the other. */
function checkOwnership(description: InnerModelDescription): void {
  const { family, blocks, finalNorm } = description
  const placeOf = ({ name, part }: WeightReference) => JSON.stringify([name, part])
  const owners = new Map(
    frozenParameters(description).map((reference) => [placeOf(reference), 'the embedding or the head']),
  )
  const leaves = [...blocks, ...(finalNorm === undefined ? [] : [finalNorm])].flatMap(leavesOf)
  for (const leaf of leaves) {
    for (const reference of parametersOf(leaf)) {
      const owner = owners.get(placeOf(reference))
      if (owner !== undefined) {
        throw new ConfigError(
          `The parameter ${reference.name} of layer ${leaf.name} of the ${family} model is also that of ${owner}; expected one of its own, as each layer learns for itself.`,
        )
      }
      owners.set(placeOf(reference), leaf.name)
    }
  }
}

/** The width that a layer makes of an input of a width. */
function outputWidth(layer: Layer, width: number, family: string): number {
  switch (layer.kind) {
    case 'linear':
      expectWidth(layer.name, layer.inputWidth, width, family)
      expectShape(layer.name, layer.weight, [layer.outputWidth, layer.inputWidth], family)
      expectShape(layer.name, layer.bias, [layer.outputWidth], family)
      return layer.outputWidth
    case 'norm':
      expectWidth(layer.name, layer.width, width, family)
      expectShape(layer.name, layer.scale, [layer.width], family)
      expectShape(layer.name, layer.bias, [layer.width], family)
      return width
    case 'activation':
      expectWidth(layer.name, layer.width, width, family)
      return width
    case 'attention': {
      const [query, key, value] = [layer.query, layer.key, layer.value].map((child) =>
        outputWidth(child, width, family),
      ) as [number, number, number]
      checkHeads(layer, family)
      const shared = keyValueHeads(layer)
      expectWidth(layer.key.name, (query / layer.heads) * shared, key, family)
      return (value / shared) * layer.heads
    }
    case 'sequence':
      return layer.layers.reduce((current, child) => outputWidth(child, current, family), width)
    case 'residual':
      return sameWidth([width, outputWidth(layer.body, width, family)], family)
    case 'sum':
    case 'product':
      return sameWidth(
        layer.branches.map((branch) => outputWidth(branch, width, family)),
        family,
      )
  }
}

/** Heads must divide widths, and shared heads the heads that share them. */
function checkHeads(layer: Attention, family: string): void {
  const { heads, query, key, value, name, positions } = layer
  const shared = keyValueHeads(layer)
  const divides =
    heads % shared === 0 &&
    query.outputWidth % heads === 0 &&
    key.outputWidth % shared === 0 &&
    value.outputWidth % shared === 0
  if (!divides) {
    throw new ConfigError(
      `The attention ${name} of the ${family} model has ${heads} heads, ${shared} of keys and values, and makes ${query.outputWidth} queries, ${key.outputWidth} keys and ${value.outputWidth} values; expected numbers that divide each other.`,
    )
  }
  const headWidth = query.outputWidth / heads
  if (positions?.kind === 'rotary' && 2 * positions.frequencies.length > headWidth) {
    throw new ConfigError(
      `The attention ${name} of the ${family} model turns ${2 * positions.frequencies.length} numbers of heads that are ${headWidth} wide; expected at most those.`,
    )
  }
  if (positions?.kind === 'alibi' && positions.slopes.length !== heads) {
    throw new ConfigError(
      `The attention ${name} of the ${family} model has ${positions.slopes.length} slopes for ${heads} heads; expected one for each.`,
    )
  }
}

function sameWidth(widths: readonly number[], family: string): number {
  const [first = 0] = widths
  const other = widths.find((width) => width !== first)
  if (other === undefined) return first
  throw new ConfigError(
    `The ${family} model adds or multiplies widths ${first} and ${other}; expected equal ones.`,
  )
}

function expectWidth(name: string, expected: number, found: number, family: string): void {
  if (expected === found) return
  throw new ConfigError(
    `The layer ${name} of the ${family} model takes width ${expected}, but gets ${found} from the layer before it.`,
  )
}

function expectShape(
  name: string,
  reference: WeightReference | undefined,
  expected: readonly number[],
  family: string,
): void {
  if (reference === undefined) return
  const shape = parameterShape(reference)
  if (shape.length === expected.length && shape.every((size, axis) => size === expected[axis])) return
  throw new ConfigError(
    `The parameter ${reference.name} of layer ${name} of the ${family} model has shape [${shape.join(', ')}]; expected [${expected.join(', ')}].`,
  )
}
