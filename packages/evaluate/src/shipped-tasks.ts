import { readdir } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InputError } from '@tintjs/tensor'
import { readWholeFile, type UnreadableFileError } from '@tintjs/tensor/node'
import { longestTask, parseTask } from './tasks/parse-task'
import type { TaskDefinition } from './tasks/task'

// This module lies as deep in the package as what is built of it.
const folder = new URL('../tasks/', import.meta.url)

/** The names of the tasks that come with the package, in alphabetical order. */
export async function shippedTasks(): Promise<string[]> {
  const files = await readdir(fileURLToPath(folder))
  return files
    .filter((file) => extname(file) === '.yaml')
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort()
}

/**
 * Reads a task.
 *
 * @param nameOrPath of a task that comes with the package, such as `sst2`, or the path of a YAML file
 * @throws InputError for a name that no task has, and for a file that is missing or not valid
 */
export async function loadTask(nameOrPath: string): Promise<TaskDefinition> {
  const isPath = /[./\\]/.test(nameOrPath)
  const names = isPath ? [] : await shippedTasks()
  if (!isPath && !names.includes(nameOrPath)) {
    throw new InputError(
      `There is no task ${nameOrPath}; expected one of ${names.join(', ')}, or the path of a task's YAML file.`,
    )
  }
  const path = isPath ? nameOrPath : fileURLToPath(new URL(`${nameOrPath}.yaml`, folder))
  const bytes = await readWholeFile(path, longestTask).catch(({ problem }: UnreadableFileError) => {
    throw new InputError(`The task ${path} ${problem}; expected a YAML file.`)
  })
  return parseTask(new TextDecoder().decode(bytes), path)
}
