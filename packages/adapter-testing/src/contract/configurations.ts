import type { Adapter } from '@tintjs/inner'
import { ConfigError } from '@tintjs/tensor'
import { expect, it, type TestContext } from 'vitest'

/** A configuration that the adapter must refuse, by a sentence that says why. */
export interface AdapterRefusal {
  /** Fields that replace those of a configuration that is right. */
  readonly fields: Readonly<Record<string, unknown>>
  /** What the error's message has to contain, the field's name first of all. */
  readonly message: string
}

/** Fields that no adapter can know must be named, as must those that this one cannot do. */
export function registerConfigurations(
  adapter: Adapter,
  config: Readonly<Record<string, unknown>>,
  refusals: readonly AdapterRefusal[],
): void {
  // One cause, one failure: what is refused as it is, is not tried with other fields.
  const refused = (context: TestContext, fields: Readonly<Record<string, unknown>>, words: string) => {
    if (!isUnderstood(adapter, config)) context.skip('The configuration itself is refused.')
    const describing = () => adapter.describe({ ...config, ...fields })
    expect(describing).toThrow(ConfigError)
    expect(describing).toThrow(words)
  }

  it('describes the configuration that it is given, of its own family', () => {
    expect(config.model_type).toBe(adapter.family)
    expect(adapter.describe(config).family).toBe(adapter.family)
  })

  it('refuses a field that it does not know, by name', (context) => {
    refused(context, { a_field_of_tomorrow: 0.5 }, 'a_field_of_tomorrow = 0.5')
  })

  it('refuses what is no configuration', () => {
    for (const nothing of [null, [], 'config', 3])
      expect(() => adapter.describe(nothing)).toThrow(ConfigError)
  })

  for (const { fields, message } of refusals) {
    it(`refuses ${JSON.stringify(fields)}`, (context) => refused(context, fields, message))
  }
}

function isUnderstood(adapter: Adapter, config: unknown): boolean {
  try {
    adapter.describe(config)
    return true
  } catch {
    return false
  }
}
