import {
  planTask,
  type TaskConfiguration,
  type TaskPlan,
  taskConfiguration,
  type Way,
  withoutSpecialTokens,
} from '@tintjs/evaluate'
import {
  datasetFileRows,
  hashTask,
  loadTask,
  type ReadTaskData,
  readHubTask,
  readLocalTask,
} from '@tintjs/evaluate/node'
import {
  checkVocabulary,
  describeInnerModel,
  type InnerModel,
  type InnerModelDescription,
  loadTokenizer,
} from '@tintjs/inner'
import { hashModel } from '@tintjs/inner/node'
import type { EngineDescription } from '@tintjs/tensor'
import { beginOfTextId } from '../begin-of-text'
import { adapters } from '../families'
import { interruption } from '../interruption'
import { modelSource } from '../models'
import type { EvaluateCommandOptions } from './options'

/** Everything that is decided before a model is loaded. */
export interface PreparedEvaluation {
  readonly plan: TaskPlan
  readonly data: ReadTaskData
  readonly description: InnerModelDescription
}

/**
 * Reads and checks all that an evaluation needs but the weights: task, data, tokenizer, the model's headers.
 *
 * @throws InputError, CheckpointError or ConfigError naming what is wrong
 */
export async function prepareEvaluation(options: EvaluateCommandOptions): Promise<PreparedEvaluation> {
  const task = await loadTask(options.task)
  const source = await modelSource(options.model)
  const { description } = await describeInnerModel(source, { adapters: adapters() })
  const tokenizer = await loadTokenizer(source)
  checkVocabulary(tokenizer, description)
  const beginOfText = options.bos ? beginOfTextId(tokenizer, options.model) : undefined
  const data =
    options.data === undefined
      ? await readHubTask(task, datasetFileRows({ signal: interruption.signal }))
      : await readLocalTask(task, options.data)
  // What looks like a special token in an example is the letters that it is.
  const reading = await loadTokenizer(withoutSpecialTokens(source))
  const plan = planTask(description, reading, task, data, {
    shots: options.shots,
    seeds: options.seeds,
    templates: options.template,
    limit: options.limit,
    // Unknown ones are for the package to refuse.
    ways: options.ways as Way[] | undefined,
    learningRates: options.learningRate,
    demonstrations: options.demonstrations,
    querySees: options.querySees,
    loss: options.loss,
    calibration: options.calibration,
    gradient: {
      lossGradient: options.lossGradient,
      derivative: options.derivative,
      compatibility: options.compatibility,
    },
    layers: options.layers,
    steps: options.steps,
    updateNormWeights: options.updateNormWeights,
    beginOfText,
    longExamples: options.longExamples,
    batch: options.batch,
  })
  return { plan, data, description }
}

/** All that decides about the samples, the loaded model and the engine included. */
export async function evaluationConfiguration(
  { plan, data }: PreparedEvaluation,
  model: InnerModel,
  { name, threads }: Pick<EngineDescription, 'name' | 'threads'>,
): Promise<TaskConfiguration> {
  return taskConfiguration(plan, {
    modelHash: await hashModel(model),
    taskSha256: hashTask(plan.task),
    dataSha256: data.sha256,
    engine: name,
    threads,
  })
}
