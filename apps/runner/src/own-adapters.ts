import { stat } from 'node:fs/promises'
import { resolve as resolvePath } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Adapter } from '@tintjs/inner'
import { ConfigError, InputError } from '@tintjs/tensor'
import { resolve as resolvePackage } from 'import-meta-resolve'
import * as z from 'zod'
import { isExplained } from './failures'

/** What `defineAdapter` of `@tintjs/inner` makes, of whichever copy of that package. */
const adapterSchema = z.object({
  family: z.string().min(1),
  describe: z.custom<Adapter['describe']>((value) => typeof value === 'function'),
})

/**
 * Loads the adapters that a module exports, each by itself or several in an array. The module is code, and runs as part
 * of this program.
 *
 * @param name a file, relative to the working folder, or a package that is installed there
 * @returns at least one; what they throw without an explanation is told as a fault of the adapter
 * @throws InputError for a module that is not found, that fails when it is loaded, or that exports none or two of one family
 */
export async function loadAdapters(name: string): Promise<readonly Adapter[]> {
  const exported: Record<string, unknown> = await importModule(name)
  const values = Object.values(exported).flatMap((value) => (Array.isArray(value) ? value : [value]))
  const adapters = [...new Set(values)].filter((value) => adapterSchema.safeParse(value).success) as Adapter[]
  if (adapters.length === 0) {
    throw new InputError(
      `--adapter ${name} exports ${listOf(Object.keys(exported))}, and no adapter; expected a module that exports what defineAdapter of @tintjs/inner makes.`,
    )
  }
  const twice = adapters.find(
    ({ family }, index) => adapters.findIndex((one) => one.family === family) < index,
  )
  if (twice !== undefined) {
    throw new InputError(
      `--adapter ${name} exports two adapters of the family ${twice.family}; expected one.`,
    )
  }
  return adapters.map((adapter) => explainingItself(adapter, name))
}

async function importModule(name: string): Promise<Record<string, unknown>> {
  const place = await placeOf(name)
  try {
    return await import(place)
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
    const advice =
      code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(place)
        ? ' TypeScript is read by Node 22.18 and newer; compile it for this one.'
        : ''
    throw new InputError(`--adapter ${name} cannot be loaded: ${reasonOf(error)}${advice}`, { cause: error })
  }
}

/** The address of a module: of a file where there is one or where the name is a path, else of a package. */
async function placeOf(name: string): Promise<string> {
  const path = resolvePath(name)
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) return pathToFileURL(path).href
  if (found !== undefined || /^\.{0,2}[/\\]|^[a-z]:[/\\]/i.test(name)) {
    throw new InputError(
      `--adapter names ${path}, which is ${found === undefined ? 'not there' : 'a folder'}; expected a JavaScript module, or the name of an installed package.`,
    )
  }
  try {
    return resolvePackage(name, pathToFileURL(resolvePath('package.json')).href)
  } catch (error) {
    throw new InputError(
      `--adapter ${name} is neither a file nor a package that is installed in ${process.cwd()}: ${reasonOf(error)} ` +
        `Install it there, or give a path such as ./adapter.js.`,
      { cause: error },
    )
  }
}

/** An adapter whose own slips are told as such, and not as defects of this program. */
function explainingItself({ family, describe }: Adapter, name: string): Adapter {
  return {
    family,
    describe(config, tensors) {
      try {
        const description = describe(config, tensors)
        // Whatever else it gives would be taken for a defect of this program, further on.
        if (!Array.isArray((description as Partial<typeof description> | undefined)?.blocks)) {
          throw new Error('describe gives no description of a model; make the adapter with defineAdapter.')
        }
        return description
      } catch (error) {
        if (error instanceof Error && isExplained(error)) throw error
        throw new ConfigError(`The adapter of ${family} in ${name} failed: ${reasonOf(error)}`, {
          cause: error,
        })
      }
    },
  }
}

/** The first few of some names. */
function listOf(names: readonly string[]): string {
  if (names.length === 0) return 'nothing'
  return names.length > 5 ? `${names.slice(0, 5).join(', ')}, ...` : names.join(', ')
}

/** What an error says, as a sentence. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return /[.!?]$/.test(message) ? message : `${message}.`
}
