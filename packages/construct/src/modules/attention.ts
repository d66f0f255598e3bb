import { type Attention, keyValueHeads, type RotaryPositions } from '@tintjs/inner'
import { tokenStep } from '../operators/operator'
import type { SoftmaxAttention } from '../operators/softmax-attention'
import type { TintDimensions } from '../plan/dimensions'
import { type BlockCompiler, outputNamed } from '../program/compiler'
import type { Register } from '../program/program'
import type { LeafModules } from './leaf-modules'
import { type LinearRegisters, linearModules, memorySlot } from './linear'
import { moveSlots, signalSlot, type TintModule } from './module'

/** Slots of queries and keys, which attention keeps; the input itself is kept by the value's linear module. */
const querySlot = ({ slots }: TintDimensions) => slots - 2
const keySlot = memorySlot

/** Slot of the values while their place becomes the output's. */
const spareSlot = 1

function softmaxAttention(
  layer: Attention,
  dimensions: TintDimensions,
  valueSlot: number,
  transposed: boolean,
): SoftmaxAttention {
  return {
    kind: 'softmaxAttention',
    innerHeads: layer.heads,
    keyValueHeads: keyValueHeads(layer),
    headWidth: headWidthOf(layer),
    scale: layer.scale,
    ...(layer.positions?.kind === 'alibi' ? { alibi: layer.positions } : {}),
    ...(layer.window === undefined ? {} : { window: layer.window }),
    querySlot: querySlot(dimensions),
    keySlot: keySlot(dimensions),
    valueSlot,
    outputSlot: signalSlot,
    transposed,
  }
}

/** Turns queries or keys by their positions; their backward is never needed, as they never learn. */
function rotaryModule(positions: RotaryPositions, headWidth: number): TintModule {
  return {
    kind: 'rotary positions',
    steps: [tokenStep({ kind: 'positionRotation', slot: signalSlot, headWidth, positions }, 'replace')],
    inputs: { input: signalSlot },
    outputs: { output: signalSlot },
    prefixes: 'unused',
  }
}

/** `y = softmax(scale Q K^T + mask) V`; keeps queries and keys. */
function attentionForward(layer: Attention, dimensions: TintDimensions): TintModule {
  const [query, key] = [querySlot(dimensions), keySlot(dimensions)]
  return {
    kind: 'attention forward',
    steps: [
      moveSlots([query, query], [key, key], [signalSlot, spareSlot]),
      tokenStep(softmaxAttention(layer, dimensions, spareSlot, false), 'add'),
    ],
    inputs: { query, key, value: signalSlot },
    outputs: { output: signalSlot, query, key },
    prefixes: 'unused',
  }
}

/** `dV = a^T dy`: the probabilities `a` are computed again, and are constants (paper, section 2.3). */
function attentionBackward(layer: Attention, dimensions: TintDimensions): TintModule {
  return {
    kind: 'attention backward',
    steps: [tokenStep(softmaxAttention(layer, dimensions, signalSlot, true), 'replace')],
    inputs: { outputGradient: signalSlot, query: querySlot(dimensions), key: keySlot(dimensions) },
    outputs: { valueGradient: signalSlot },
    prefixes: 'unused',
  }
}

/** What attention's backward reads. */
export interface AttentionRegisters {
  readonly query: Register
  readonly key: Register
  readonly value: LinearRegisters
}

/** Three linear modules, then one softmax attention; only the value's linear learns. */
export const attentionModules: LeafModules<Attention, AttentionRegisters> = {
  forward(layer, input, compiler) {
    const [query, key, value] = [layer.query, layer.key, layer.value].map((linear) =>
      linearModules.forward(linear, input, compiler),
    ) as [LinearForward, LinearForward, LinearForward]
    const outputs = compiler.call(attentionForward(layer, compiler.dimensions), {
      layer: layer.name,
      inputs: {
        query: turned(layer, onlyChunk(query), compiler),
        key: turned(layer, onlyChunk(key), compiler),
        value: onlyChunk(value),
      },
    })
    const memory = {
      query: outputNamed(outputs, 'query'),
      key: outputNamed(outputs, 'key'),
      value: value.memory,
    }
    return { output: [outputNamed(outputs, 'output')], memory }
  },

  backward(layer, [outputGradient], { query, key, value }, compiler) {
    const outputs = compiler.call(attentionBackward(layer, compiler.dimensions), {
      layer: layer.name,
      inputs: { outputGradient: outputGradient as Register, query, key },
    })
    return linearModules.backward(layer.value, [outputNamed(outputs, 'valueGradient')], value, compiler)
  },
}

/** Queries or keys with their rotary positions, where the layer has them. */
function turned(layer: Attention, register: Register, compiler: BlockCompiler): Register {
  if (layer.positions?.kind !== 'rotary') return register
  const module = rotaryModule(layer.positions, headWidthOf(layer))
  return outputNamed(compiler.call(module, { layer: layer.name, inputs: { input: register } }), 'output')
}

function headWidthOf({ query, heads }: Attention): number {
  return query.outputWidth / heads
}

type LinearForward = ReturnType<typeof linearModules.forward>

/** Queries, keys and values fit in one slot each; that is checked when a simulator is planned. */
function onlyChunk({ output }: LinearForward): Register {
  return output[0] as Register
}
