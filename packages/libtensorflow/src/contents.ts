import type { Target } from './platform.js'

/** The C API's headers that the binding reads, below the wheel's `tensorflow/include`. */
export const HEADERS = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/c_api_macros.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/c/tf_attrtype.h',
  'tensorflow/c/tf_buffer.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/c/tf_tstring.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
]

const CUDA_LIBRARY = /^nvidia\/[a-z0-9_]+\/lib\/[A-Za-z0-9_][A-Za-z0-9._+-]*\.so[0-9.]*$/

/** The names that must be in TensorFlow's wheel, and where each goes in the cache. */
export function requiredNames(target: Target): Map<string, string> {
  return new Map([
    ...target.libraries.map(({ file }): [string, string] => [`tensorflow/${file}`, `lib/${file}`]),
    ...HEADERS.map((header): [string, string] => [`tensorflow/include/${header}`, `include/${header}`]),
  ])
}

/**
 * Where a file of a wheel goes in the cache, or null for a file that is not wanted. Only names spelled out here are
 * ever used, whatever the archive says. TensorFlow's own search path finds CUDA in `../nvidia` beside `lib`.
 */
export function destinationOf(target: Target, name: string): string | null {
  const required = requiredNames(target).get(name)
  if (required !== undefined) return required
  return target.gpu && CUDA_LIBRARY.test(name) ? name : null
}
