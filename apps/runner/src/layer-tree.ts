import {
  type Attention,
  type AttentionPositions,
  type InnerModelDescription,
  keyValueHeads,
  type Layer,
  type Leaf,
  leavesOf,
  parameterSize,
  parametersOf,
  type WeightReference,
} from '@tintjs/inner'

/** A part of a model as people see it. */
export interface TreeNode {
  /** `embedding`, `block`, `residual`, `linear` ... */
  readonly kind: string
  /** The name in the checkpoint; null where the part has none of its own. */
  readonly name: string | null
  /** Sizes and choices in words. */
  readonly detail: string
  /** Parameters of the part and everything below. */
  readonly parameters: number
  readonly children: readonly TreeNode[]
}

/** A model from its embedding to its head. A head that is tied to the embedding has no parameters of its own. */
export function modelTree(description: InnerModelDescription): TreeNode[] {
  const { embedding, blocks, finalNorm, head } = description
  const tied = head.vocabulary === embedding.tokens
  return [
    parent('embedding', null, 'frozen', [
      weightNode('tokens', embedding.tokens),
      ...optional('projection', embedding.projection),
      ...optional('positions', embedding.positions?.weight),
      ...(embedding.norm === undefined ? [] : [layerNode(embedding.norm)]),
    ]),
    ...blocks.map((block) => parent('block', commonName(block), '', flattened(block).map(layerNode))),
    ...(finalNorm === undefined ? [] : [layerNode(finalNorm)]),
    parent('head', null, tied ? 'frozen, tied to the tokens' : 'frozen', [
      ...optional('projection', head.projection),
      ...(tied ? [] : [weightNode('vocabulary', head.vocabulary)]),
      ...optional('bias', head.bias),
    ]),
  ]
}

function layerNode(layer: Layer): TreeNode {
  switch (layer.kind) {
    case 'linear': {
      const bias = layer.bias === undefined ? ', no bias' : ''
      return leafNode(layer, `${layer.inputWidth} -> ${layer.outputWidth}${bias}`)
    }
    case 'norm': {
      const affine = layer.scale === undefined ? ', not affine' : ''
      return leafNode(
        layer,
        `${layer.normalisation}, ${layer.width}, epsilon ${layer.epsilon.toExponential()}${affine}`,
      )
    }
    case 'activation':
      return leafNode(layer, `${layer.activation}, ${layer.width}`)
    case 'attention': {
      const children = [layer.query, layer.key, layer.value].map(layerNode)
      return parent(layer.kind, layer.name, attentionDetail(layer), children)
    }
    case 'residual':
      return parent(layer.kind, null, '', flattened(layer.body).map(layerNode))
    case 'sequence':
      return parent(layer.kind, null, '', flattened(layer).map(layerNode))
    case 'sum':
    case 'product':
      return parent(layer.kind, null, '', layer.branches.map(layerNode))
  }
}

/** `32 heads of 64, 8 of keys and values, rotary over 64 (halves), window 4096` */
function attentionDetail(layer: Attention): string {
  const { heads, query, positions, window } = layer
  const shared = keyValueHeads(layer)
  return [
    `${heads} heads of ${query.outputWidth / heads}`,
    ...(shared === heads ? [] : [`${shared} of keys and values`]),
    ...(positions === undefined ? [] : [positionsDetail(positions)]),
    ...(window === undefined ? [] : [`window ${window}`]),
  ].join(', ')
}

function positionsDetail(positions: AttentionPositions): string {
  switch (positions.kind) {
    case 'rotary':
      return `rotary over ${2 * positions.frequencies.length} (${positions.pairing})`
    case 'alibi':
      return 'ALiBi'
  }
}

/** The layers of a sequence, which needs no line of its own below a block or a residual. */
function flattened(layer: Layer): readonly Layer[] {
  return layer.kind === 'sequence' ? layer.layers.flatMap(flattened) : [layer]
}

function leafNode(leaf: Leaf, detail: string): TreeNode {
  const parameters = parametersOf(leaf).map(parameterSize).reduce(add, 0)
  return { kind: leaf.kind, name: leaf.name, detail, parameters, children: [] }
}

function parent(kind: string, name: string | null, detail: string, children: readonly TreeNode[]): TreeNode {
  return {
    kind,
    name,
    detail,
    parameters: children.map(({ parameters }) => parameters).reduce(add, 0),
    children,
  }
}

function optional(kind: string, reference: WeightReference | undefined): TreeNode[] {
  return reference === undefined ? [] : [weightNode(kind, reference)]
}

function weightNode(kind: string, reference: WeightReference): TreeNode {
  const parameters = parameterSize(reference)
  return { kind, name: reference.name, detail: reference.shape.join(' x '), parameters, children: [] }
}

/** What the names of a block's leaves begin with, up to a point: `transformer.h.0`. */
function commonName(block: Layer): string | null {
  const [first = [], ...others] = leavesOf(block).map(({ name }) => name.split('.'))
  const differs = first.findIndex((part, index) => others.some((other) => other[index] !== part))
  const common = (differs === -1 ? first : first.slice(0, differs)).join('.')
  return common === '' ? null : common
}

function add(left: number, right: number): number {
  return left + right
}
