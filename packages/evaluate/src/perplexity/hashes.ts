import { createHash } from 'node:crypto'
import type { Context } from '../text/contexts'

/** SHA-256 of contexts' token ids, as 32-bit numbers one after another. */
export function hashTokens(contexts: readonly Context[]): string {
  const hash = createHash('sha256')
  for (const { tokens } of contexts) {
    hash.update(new Uint8Array(Int32Array.from(tokens).buffer))
  }
  return hash.digest('hex')
}
