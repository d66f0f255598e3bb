import { type EncodeOptions, encodeSafetensors } from '@tintjs/tensor'
import { openCheckpoint } from './checkpoint'
import { memorySource } from './memory'
import type { CheckpointSource } from './source'

/**
 * A checkpoint's configuration and numbers in another number type, as one safetensors file in memory.
 *
 * @param type how numbers are stored: `F16` and `BF16` are what most published checkpoints use
 */
export async function checkpointAs(
  source: CheckpointSource,
  type: NonNullable<EncodeOptions['type']>,
): Promise<CheckpointSource> {
  const checkpoint = await openCheckpoint(source)
  const tensors = await Promise.all(
    [...checkpoint.tensors.values()].map(async ({ name, shape }) => ({
      name,
      shape,
      data: await checkpoint.read(name),
    })),
  )
  return memorySource(`${source.name} as ${type}`, {
    'config.json': JSON.stringify(checkpoint.config),
    'model.safetensors': joined([...encodeSafetensors(tensors, { type })]),
  })
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.byteLength, 0))
  let start = 0
  for (const piece of pieces) {
    whole.set(piece, start)
    start += piece.byteLength
  }
  return whole
}
