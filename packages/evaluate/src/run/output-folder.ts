import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { InputError } from '@tintjs/tensor'
import { holdFolder, holdName, writeFileAtomically } from '@tintjs/tensor/node'
import { type ConfigurationForm, firstDifference } from './configuration-form'
import { jsonOrUndefined } from './json'

/** The files of a run's folder. */
export const outputFiles = {
  configuration: 'configuration.json',
  samples: 'samples.jsonl',
  /** Some contexts token by token; a merged run has none. */
  examples: 'examples.json',
  results: 'results.json',
  report: 'report.html',
} as const

/** What a kill in the middle of `writeFileAtomically` or `holdFolder` may leave. */
const leftOver =
  /^\.(configuration\.json|examples\.json|results\.json|report\.html|\.in-use)\.[0-9a-f-]+\.tmp$/

/**
 * Checks before anything is computed that a folder can be used: it is new or empty, or a run is to go on in it.
 *
 * @param options `resume`: whether a run is to go on; `remedy`: what to do where it holds one that is not to
 * @throws InputError when it holds files and no run is to go on, or files of something else
 */
export async function checkOutputFolder(
  folder: string,
  {
    resume,
    remedy = 'give --resume to go on with it, or another folder',
  }: { readonly resume: boolean; readonly remedy?: string },
): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) return
  if (!found.isDirectory()) {
    throw new InputError(`${folder} is a file; expected a new or empty folder for the results.`)
  }
  const content = (await readdir(folder)).filter((name) => name !== holdName && !leftOver.test(name))
  if (content.length === 0 || (resume && content.includes(outputFiles.configuration))) return
  const isRun = content.includes(outputFiles.configuration)
  throw new InputError(
    isRun
      ? `The folder ${folder} holds a run already; ${remedy}.`
      : `The folder ${folder} holds ${content.length} files, such as ${content[0]}, and no run to go on with; expected a new or empty folder.`,
  )
}

/** How a run's folder is opened. */
export interface OpenFolderOptions {
  /** Whether a run may go on in it. */
  readonly resume: boolean
  /** Told when a process on another computer seems to be at work there, and has to be watched for so many seconds. */
  readonly onWatch?: ((seconds: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Makes a run's folder, or opens the one in which the same run has begun, and holds it for this process.
 *
 * @param configuration of this run; written to the folder when it is new
 * @returns gives the folder back to others; that also happens when the process exits
 * @throws InputError naming the first difference when the folder holds a run of another configuration, and when another
 *   process is at work in it
 */
export async function openOutputFolder<Configuration extends object>(
  folder: string,
  form: ConfigurationForm<Configuration>,
  configuration: Configuration,
  options: OpenFolderOptions,
): Promise<() => void> {
  await checkOutputFolder(folder, options)
  await makeFolder(folder)
  const release = await holdFolder(folder, {
    ...options,
    advice: 'wait for it to end, then resume, or give another folder.',
  })
  try {
    await begin(folder, form, configuration)
    return release
  } catch (error) {
    release()
    throw error
  }
}

/** In a folder that is held. */
async function begin<Configuration extends object>(
  folder: string,
  form: ConfigurationForm<Configuration>,
  configuration: Configuration,
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (leftOver.test(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
  const before = await readConfiguration(folder, form)
  if (before === undefined) {
    await writeJson(join(folder, outputFiles.configuration), form.parse(configuration))
    return
  }
  const difference = firstDifference(form, before, configuration)
  if (difference === undefined) return
  throw new InputError(
    `The folder ${folder} holds results of another configuration: ${difference.field} was ${difference.before} and is ` +
      `${difference.now} now. Give the same options and files to go on with it, or another folder.`,
  )
}

/**
 * The configuration of the run in a folder.
 *
 * @returns undefined where there is none
 * @throws InputError for a file that is no configuration of this version
 */
export async function readConfiguration<Configuration extends object>(
  folder: string,
  form: ConfigurationForm<Configuration>,
): Promise<Configuration | undefined> {
  const path = join(folder, outputFiles.configuration)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new InputError(`${path} cannot be read (${error.code}); check that it is a file that you may read.`)
  })
  if (text === undefined) return undefined
  const { success, data } = form.safeParse(jsonOrUndefined(text))
  if (success) return data
  throw new InputError(
    `${path} is not the configuration of a run that this version can go on with; use another folder.`,
  )
}

/** Writes JSON for people and programs, whole or not at all. */
export async function writeJson(path: string, content: object): Promise<void> {
  await writeFileAtomically(path, [`${JSON.stringify(content, undefined, 2)}\n`])
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await makeWithParents(resolve(folder))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new InputError(
      `The folder ${folder} could not be made (${code}); check that its parent may be written.`,
    )
  }
}

/** Node's own `recursive` never ends where a folder exists but takes no new ones, as in `/proc`. */
async function makeWithParents(folder: string): Promise<void> {
  const made = await mkdir(folder).catch((error: NodeJS.ErrnoException) => error)
  if (made === undefined || (made.code === 'EEXIST' && (await stat(folder)).isDirectory())) return
  if (made.code !== 'ENOENT') throw made
  await makeWithParents(dirname(folder))
  await mkdir(folder)
}
