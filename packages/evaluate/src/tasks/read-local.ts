import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { InputError } from '@tintjs/tensor'
import { readWholeFile, type UnreadableFileError } from '@tintjs/tensor/node'
import type { PlacedRow } from '../datasets/row'
import { decodeText, localRows } from './local-rows'
import type { LocalData, TaskDefinition } from './task'
import { type TaskData, taskData } from './task-data'

/** A task's examples with what they were read from. */
export interface ReadTaskData extends TaskData {
  /** SHA-256 of all files that were read, one after the other, in hexadecimal digits. */
  readonly sha256: string
}

/**
 * Reads a task's examples from a folder that has its files, in the layout that the task names.
 *
 * @throws InputError for a task without local data, a file that is missing, a row that does not fit (with file and line)
 */
export async function readLocalTask(task: TaskDefinition, folder: string): Promise<ReadTaskData> {
  const { local } = task
  if (local === undefined) {
    throw new InputError(`The task ${task.name} names no local files; expected local in its YAML file.`)
  }
  const hash = createHash('sha256')
  const read = async (file: string): Promise<Uint8Array> => {
    const bytes = await readData(task, folder, file)
    hash.update(bytes)
    return bytes
  }
  if (local.format === 'csv' && local.classes !== undefined) {
    checkClasses(task, local, await read(local.classes), join(folder, local.classes))
  }
  const rowsOf = async (files: readonly string[]): Promise<PlacedRow[]> => {
    const rows: PlacedRow[] = []
    for (const file of files) {
      for (const row of localRows(local, await read(file), join(folder, file))) rows.push(row)
    }
    return rows
  }
  const train = local.train && (await rowsOf(local.train))
  const test = await rowsOf(local.test)
  return { ...taskData(task, local, { train, test }), sha256: hash.digest('hex') }
}

/** SHA-256 of all that a task's definition says, in hexadecimal digits; comments and line breaks do not matter. */
export function hashTask(task: TaskDefinition): string {
  return createHash('sha256').update(JSON.stringify(task)).digest('hex')
}

async function readData(task: TaskDefinition, folder: string, file: string): Promise<Uint8Array> {
  return readWholeFile(join(folder, file)).catch(({ problem }: UnreadableFileError) => {
    throw new InputError(
      `${join(folder, file)} ${problem}; expected it, as the task ${task.name} reads it. Name the folder that holds it.`,
    )
  })
}

/** The file tells how many classes there are; the task says what each is called in its prompts. */
function checkClasses(
  { name, labels }: TaskDefinition,
  local: LocalData,
  bytes: Uint8Array,
  file: string,
): void {
  const names = decodeText(bytes, local.encoding, file)
    .split('\n')
    .filter((line) => line.trim() !== '')
  if (names.length === labels.length) return
  throw new InputError(
    `${file} names ${names.length} classes; expected ${labels.length}, as the task ${name} has (${labels.join(', ')}).`,
  )
}
