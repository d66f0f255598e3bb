import { ConfigError } from '@tintjs/tensor'
import type { Adapter } from './adapter'

/**
 * The adapter for a configuration, by its `model_type`.
 *
 * @throws ConfigError when no adapter is given for that family
 */
export function adapterFor(config: unknown, adapters: readonly Adapter[]): Adapter {
  const family =
    typeof config === 'object' && config !== null && 'model_type' in config ? config.model_type : undefined
  const adapter = adapters.find((candidate) => candidate.family === family)
  if (adapter !== undefined) return adapter
  const known = adapters.map((candidate) => candidate.family).join(', ') || 'none'
  throw new ConfigError(
    `config.json has model_type ${JSON.stringify(family) ?? 'missing'}, an unsupported architecture; expected one of the given adapters: ${known}.`,
  )
}
