import type { Norm } from '@tintjs/inner'
import { prefixStep, type Step, tokenStep } from '../operators/operator'
import type { TintDimensions } from '../plan/dimensions'
import type { PrefixSource } from '../prefixes/prefix-source'
import { type Approximations, type BlockCompiler, outputNamed } from '../program/compiler'
import type { Register, Signal } from '../program/program'
import { differenceTerms } from './finite-difference'
import type { LeafModules } from './leaf-modules'
import { biasDescent, biasForward, memorySlot, rowsBackward, rowsDescent, rowsForward } from './linear'
import { moveSlots, signalSlot, type TintModule } from './module'

/** Where a norm keeps the normalised input, beside the input in the last slot. */
const normalisedSlot = ({ slots }: TintDimensions) => slots - 2

/** Slot for a gradient while the next one is computed. */
const spareSlot = 1

const isAffine = ({ scale, bias }: Norm) => scale !== undefined || bias !== undefined

/** `y = scale * n(x) + bias`: a group norm, then a linear module whose rows are `diag(scale)`. Keeps `x` and `n(x)`. */
function normForward(leaf: Norm, dimensions: TintDimensions): TintModule {
  const memory = memorySlot(dimensions)
  const normalised = normalisedSlot(dimensions)
  const affine: Step[] = isAffine(leaf)
    ? [
        moveSlots([memory, memory], [signalSlot, normalised]),
        tokenStep(
          {
            kind: 'linearAttention',
            readers: 'tokens',
            rows: rowsForward(normalised, signalSlot),
            ...(leaf.bias === undefined ? {} : { bias: biasForward(signalSlot) }),
          },
          'add',
        ),
      ]
    : [moveSlots([memory, memory], [signalSlot, normalised], [signalSlot, signalSlot])]
  return {
    kind: 'norm forward',
    steps: [
      moveSlots([signalSlot, signalSlot], [signalSlot, memory]),
      tokenStep(normalisation(leaf, signalSlot), 'replace'),
      ...affine,
    ],
    inputs: { input: signalSlot },
    outputs: { output: signalSlot, input: memory, normalised },
    prefixes: isAffine(leaf) ? 'read' : 'unused',
  }
}

function normalisation({ normalisation: kind, epsilon }: Norm, ...groups: readonly number[]) {
  return { kind: 'groupNorm', normalisation: kind, epsilon, groups } as const
}

/** `dx = J (scale * dy)`: the linear module's backward, then a finite difference of the group norm along the result. */
function normBackward(leaf: Norm, dimensions: TintDimensions, { derivative }: Approximations): TintModule {
  const memory = memorySlot(dimensions)
  const throughScale: Step[] =
    leaf.scale === undefined
      ? []
      : [
          moveSlots([signalSlot, spareSlot], [memory, memory]),
          tokenStep(
            { kind: 'linearAttention', readers: 'tokens', rows: rowsBackward(spareSlot, signalSlot) },
            'add',
          ),
        ]
  const difference = differenceTerms(derivative, { at: memory, along: signalSlot })
  const steps: Step[] = [
    ...throughScale,
    tokenStep({ kind: 'crossHeadLinear', terms: difference.arguments }, 'replace'),
    tokenStep(normalisation(leaf, 0, 1), 'replace'),
    tokenStep({ kind: 'crossHeadLinear', terms: difference.derivative }, 'replace'),
  ]
  return {
    kind: 'norm backward',
    steps,
    inputs: { outputGradient: signalSlot, input: memory },
    outputs: { inputGradient: signalSlot },
    prefixes: leaf.scale === undefined ? 'unused' : 'read',
  }
}

/** `bias -= rate sum_t dy_t`; where scales learn, `scale -= rate sum_t dy_t n(x_t)`, on the rows' diagonal. */
function normDescent(
  leaf: Norm,
  dimensions: TintDimensions,
  { updateNormWeights }: Approximations,
): TintModule {
  const memory = memorySlot(dimensions)
  const learnsScale = leaf.scale !== undefined && updateNormWeights
  return {
    kind: 'norm descent',
    steps: [
      prefixStep(
        {
          kind: 'linearAttention',
          readers: 'prefixes',
          ...(learnsScale ? { rows: rowsDescent(signalSlot, memory, true) } : {}),
          ...(leaf.bias === undefined ? {} : { bias: biasDescent(signalSlot) }),
        },
        'add',
      ),
    ],
    inputs: learnsScale ? { outputGradient: signalSlot, normalised: memory } : { outputGradient: signalSlot },
    outputs: {},
    prefixes: 'written',
  }
}

/** What a norm's backward reads. */
export interface NormRegisters {
  readonly input: Register
  readonly normalised: Register
}

/** A norm over the inner model's width. */
export const normModules: LeafModules<Norm, NormRegisters> = {
  forward(leaf, [input], compiler) {
    const prefixes = prefixSource(leaf)
    if (isAffine(leaf)) compiler.prefixes.push(prefixes)
    const outputs = compiler.call(normForward(leaf, compiler.dimensions), {
      layer: leaf.name,
      inputs: { input: input as Register },
      ...(isAffine(leaf) ? { prefixes } : {}),
    })
    const memory = { input: outputNamed(outputs, 'input'), normalised: outputNamed(outputs, 'normalised') }
    return { output: [outputNamed(outputs, 'output')], memory }
  },

  backward(leaf, [outputGradient], memory, compiler): Signal {
    const prefixes = prefixSource(leaf)
    const outputs = compiler.call(normBackward(leaf, compiler.dimensions, compiler.approximations), {
      layer: leaf.name,
      inputs: { outputGradient: outputGradient as Register, input: memory.input },
      ...(leaf.scale === undefined ? {} : { prefixes }),
    })
    descend(leaf, outputGradient as Register, memory, prefixes, compiler)
    return [outputNamed(outputs, 'inputGradient')]
  },
}

function descend(
  leaf: Norm,
  outputGradient: Register,
  { normalised }: NormRegisters,
  prefixes: PrefixSource,
  compiler: BlockCompiler,
): void {
  const module = normDescent(leaf, compiler.dimensions, compiler.approximations)
  const learnsScale = 'normalised' in module.inputs
  if (!learnsScale && leaf.bias === undefined) return
  const inputs = learnsScale ? { outputGradient, normalised } : { outputGradient }
  compiler.call(module, { layer: leaf.name, inputs, prefixes })
}

function prefixSource(leaf: Norm): PrefixSource {
  return { name: leaf.name, leaf, rowChunk: 0, columnChunk: 0, holdsBias: leaf.bias !== undefined }
}
