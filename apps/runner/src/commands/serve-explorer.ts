import { InputError } from '@tintjs/tensor'
import type { Command } from 'commander'
import { addEngineOptions, type CommonOptions, parseNumber } from '../command-options'
import { explorerFolder, servePage } from '../explorer/static-files'
import { interruption } from '../interruption'
import { printJson } from '../output/print'

interface ServeOptions extends CommonOptions {
  readonly port: number
  readonly host: string
}

/** Adds the options and the action of `tint serve-explorer`. */
export function configure(command: Command): void {
  command
    .option('--port <number>', 'where the page is served; 0 takes any port that is free', parseNumber, 4310)
    .option(
      '--host <address>',
      'who may ask: 127.0.0.1 is this machine alone, 0.0.0.0 all others too',
      '127.0.0.1',
    )
  addEngineOptions(command, 'taken as everywhere, but not used: the browser computes').action(run)
}

async function run({ port, host, json }: ServeOptions): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InputError(`--port is ${port}; expected a whole number from 0 to 65535.`)
  }
  const page = await servePage(explorerFolder(), { host, port })
  if (json) printJson({ url: page.url })
  else process.stdout.write(`The explorer is at ${page.url} (Ctrl-C stops it).\n`)
  const { signal } = interruption
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  await page.close()
  signal.throwIfAborted()
}
