import { ConfigError } from '@tintjs/tensor'
import type { Layer } from '../layers/layer'
import type { InnerModelDescription } from '../model/description'
import { parameterShape, type WeightReference } from '../weights/reference'

/**
 * Checks that the widths of a composed model fit each other, so that a slip in an adapter is named and does not
 * surface as a failed matrix product.
 *
 * @throws ConfigError naming the layer whose input or parameter has another width than it says
 */
export function checkTree({ family, width, blocks, finalNorm }: InnerModelDescription): void {
  for (const [index, block] of blocks.entries()) {
    const output = outputWidth(block, width, family)
    if (output !== width) {
      throw new ConfigError(
        `Block ${index} of the ${family} model gives width ${output}; expected the model's width ${width}.`,
      )
    }
  }
  if (finalNorm !== undefined) outputWidth(finalNorm, width, family)
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
      expectWidth(layer.key.name, query, key, family)
      return value
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
