import type { Command } from 'commander'

/**
 * Takes over from commander the check of a command's required options. Commander's own names the first that is missing,
 * and does so before it looks for misspelt ones; here all that are missing are named, after the misspelt one. The help
 * says which are required.
 */
export function reportMissingTogether(command: Command): void {
  const required = command.options.filter(({ mandatory }) => mandatory)
  for (const option of required) {
    option.mandatory = false
    option.description = `${option.description} (required)`
  }
  command.hook('preAction', () => {
    const missing = required.filter((option) => command.getOptionValue(option.attributeName()) === undefined)
    if (missing.length === 0) return
    const list = missing.map(({ flags }) => flags).join(', ')
    command.error(`error: missing the required ${missing.length === 1 ? 'option' : 'options'} ${list}`)
  })
}
