import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import { folderSource } from './folder'
import { hubSource } from './hub'
import { isHubId } from './hub/repository'
import type { HubOptions } from './hub/settings'
import type { CheckpointSource } from './source'

/**
 * The checkpoint that a name means: a folder where there is one, or where the name looks like a path (it starts with
 * `.`, `~` or `/`, or has a backslash or a drive); else a model on the hub, which is fetched as `hubSource` does.
 *
 * @param nameOrPath such as `models/mine`, `~/models/mine` or `facebook/opt-125m`
 * @param options for the hub; a folder needs none
 * @throws CheckpointError for a file instead of a folder, for a name that is neither, and as `hubSource` does
 */
export async function checkpointSource(
  nameOrPath: string,
  options: HubOptions = {},
): Promise<CheckpointSource> {
  const path = nameOrPath.replace(/^~(?=$|[/\\])/, homedir())
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) {
    throw new CheckpointError(
      `${nameOrPath} is a file; expected the folder with config.json and the weights, such as ${dirname(path)}.`,
    )
  }
  if (found !== undefined || looksLikePath(nameOrPath)) return folderSource(path)
  if (!isHubId(nameOrPath)) {
    throw new CheckpointError(
      `There is no folder ${nameOrPath}, and it is not the id of a model on the hub either; expected a folder with ` +
        'config.json and the weights, or an id such as gpt2 or facebook/opt-125m.',
    )
  }
  try {
    return await hubSource(nameOrPath, options)
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    throw new CheckpointError(`There is no folder ${path}, so the hub was asked: ${error.message}`, {
      cause: error,
    })
  }
}

function looksLikePath(name: string): boolean {
  return /^[.~]/.test(name) || name.includes('\\') || isAbsolute(name)
}
