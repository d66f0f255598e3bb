import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderSource } from '@tintjs/inner/node'
import type { AdaptedModel } from '@tintjs/simulate'
import { saveAdaptedCheckpoint } from '@tintjs/simulate/node'
import { writeFolderAtomically } from '@tintjs/tensor/node'

/** What a tokenizer consists of, in the ways that transformers has saved them. Not the card: it describes the source. */
const tokenizerFile =
  /^(tokenizer.*\.json|tokenizer\.model|vocab.*|merges.*|special_tokens.*|added_tokens\.json)$/

/**
 * Writes the adapted model as a full checkpoint that can be used in place of the one it came from: weights,
 * configuration and the tokenizer's files.
 *
 * @param source the folder that the model was loaded from
 * @param folder appears whole or not at all
 */
export async function saveModelFolder(model: AdaptedModel, source: string, folder: string): Promise<void> {
  await writeFolderAtomically(folder, async (temporary) => {
    await saveAdaptedCheckpoint(model, temporary)
    for (const { path } of await folderSource(source).list()) {
      if (tokenizerFile.test(path)) await copyFile(join(source, path), join(temporary, path))
    }
  })
}
