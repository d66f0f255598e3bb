import { adapters as shippedAdapters } from '@tintjs/families'
import type { Adapter } from '@tintjs/inner'
import { loadAdapters } from './own-adapters'

/** What `--adapter` has brought into this process. */
const own: Adapter[] = []

/** The families that this process knows: its user's own first, so that they can take the place of a known one. */
export function adapters(): readonly Adapter[] {
  return [...own, ...shippedAdapters]
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
