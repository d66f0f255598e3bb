import { ConfigError } from '@tintjs/tensor'
import * as z from 'zod'
import type { Linear, Norm } from '../layers/layer'

/** A width or a vocabulary in a configuration; it costs nothing until weights are read, whose shapes must fit. */
export const sizeField = z.int().min(1).max(10_000_000)

/** A number of layers or heads. The tree has a node for each, so that the cap keeps absurd values from filling memory. */
export const countField = z.int().min(1).max(1000)

/** What a linear layer of a checkpoint may lack or store otherwise. */
export interface LinearStorage {
  /** Default true. */
  readonly bias?: boolean
  /** Whether the matrix is stored as `[input, output]`; default false. */
  readonly transposed?: boolean
}

/** A linear layer whose tensors are `NAME.weight` and `NAME.bias`. */
export function storedLinear(
  name: string,
  inputWidth: number,
  outputWidth: number,
  { bias = true, transposed = false }: LinearStorage = {},
): Linear {
  const shape = transposed ? [inputWidth, outputWidth] : [outputWidth, inputWidth]
  return {
    kind: 'linear',
    name,
    inputWidth,
    outputWidth,
    weight: { name: `${name}.weight`, shape, transposed },
    bias: bias ? { name: `${name}.bias`, shape: [outputWidth] } : undefined,
  }
}

/** A layer norm whose tensors are `NAME.weight` and `NAME.bias`, or that has none. */
export function storedLayerNorm(name: string, width: number, epsilon: number, affine = true): Norm {
  return {
    kind: 'norm',
    name,
    normalisation: 'layer',
    width,
    epsilon,
    scale: affine ? { name: `${name}.weight`, shape: [width] } : undefined,
    bias: affine ? { name: `${name}.bias`, shape: [width] } : undefined,
  }
}

/** An RMS norm whose tensor is `NAME.weight`. */
export function storedRmsNorm(name: string, width: number, epsilon: number): Norm {
  return {
    kind: 'norm',
    name,
    normalisation: 'rms',
    width,
    epsilon,
    scale: { name: `${name}.weight`, shape: [width] },
  }
}

/**
 * The width of one head.
 *
 * @param fields the configuration's names for width and heads, for the message
 * @throws ConfigError when the heads do not divide the width
 */
export function headWidth(width: number, heads: number, fields: readonly [string, string]): number {
  if (width % heads === 0) return width / heads
  throw new ConfigError(
    `config.json has ${fields[0]} ${width} and ${fields[1]} ${heads}; expected a width that the heads divide.`,
  )
}
