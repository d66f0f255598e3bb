import { writeFileAtomically } from '../files/atomic-write'
import { type EncodeOptions, encodeSafetensors, type NamedTensor } from './encode'

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
