import { ConfigError, shown } from '@tintjs/tensor'
import type { Adapter } from './adapter'
import { packageOfFamily, refuseOtherKinds } from './families'

/**
 * The adapter for a configuration, by its `model_type`.
 *
 * @throws ConfigError when no adapter is given for that family, with the package that has one, where one is known; and
 *   for mixtures of experts, encoder-decoders and quantised checkpoints
 */
export function adapterFor(config: unknown, adapters: readonly Adapter[]): Adapter {
  const fields = typeof config === 'object' && config !== null ? { ...config } : {}
  const family = 'model_type' in fields ? fields.model_type : undefined
  const adapter = adapters.find((candidate) => candidate.family === family)
  // What the adapter does not support, it names itself when it describes the model.
  if (adapter !== undefined) return adapter
  refuseOtherKinds(fields)
  const known = adapters.map((candidate) => candidate.family).join(', ') || 'none'
  const packageName = packageOfFamily(family)
  if (packageName !== undefined) {
    throw new ConfigError(
      `config.json has model_type ${shown(family)}, whose adapter is not among the given ones: ${known}; install ${packageName} and give its adapter too.`,
    )
  }
  throw new ConfigError(
    `config.json has model_type ${family === undefined ? 'missing' : shown(family)}, an unsupported architecture; expected one of the given adapters: ${known}. docs/write-an-adapter.md of TinT says how to give one of your own.`,
  )
}
