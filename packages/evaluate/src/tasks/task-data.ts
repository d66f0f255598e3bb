import { InputError } from '@tintjs/tensor'
import type { PlacedRow } from '../datasets/row'
import { type Example, exampleOf, type UnnumberedExample } from './example'
import { groupByLabel, permutation, seededRandom } from './sampling'
import type { HubData, LocalData, TaskDefinition } from './task'

/** A task's examples. */
export interface TaskData {
  /** What demonstrations are drawn from. */
  readonly train: readonly Example[]
  /** What is asked. The two have no example in common. */
  readonly test: readonly Example[]
  /** Records without any text, which were left out. */
  readonly withoutText: number
  /** The fields that the examples have. */
  readonly fields: readonly string[]
}

/** Records in the order of the files. */
export interface TaskRows {
  readonly train?: readonly PlacedRow[] | undefined
  readonly test: readonly PlacedRow[]
}

/** Where data have no training part: one example of so many of each class is set aside for demonstrations. */
const trainingShare = 5

/**
 * Makes a task's examples of its records. Where there is no training part, a fifth of each class's test examples, chosen
 * by a fixed seed, is set aside for demonstrations, so that no example is asked that may be shown.
 *
 * @param source that the records come from
 * @throws InputError naming the place of a record that does not fit, or a label without examples
 */
export function taskData(task: TaskDefinition, source: LocalData | HubData, rows: TaskRows): TaskData {
  const all = examplesOf(task, source, rows.test)
  const given = rows.train && examplesOf(task, source, rows.train)
  const { train, test } = given === undefined ? setAside(all) : { train: given, test: all }
  for (const part of ['test', 'train'] as const) requireAllLabels(task, part === 'test' ? test : train, part)
  const read = rows.test.length + (rows.train?.length ?? 0)
  return {
    train: numbered(train),
    test: numbered(test),
    withoutText: read - train.length - test.length,
    fields: Object.keys(test[0]?.fields ?? {}),
  }
}

function examplesOf(
  task: TaskDefinition,
  source: LocalData | HubData,
  rows: readonly PlacedRow[],
): UnnumberedExample[] {
  return rows.flatMap(({ row, place }) => exampleOf(task, source, row, place) ?? [])
}

function setAside(examples: readonly UnnumberedExample[]): Record<'train' | 'test', UnnumberedExample[]> {
  const random = seededRandom(0)
  const chosen = new Set(
    [...groupByLabel(examples).values()].flatMap((members) =>
      permutation(members.length, random)
        .slice(0, Math.floor(members.length / trainingShare))
        .map((place) => members[place]),
    ),
  )
  const part = (inTrain: boolean) => examples.filter((example) => chosen.has(example) === inTrain)
  return { train: part(true), test: part(false) }
}

function requireAllLabels(
  { name, labels }: TaskDefinition,
  examples: readonly UnnumberedExample[],
  part: 'test' | 'train',
): void {
  const found = new Set(examples.map(({ label }) => label))
  const missing = labels.findIndex((_, label) => !found.has(label))
  if (missing === -1) return
  const what = part === 'test' ? 'to ask' : 'for demonstrations'
  throw new InputError(
    `The data of the task ${name} have no example ${what} with the label ${labels[missing]}; expected some for each label.`,
  )
}

function numbered(examples: readonly UnnumberedExample[]): Example[] {
  return examples.map((example, id) => ({ id, ...example }))
}
