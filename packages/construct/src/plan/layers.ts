import type { InnerModelDescription, Layer } from '@tintjs/inner'

/** All nodes of an inner model's trees, combinators and attention too, in the order of a forward pass. */
export function layersOf({ blocks, finalNorm }: InnerModelDescription): Layer[] {
  return [...blocks, ...(finalNorm === undefined ? [] : [finalNorm])].flatMap(nodesOf)
}

function nodesOf(layer: Layer): Layer[] {
  switch (layer.kind) {
    case 'sequence':
      return [layer, ...layer.layers.flatMap(nodesOf)]
    case 'residual':
      return [layer, ...nodesOf(layer.body)]
    case 'sum':
    case 'product':
      return [layer, ...layer.branches.flatMap(nodesOf)]
    default:
      return [layer]
  }
}
