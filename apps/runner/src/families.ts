import type { Adapter } from '@tintjs/inner'
import { bloom } from '@tintjs/inner-bloom'
import { gptNeoX } from '@tintjs/inner-gpt-neox'
import { gpt2 } from '@tintjs/inner-gpt2'
import { gptj } from '@tintjs/inner-gptj'
import { llamaFamily } from '@tintjs/inner-llama'
import { opt } from '@tintjs/inner-opt'
import { phi } from '@tintjs/inner-phi'
import { stablelm } from '@tintjs/inner-stablelm'
import { loadAdapters } from './own-adapters'

/** The families that come with this command. */
export const knownAdapters: readonly Adapter[] = [
  gpt2,
  opt,
  ...llamaFamily,
  gptNeoX,
  gptj,
  bloom,
  stablelm,
  phi,
]

/** What `--adapter` has brought into this process. */
const own: Adapter[] = []

/** The families that this process knows: its user's own first, so that they can take the place of a known one. */
export function adapters(): readonly Adapter[] {
  return [...own, ...knownAdapters]
}

/**
 * Makes the adapters of modules known to this process, before any model is looked at. For all of its life: a process
 * runs one command.
 *
 * @param modules values of `--adapter`
 * @throws InputError as `loadAdapters` does
 */
export async function useAdapters(modules: readonly string[] = []): Promise<void> {
  for (const name of modules) own.push(...(await loadAdapters(name)))
}
