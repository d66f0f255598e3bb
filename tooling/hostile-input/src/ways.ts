import { join } from 'node:path'
import { loadTint } from '@tintjs/construct/node'
import { loadTask, readLocalTask, readRuns } from '@tintjs/evaluate/node'
import { loadInnerModel, loadTokenizer } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { readPytorchHeader, readPytorchTensor, readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource } from '@tintjs/tensor/node'
import { adapters } from './building/checkpoint'
import { loadFromHub } from './hub-way'

/** A public way to read files from outside: as it is written in the table, and what it does with a folder. */
interface Way {
  readonly call: string
  /** Reads all that there is to read, and frees it again. */
  read(folder: string): Promise<void>
}

/** Every public way in. */
export const ways = {
  model: {
    call: 'loadInnerModel(folderSource(folder))',
    async read(folder) {
      const model = await loadInnerModel(folderSource(folder), { adapters })
      model.dispose()
    },
  },
  hub: {
    call: 'loadInnerModel(await hubSource(id)), from a hub that serves the folder',
    read: loadFromHub,
  },
  safetensors: {
    call: 'readSafetensorsHeader(openFileSource(file))',
    async read(folder) {
      await withFile(join(folder, 'model.safetensors'), async (file) => {
        const { tensors } = await readSafetensorsHeader(file)
        for (const entry of tensors.values()) await readTensorData(file, entry)
      })
    },
  },
  pytorch: {
    call: 'readPytorchHeader(openFileSource(file))',
    async read(folder) {
      await withFile(join(folder, 'pytorch_model.bin'), async (file) => {
        const tensors = await readPytorchHeader(file)
        for (const entry of tensors.values()) await readPytorchTensor(file, entry)
      })
    },
  },
  tokenizer: {
    call: 'loadTokenizer(folderSource(folder)), then tokenize and decode',
    async read(folder) {
      const tokenizer = await loadTokenizer(folderSource(folder))
      const { ids } = tokenizer.tokenize(sampleText, { addSpecialTokens: true })
      tokenizer.decode(ids)
    },
  },
  simulator: {
    call: 'loadTint(folder)',
    async read(folder) {
      const loaded = await loadTint(folder, { adapters })
      loaded.dispose()
    },
  },
  task: {
    call: 'loadTask(file)',
    async read(folder) {
      await loadTask(join(folder, 'task.yaml'))
    },
  },
  examples: {
    call: 'readLocalTask(task, folder)',
    async read(folder) {
      await readLocalTask(await loadTask(join(folder, 'task.yaml')), folder)
    },
  },
  run: {
    call: 'readRuns([folder])',
    async read(folder) {
      await readRuns([folder])
    },
  },
  fixture: {
    call: "readFixture(folder) and readTensors of its expected.safetensors, of '@tintjs/adapter-testing'",
    async read(folder) {
      // It brings vitest along, which no other way needs.
      const { readFixture, readTensors } = await import('@tintjs/adapter-testing')
      readFixture(folder)
      await readTensors(join(folder, 'expected.safetensors'))
    },
  },
} as const satisfies Record<string, Way>

export type WayName = keyof typeof ways

/** A text that makes tokenizers work: long words, long white space, digits, other scripts, halves of pairs. */
const sampleText = [
  'a'.repeat(20_000),
  ' '.repeat(20_000),
  '\n \n'.repeat(5_000),
  '1234567890'.repeat(500),
  'ünïcödé 中文 😀 \ud800 <s> <|endoftext|> '.repeat(200),
].join('x')

async function withFile(path: string, read: (file: FileSource) => Promise<void>): Promise<void> {
  const file = await openFileSource(path)
  try {
    await read(file)
  } finally {
    await file.close()
  }
}

type FileSource = Awaited<ReturnType<typeof openFileSource>>
