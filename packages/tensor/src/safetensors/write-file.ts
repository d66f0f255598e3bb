import { writeFileAtomically } from '../files/atomic-write'
import {
  type DeferredTensor,
  type EncodeOptions,
  encodeDeferredSafetensors,
  encodeSafetensors,
  type NamedTensor,
} from './encode'

/**
 * Writes a safetensors file; the path holds either the whole new file or what was there before.
 *
 * @param path the file; its folder must exist
 * @throws InputError where {@link encodeSafetensors} does (before anything is written) and where the file cannot be
 *   written
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: Iterable<NamedTensor>,
  options: EncodeOptions = {},
): Promise<void> {
  await writeFileAtomically(path, encodeSafetensors(tensors, options))
}

/**
 * As {@link writeSafetensorsFile}, but reads each tensor only when it is its turn, so that a file may be larger than
 * the memory. Errors of `read` pass through unchanged and leave what was there before.
 */
export async function writeDeferredSafetensorsFile(
  path: string,
  tensors: Iterable<DeferredTensor>,
  options: EncodeOptions = {},
): Promise<void> {
  await writeFileAtomically(path, encodeDeferredSafetensors(tensors, options))
}
