import { Command, CommanderError } from 'commander'
import type { AdapterOptions } from './command-options'
import { exitCodes, messageFor, UsageError } from './failures'
import { interruption } from './interruption'
import { paragraph } from './output/wrap'
import { packageVersion } from './package-version'
import { reportMissingTogether } from './required-options'

/** A command's module: adds its arguments, options and action. Loaded when the command is asked for, not before. */
export interface CommandModule {
  configure(command: Command): void
}

/** Every command, in the order of `--help`. */
const commands: readonly { name: string; summary: string; load(): Promise<CommandModule> }[] = [
  {
    name: 'demo',
    summary: 'a model learns from the first part of a text and predicts the rest better: start here',
    load: () => import('./commands/demo'),
  },
  {
    name: 'step',
    summary: 'one training step inside a forward pass, on your model and token ids',
    load: () => import('./commands/step'),
  },
  {
    name: 'generate',
    summary: 'learns a context, then continues a prompt, with and without having learned',
    load: () => import('./commands/generate'),
  },
  {
    name: 'perplexity',
    summary: 'how much learning from its context gains a model, over a whole text',
    load: () => import('./commands/perplexity'),
  },
  {
    name: 'evaluate',
    summary: 'how well a model does a labelling task after learning from demonstrations',
    load: () => import('./commands/evaluate'),
  },
  {
    name: 'merge',
    summary: 'puts the shards of a run together that several machines have computed',
    load: () => import('./commands/merge'),
  },
  {
    name: 'report',
    summary: 'one or several finished runs: tables, curves, and which differences are more than chance',
    load: () => import('./commands/report'),
  },
  {
    name: 'fidelity',
    summary: "how near each of TinT's approximations is to exact back-propagation",
    load: () => import('./commands/fidelity'),
  },
  {
    name: 'inspect',
    summary: "a model's layers, sizes and parameters, from its headers alone",
    load: () => import('./commands/inspect'),
  },
  {
    name: 'construct',
    summary: 'builds the simulator of a model, the large transformer itself, and saves it',
    load: () => import('./commands/construct'),
  },
  {
    name: 'serve-explorer',
    summary: 'a page for your browser that shows all of this at work, on your own texts and models',
    load: () => import('./commands/serve-explorer'),
  },
  {
    name: 'bench',
    summary: 'how long a step of a given shape takes here, and at what rate',
    load: () => import('./commands/bench'),
  },
  {
    name: 'doctor',
    summary: 'what computes here, how fast, and what to do to make it faster',
    load: () => import('./commands/doctor'),
  },
]

const closing = [
  'Every command takes --json (one JSON object on stdout, all else on stderr) and --help. Nothing but ids of the ' +
    'Hugging Face hub and a --queue makes a command use the network; with --offline, or HF_HUB_OFFLINE=1, ids are ' +
    'looked up in the cache alone.',
  'Exit codes: 0 done; 1 failure, which includes values that are out of range; 2 a command line that cannot be ' +
    'understood; 130 stopped by Ctrl-C. TINT_DEBUG=1 shows where a failure happened.',
]

/**
 * Runs the command that the arguments ask for.
 *
 * @param args what follows the program's name
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const program = commandLine()
  interruption.listen()
  try {
    await program.parseAsync(withHelp(args), { from: 'user' })
    return exitCodes.done
  } catch (error) {
    if (interruption.signal.aborted) return interruption.exit()
    // Commander has already said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    const { message, exitCode } = messageFor(error)
    process.stderr.write(`tint: ${message}\n`)
    return exitCode
  }
}

/** The bare name shows what there is, and `help step` is `step --help`, which loads the command's options first. */
function withHelp(args: readonly string[]): string[] {
  const [first, ...rest] = args
  return first === undefined || first === 'help' ? [...rest, '--help'] : [...args]
}

function commandLine(): Command {
  const program = new Command('tint')
    .description('Language models that learn from their context inside one forward pass (TinT).')
    .version(packageVersion(), '-V, --version', 'the version of this program')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addHelpText('after', () => `\n${closing.map((text) => paragraph(text)).join('\n')}`)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'tint: ')) })
    .showSuggestionAfterError()

  for (const { name, summary } of commands) {
    program
      .command(name)
      .description(summary)
      .helpOption('-h, --help', 'this text')
      .option('--offline', 'no network: what is on the hub has to be in the cache')
  }
  // Commands load their packages when they are asked for, so that --help stays quick.
  program.hook('preSubcommand', async (_, command) => {
    const entry = commands.find(({ name }) => name === command.name())
    const module = await entry?.load()
    module?.configure(command)
    reportMissingTogether(command)
  })
  program.hook('preAction', async (_, command) => {
    const { offline, queue } = command.opts<{ offline?: true; queue?: string }>()
    // As Hugging Face's libraries have it; processes that compute for this one read it too.
    if (offline) process.env.HF_HUB_OFFLINE = '1'
    if (queue !== undefined && (await import('@tintjs/inner/node')).isHubOffline())
      throw new UsageError('--queue is a Redis on a network; leave it, or --offline and HF_HUB_OFFLINE, out.')
  })
  program.hook('preAction', async (_, command) => {
    const { adapter } = command.opts<AdapterOptions>()
    if (adapter !== undefined) await (await import('./families')).useAdapters(adapter)
  })
  return program
}
