#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { InstallError, messageOf } from './errors.js'
import { type InstallResult, installNative } from './install.js'
import { PACKAGE } from './project.js'
import { removeNative } from './remove.js'
import { type NativeStatus, nativeStatus } from './status.js'
import { streamReporter } from './terminal.js'
import { TENSORFLOW_VERSION } from './wheels.js'

const FAILURE = 1
const USAGE = 2

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const program = new Command('tint-libtensorflow')
  .description(`Gives ${PACKAGE} the native TensorFlow ${TENSORFLOW_VERSION} that it runs on`)
  .version(String(version))
  .exitOverride()

const PACKAGE_OPTION = ['--package <dir>', `the folder of ${PACKAGE}, instead of looking for it`] as const

program
  .command('install')
  .description(
    'download TensorFlow (once a computer), compile the binding, try it; nothing where it is in place',
  )
  .option('--gpu', "the CUDA 12 build with NVIDIA's libraries (Linux x64, 3.3 GB)")
  .option('--from <path>', 'a wheel, a folder with the wheels or an unpacked folder, instead of a download')
  .option('--force', 'install again even if it is in place')
  .option(...PACKAGE_OPTION)
  .action(async (options: { gpu?: true; from?: string; force?: true; package?: string }) => {
    const { package: packageFolder, ...rest } = options
    const reporter = streamReporter(process.stderr)
    const result = await installNative({ ...rest, ...(packageFolder ? { packageFolder } : {}), reporter })
    console.log(sentenceOf(result))
  })

program
  .command('status')
  .description('what is installed and whether it loads (exit code 1 where it does not)')
  .option('--json', 'one JSON object')
  .option(...PACKAGE_OPTION)
  .action(async (options: { json?: true; package?: string }) => {
    const status = await nativeStatus(options.package ? { packageFolder: options.package } : {})
    console.log(options.json ? JSON.stringify(status, null, 2) : describe(status))
    if (!status.loads?.ok) process.exitCode = FAILURE
  })

program
  .command('remove')
  .description('take the library and the binding out of the project')
  .option('--cache', 'delete the downloads of all projects as well')
  .option(...PACKAGE_OPTION)
  .action(async (options: { cache?: true; package?: string }) => {
    const { package: packageFolder, ...rest } = options
    const { removed } = await removeNative({ ...rest, ...(packageFolder ? { packageFolder } : {}) })
    console.log(removed.length === 0 ? 'There is nothing to remove.' : `Removed ${removed.join(', ')}.`)
  })

function sentenceOf({ changed, tensorflow, target, packageFolder, cached }: InstallResult): string {
  if (!changed) return `TensorFlow ${tensorflow} (${target}) is already installed in ${packageFolder}.`
  const origin = cached.library && cached.binding ? ', all from the cache' : ''
  return `TensorFlow ${tensorflow} (${target}) is installed in ${packageFolder} and works${origin}.`
}

function describe(status: NativeStatus): string {
  const { platform, package: found, library, binding, loads, cache, advice } = status
  const libraryText = library && `TensorFlow ${library.version} (${library.target})`
  const lines = {
    platform: platform.supported
      ? platform.name
      : `${platform.name}: no native TensorFlow, the WASM engine serves`,
    package: found === null ? `no ${PACKAGE} here` : `${PACKAGE} ${found.version} in ${found.folder}`,
    library:
      libraryText === null
        ? 'none installed by this command'
        : [libraryText, library?.missing].filter(Boolean).join(', but '),
    binding: binding?.present ? binding.path : 'none',
    loads: loads === null ? 'no' : loads.ok ? `yes, TensorFlow ${loads.tensorflow}` : `no: ${loads.reason}`,
    cache: `${cache.path ?? 'no place for it: set TINT_CACHE'} (${cache.entries.join(', ') || 'empty'})`,
    ...(advice === null ? {} : { problem: advice.problem }),
    ...(advice === null || advice.commands.length === 0 ? {} : { do: advice.commands.join(' && ') }),
  }
  return Object.entries(lines)
    .map(([name, text]) => `${name.padEnd(9)}${text}`)
    .join('\n')
}

process.umask(process.umask() | 0o002) // nothing that every user of the computer can write

for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  process.once(signal, () => process.exit(128 + number)) // children and temporary files go with the exit
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE
  } else {
    console.error(error instanceof InstallError ? error.message : `Unexpected failure: ${messageOf(error)}`)
    process.exitCode = FAILURE
  }
}
