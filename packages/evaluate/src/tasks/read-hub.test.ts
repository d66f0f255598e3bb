import { InputError } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import type { PlacedRow } from '../datasets/row'
import { loadTask, shippedTasks } from '../shipped-tasks'
import { readHubTask } from './read-hub'

/** Data sets whose files are rows in memory, and which files and columns were asked for. */
function files(content: Readonly<Record<string, readonly Record<string, unknown>[]>>) {
  const asked: [file: string, columns: readonly string[]][] = []
  async function* rowsOf(file: string, columns: readonly string[]): AsyncGenerator<PlacedRow> {
    asked.push([file, columns])
    for (const [index, row] of (content[file] ?? []).entries()) yield { row, place: `row ${index + 1}` }
  }
  return { asked, rowsOf }
}

const sst2 = (train: Record<string, unknown>[], test: Record<string, unknown>[]) =>
  files({
    'hf://datasets/stanfordnlp/sst2@main/data/train-00000-of-00001.parquet': train,
    'hf://datasets/stanfordnlp/sst2@main/data/validation-00000-of-00001.parquet': test,
  })
const both = [
  { idx: 0, sentence: 'hide new secretions ', label: 0 },
  { idx: 1, sentence: 'warm and true', label: 1n },
]

describe('readHubTask', () => {
  it('makes examples of the columns that the task names, and asks for no others', async () => {
    const { asked, rowsOf } = sst2(both, [...both, { sentence: ' ', label: 1 }])
    const { train, test, withoutText, sha256, fields } = await readHubTask(await loadTask('sst2'), rowsOf)
    expect(asked.map(([, columns]) => columns)).toEqual([
      ['label', 'sentence'],
      ['label', 'sentence'],
    ])
    expect(train.map(({ label, fields }) => [label, fields.text])).toEqual([
      [0, 'hide new secretions'],
      [1, 'warm and true'],
    ])
    expect(test).toHaveLength(2)
    expect(fields).toEqual(['text'])
    expect(withoutText).toBe(1)
    const other = sst2(both, [both[0]!, { ...both[1]!, sentence: 'cold' }])
    expect((await readHubTask(await loadTask('sst2'), other.rowsOf)).sha256).not.toBe(sha256)
  })

  it('asks for the files of every task that has a data set', async () => {
    for (const name of await shippedTasks()) {
      const task = await loadTask(name)
      if (task.hub === undefined) continue
      const { asked, rowsOf } = files({})
      await expect(readHubTask(task, rowsOf)).rejects.toThrow(/have no example to ask with the label/)
      expect(
        asked.every(([file]) => /^hf:\/\/datasets\/[\w-]+\/[\w-]+@main\/.*\.(parquet|jsonl)$/.test(file)),
      ).toBe(true)
      expect(asked.length).toBeGreaterThan(1)
    }
  })

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a label that it does not know',
      { sentence: 'a', label: -1 },
      /validation-00000-of-00001\.parquet, row 3: the label is "-1"; expected one of 0, 1/,
    ],
    ['a missing column', { text: 'a', label: 1 }, /row 3: the column sentence is missing/],
    ['a text that is none', { sentence: null, label: 1 }, /row 3: the column sentence is null/],
  ])('refuses %s', async (_, row, words) => {
    const reading = readHubTask(await loadTask('sst2'), sst2(both, [...both, row]).rowsOf)
    await expect(reading).rejects.toThrow(words)
    await expect(reading).rejects.toThrow(InputError)
  })

  it('refuses a task without a data set', async () => {
    await expect(readHubTask(await loadTask('mpqa'), files({}).rowsOf)).rejects.toThrow(
      /The task mpqa names no data set of the hub; expected hub in its YAML file/,
    )
  })
})
