import { createHash } from 'node:crypto'
import { InputError } from '@tintjs/tensor'
import { type DatasetFileOptions, findDatasetFile } from '../datasets/dataset-file'
import type { PlacedRow } from '../datasets/row'
import { placedRows } from '../datasets/rows'
import type { ReadTaskData } from './read-local'
import type { HubData, TaskDefinition } from './task'
import { taskData } from './task-data'

/**
 * The rows of a data set's file, in their order.
 *
 * @param file as `hf://datasets/owner/name@revision/path`
 * @param columns those that are needed
 */
export type ReadDatasetRows = (file: string, columns: readonly string[]) => AsyncIterable<PlacedRow>

/**
 * Rows of files that are fetched into the cache, where they are not there yet.
 *
 * @param options as `findDatasetFile` takes them
 */
export function datasetFileRows(options: DatasetFileOptions = {}): ReadDatasetRows {
  return async function* (file, columns) {
    yield* placedRows(await findDatasetFile(file, options), { columns })
  }
}

/**
 * Reads a task's examples from its data set on the hub.
 *
 * @param rowsOf gives the rows of a file, with their places within it; default {@link datasetFileRows}
 * @returns with the hash of the examples, as files of a data set may be written anew without a change
 * @throws InputError for a task without a data set, a row that does not fit (with file and row), and as `rowsOf` does
 */
export async function readHubTask(
  task: TaskDefinition,
  rowsOf: ReadDatasetRows = datasetFileRows(),
): Promise<ReadTaskData> {
  const { hub } = task
  if (hub === undefined) {
    throw new InputError(
      `The task ${task.name} names no data set of the hub; expected hub in its YAML file. Give a folder with its files.`,
    )
  }
  const read = async (paths: readonly string[]): Promise<PlacedRow[]> => {
    const rows: PlacedRow[] = []
    for (const path of paths) {
      const file = `hf://datasets/${hub.dataset}@${encodeURIComponent(hub.revision)}/${path}`
      for await (const { row, place } of rowsOf(file, columnsOf(hub)))
        rows.push({ row, place: `${file}, ${place}` })
    }
    return rows
  }
  const train = hub.train && (await read(hub.train))
  const test = await read(hub.test)
  const data = taskData(task, hub, { train, test })
  const hash = createHash('sha256')
  for (const { label, fields } of [...data.train, ...data.test]) hash.update(JSON.stringify([label, fields]))
  return { ...data, sha256: hash.digest('hex') }
}

function columnsOf({ label, fields }: HubData): string[] {
  return [...new Set([label, ...Object.values(fields).flat()])]
}
