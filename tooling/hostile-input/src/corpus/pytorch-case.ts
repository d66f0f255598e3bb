import type { HostileCase } from '../hostile-case'

/** A case of a `pytorch_model.bin`. */
export function pytorchCase(
  name: string,
  what: string,
  content: () => Uint8Array,
  words: RegExp,
): HostileCase {
  return {
    name: `pytorch-${name}`,
    what,
    way: 'pytorch',
    content: () => ({ 'pytorch_model.bin': content() }),
    error: 'CheckpointError',
    words,
  }
}
