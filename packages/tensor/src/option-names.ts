import { InputError } from './errors'

/**
 * A misspelt option would be ignored in silence.
 *
 * @param whose what the options are of, for the message
 * @throws InputError naming the first that is unknown
 */
export function checkOptionNames(
  whose: string,
  options: object,
  known: Readonly<Record<string, true>>,
): void {
  const unknown = Object.keys(options ?? {}).find((name) => !Object.hasOwn(known, name))
  if (unknown === undefined && typeof options === 'object') return
  const found = unknown === undefined ? `no options` : `the option "${unknown}"`
  throw new InputError(`The ${whose} got ${found}; expected some of ${Object.keys(known).join(', ')}.`)
}
