import type { Layer } from '@tintjs/inner'
import { activationModules } from './activation'
import { attentionModules } from './attention'
import type { LeafModules } from './leaf-modules'
import { linearModules } from './linear'
import { normModules } from './norm'

/** The modules of every kind of layer that has arithmetic, a file for each. */
const leaves = {
  linear: linearModules,
  norm: normModules,
  activation: activationModules,
  attention: attentionModules,
}

/** A layer that modules of its own simulate; the others combine layers. */
export type SimulatedLeaf = Extract<Layer, { kind: keyof typeof leaves }>

/** The modules of a leaf. What its forward remembers is for its own backward alone. */
export function leafModulesOf({ kind }: SimulatedLeaf): LeafModules<SimulatedLeaf, unknown> {
  return leaves[kind] as LeafModules<SimulatedLeaf, unknown>
}
