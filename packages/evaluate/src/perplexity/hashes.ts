import { createHash } from 'node:crypto'
import { allParameters, type InnerModel } from '@tintjs/inner'
import type { Context } from '../text/contexts'

/**
 * SHA-256 of a loaded model: its layers, and its weights as they are computed with (float32). It does not depend on
 * the files that it came from: the same weights in another format or other shards give the same.
 */
export async function hashModel({ description, weights }: InnerModel): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(description))
  for (const reference of allParameters(description)) {
    const values = await weights.get(reference).data<'float32'>()
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  return hash.digest('hex')
}

/** SHA-256 of contexts' token ids, as 32-bit numbers one after another. */
export function hashTokens(contexts: readonly Context[]): string {
  const hash = createHash('sha256')
  for (const { tokens } of contexts) {
    hash.update(new Uint8Array(Int32Array.from(tokens).buffer))
  }
  return hash.digest('hex')
}
