import { derivativeText } from '@tintjs/simulate'
import * as z from 'zod'
import { ways } from '../perplexity/sample'
import { calibrations } from './calibration'
import { arrangements, losses, views } from './context'
import type { TaskPlan } from './task-plan'
import { longExampleChoices, type TaskSettings } from './task-settings'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What decides about the samples of a task's evaluation, in the order in which differences are told. */
export const taskConfigurationSchema = z.strictObject({
  format: z.literal('tasks 1'),
  modelHash: sha256,
  task: z.string(),
  /** Of the task's definition: its templates, words and columns. */
  taskSha256: sha256,
  /** Of the data's files. */
  dataSha256: sha256,
  templates: z.array(z.string()),
  shots: z.int(),
  seeds: z.array(z.int()),
  limit: z.number().nullable(),
  ways: z.array(z.enum(ways)),
  learningRates: z.array(z.number()),
  demonstrations: z.enum(arrangements),
  querySees: z.enum(views),
  loss: z.enum(losses),
  calibration: z.enum(calibrations),
  layers: z.int(),
  steps: z.int(),
  lossGradient: z.string(),
  derivative: z.string(),
  attentionGradient: z.string(),
  compatibility: z.string().nullable(),
  updateNormWeights: z.boolean(),
  beginOfText: z.int().nullable(),
  longExamples: z.enum(longExampleChoices),
  batch: z.int(),
  engine: z.string(),
  /** Threads of each process. */
  threads: z.int(),
})

/** Everything that decides about the samples of a task's evaluation. */
export type TaskConfiguration = Readonly<z.infer<typeof taskConfigurationSchema>>

/** What is not in the plan's settings. */
export type TaskOrigin = Pick<
  TaskConfiguration,
  'modelHash' | 'taskSha256' | 'dataSha256' | 'engine' | 'threads'
>

/** The configuration of a plan that runs on a model and an engine. */
export function taskConfiguration({ task, settings }: TaskPlan, origin: TaskOrigin): TaskConfiguration {
  return taskConfigurationSchema.parse({
    ...origin,
    ...settingsRecord(settings),
    format: 'tasks 1',
    task: task.name,
  })
}

function settingsRecord({ gradients, templates, limit, beginOfText, ...others }: TaskSettings) {
  return {
    ...others,
    templates: templates.map(({ name }) => name),
    limit: limit ?? null,
    beginOfText: beginOfText ?? null,
    lossGradient: gradients.tint.lossGradient,
    derivative: derivativeText(gradients.tint.derivative),
    attentionGradient: gradients.tint.attentionGradient,
    compatibility: gradients.tint.compatibility ?? null,
  }
}
