import { readdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { InputError } from '@tintjs/tensor'

/**
 * Checks that a file can be written later, before anything long begins.
 *
 * @throws InputError when its folder does not exist, or a folder has its name
 */
export async function checkOutputFile(option: string, path: string): Promise<void> {
  const folder = dirname(resolve(path))
  if (!(await kindOf(folder))?.isDirectory()) {
    throw new InputError(`The folder ${folder} of ${option} does not exist; create it first.`)
  }
  if ((await kindOf(path))?.isDirectory()) {
    throw new InputError(`${path} of ${option} is a folder; expected the name of a file.`)
  }
}

/**
 * Checks that a folder can be made later: it does not exist yet, or it is empty.
 *
 * @throws InputError when it holds files, which are not this command's to replace
 */
export async function checkOutputFolder(option: string, path: string): Promise<void> {
  const found = await kindOf(path)
  if (found === undefined) return checkOutputFile(option, path)
  if (!found.isDirectory()) {
    throw new InputError(`${path} of ${option} is a file; expected a new or empty folder.`)
  }
  const content = await readdir(path)
  if (content.length > 0) {
    throw new InputError(
      `The folder ${path} of ${option} already holds ${content.length} files, such as ${content[0]}; expected a new or empty one.`,
    )
  }
}

/** Files of a command, by the options that name them; what is not given is left out. */
export type NamedFiles = Readonly<Record<string, string | undefined>>

/**
 * Checks that no output replaces another one, an input, or a file of the model.
 *
 * @param folder the model's folder
 * @throws InputError naming both options
 */
export function checkNothingReplaced(outputs: NamedFiles, inputs: NamedFiles, folder: string): void {
  const taken = new Map(given(inputs).map(([option, path]) => [resolve(path), option]))
  const model = resolve(folder)
  for (const [option, path] of given(outputs)) {
    const place = resolve(path)
    const other = taken.get(place)
    if (other !== undefined) {
      throw new InputError(`${option} and ${other} both name ${path}; expected another file for ${option}.`)
    }
    if (place === model || dirname(place) === model) {
      throw new InputError(
        `${path} of ${option} lies in the model's folder ${folder}; expected a place outside of it.`,
      )
    }
    taken.set(place, option)
  }
}

function given(files: NamedFiles): [option: string, path: string][] {
  return Object.entries(files).flatMap(([option, path]) => (path === undefined ? [] : [[option, path]]))
}

async function kindOf(path: string) {
  return stat(path).catch(() => undefined)
}
