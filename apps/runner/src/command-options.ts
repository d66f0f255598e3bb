import type { EngineName } from '@tintjs/tensor'
import { type Command, InvalidArgumentError, Option } from 'commander'

/** What every command takes. */
export interface CommonOptions {
  readonly json?: true
}

/** What every command takes that computes. */
export interface EngineOptions extends CommonOptions {
  readonly engine: EngineName | 'auto'
}

/**
 * Adds `--engine` and `--json`.
 *
 * @param purpose what the engine is for
 */
export function addEngineOptions(
  command: Command,
  purpose = 'what computes; auto takes the fastest that runs here',
): Command {
  const engine = new Option('--engine <name>', purpose)
  return (
    command
      // As written in engineNames of @tintjs/tensor, which would load the engine's packages for a `--help`.
      .addOption(engine.choices(['auto', 'tensorflow', 'wasm', 'cpu']).default('auto'))
      .option('--json', 'print exactly one JSON object on stdout, and nothing else there')
  )
}

/** What every command takes that reads a model. */
export interface AdapterOptions {
  /** Modules of own adapters, which `command-line.ts` loads before the command runs. */
  readonly adapter?: readonly string[]
}

/** Adds `--adapter`, which may be given several times. */
export function addAdapterOption(command: Command): Command {
  return command.option(
    '--adapter <module>',
    'code of yours that reads another family: a JavaScript file or an installed package; several times for several',
    (name: string, before: readonly string[] = []) => [...before, name],
  )
}

/**
 * Reads a number. Whether it is in range is for the package that uses it to say.
 *
 * @throws InvalidArgumentError for what is no number at all
 */
export function parseNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isNaN(value)) throw new InvalidArgumentError(`"${text}" is not a number.`)
  return value
}

/** Reads numbers separated by commas. @throws InvalidArgumentError as {@link parseNumber} */
export function parseNumbers(text: string): number[] {
  return text.split(',').map(parseNumber)
}
