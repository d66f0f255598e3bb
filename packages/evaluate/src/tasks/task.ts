import * as z from 'zod'

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected small letters, digits and hyphens')
const text = z.string().min(1)
/** Paths inside a folder or a data set: nothing may lead out of it. */
const path = text.refine(
  (value) => !/^([/~]|[A-Za-z]:)|\\/.test(value) && !value.split('/').includes('..'),
  'expected a path inside the data, with / and without ..',
)

/** Which columns a field of the templates is made of: one, or several joined by a space. */
const columns = z.record(
  z.string().regex(/^[a-z]+$/, 'expected a field name of small letters'),
  z.union([text, z.array(text).min(1)]),
)

const common = {
  /** What the label column says for each label, in the order of `labels`. */
  labelValues: z.array(z.union([z.string(), z.number(), z.boolean()]).transform(String)).min(2),
  /** Files whose examples may be demonstrations; without them, a part of the test files' examples is set aside. */
  train: z.array(path).min(1).optional(),
  test: z.array(path).min(1),
}

const encoding = z.enum(['utf-8', 'windows-1252']).default('utf-8')

/** Lines `label text`. Their only field is `text`. */
const labelledLines = z.strictObject({ ...common, format: z.literal('labelled-lines'), encoding })

/** Comma-separated values without a line of names. */
const commaSeparated = z.strictObject({
  ...common,
  format: z.literal('csv'),
  encoding,
  /** What the file's columns are called, from left to right. */
  header: z.array(text).min(2),
  label: text,
  fields: columns,
  /** A file that names the classes, one a line: it must have as many lines as there are labels. */
  classes: path.optional(),
})

const hub = z.strictObject({
  ...common,
  /** The data set's id on the hub. */
  dataset: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected an id such as owner/name'),
  revision: text.default('main'),
  label: text,
  fields: columns,
})

const template = z.strictObject({
  name,
  /** A question and its answer, such as `Review: {text}\nSentiment: {label}`. */
  text,
  /** The same question about nothing, for calibration, such as `Sentiment: {label}`. */
  contentFree: text,
  /** What stands for `{label}`, for each label. */
  words: z.array(text).min(2),
})

/** The form of a task's YAML file. */
export const taskSchema = z.strictObject({
  name,
  about: text,
  labels: z.array(text).min(2),
  templates: z.array(template).min(1),
  local: z.discriminatedUnion('format', [labelledLines, commaSeparated]).optional(),
  hub: hub.optional(),
})

/** A labelling task: what it asks, in which words, and where its data are. */
export type TaskDefinition = z.infer<typeof taskSchema>
/** A way to put a task's question. */
export type TaskTemplate = TaskDefinition['templates'][number]
/** Where a task's data are in a folder. */
export type LocalData = NonNullable<TaskDefinition['local']>
/** Where a task's data are on the hub. */
export type HubData = NonNullable<TaskDefinition['hub']>

/** The fields that a source's examples have. */
export function fieldsOf(source: LocalData | HubData): string[] {
  return 'fields' in source ? Object.keys(source.fields) : ['text']
}
