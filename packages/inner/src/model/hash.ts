import { createHash } from 'node:crypto'
import { allParameters } from './description'
import type { InnerModel } from './inner-model'

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
