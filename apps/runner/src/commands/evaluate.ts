import {
  type TaskConfiguration,
  type TaskReport,
  type TaskSample,
  taskConfigurationSchema,
  taskReport,
} from '@tintjs/evaluate'
import { checkOutputFolder } from '@tintjs/evaluate/node'
import type { InnerModel } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { type Command, Option } from 'commander'
import { addAdapterOption, addEngineOptions, parseNumber, parseNumbers } from '../command-options'
import { checkEvaluateOptions, type EvaluateCommandOptions } from '../evaluation/options'
import {
  evaluationConfiguration,
  type PreparedEvaluation,
  prepareEvaluation,
} from '../evaluation/preparation'
import { readableAgain } from '../files/readable-again'
import { gitRevision } from '../git-revision'
import { addApproximationOptions } from '../gradient-options'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { taskText } from '../output/task-text'
import { packageVersion } from '../package-version'
import { type Evaluation, runEvaluation } from '../run/run-evaluation'
import { addRunOptions, withShard } from '../run/run-options'
import { workOnQueue } from '../run/work-on-queue'
import { loadModel } from '../session'
import { versionsOf } from '../versions'

/** Adds the options and the action of `tint evaluate`. */
export function configure(command: Command): void {
  command
    .requiredOption(
      '--model <folder>',
      "a checkpoint's folder with its tokenizer, or a model that comes with tint",
    )
    .requiredOption('--task <name>', "a task that comes with tint, such as sst2, or a task's YAML file")
    .option('--data <folder>', "the folder with the task's files (default: its data set on the hub)")
    .option('--template <list>', 'names of templates, or all (default: the first that fits)', list)
    .option('--learning-rate <list>', 'rates to try: 1e-3,1e-4; needed unless --ways is inner', parseNumbers)
    .option('--ways <list>', 'some of inner, exact and tint (default: all)', list)
    .option('--shots <count>', "demonstrations; 0: learn from each question's own text", parseNumber, 32)
    .option('--seeds <list>', 'what demonstrations are drawn with', parseNumbers, [1, 2, 3])
    .option('--limit <count>', 'ask so many examples, as many of each label (default: all)', parseNumber)
    .addOption(choice('--demonstrations <how>', 'in one context, or in one each', ['single', 'separate']))
    .addOption(
      choice('--query-sees <what>', 'what a question sees besides itself', ['demonstrations', 'itself']),
    )
    .addOption(
      choice('--loss <of>', 'what is learned: the whole context, or the labels', ['whole', 'labels']),
    )
    .addOption(
      choice('--calibration <by>', 'compare words with a question about nothing', ['none', 'sfc', 'icl-sfc']),
    )
    .option('--layers <count>', 'how many of the last blocks learn (default: all)', parseNumber)
    .option('--steps <count>', 'rounds (default: 12 / layers where 3, 6 or 12 learn, else 1)', parseNumber)
    .option('--update-norm-weights', 'let scales of norms learn too, not their biases only')
    .option('--bos', 'begin each context with the begin-of-text token')
    .addOption(
      choice('--long-examples <what>', 'examples longer than the model allows', ['refuse', 'leave-out']),
    )
  addApproximationOptions(command)
  addRunOptions(command, 'questions')
  addAdapterOption(command)
  addEngineOptions(command).action(run)
}

/** An option with a few values, the first of which is the default. */
function choice(flags: string, about: string, values: readonly string[]): Option {
  return new Option(flags, about).choices([...values]).default(values[0])
}

function list(text: string): string[] {
  return text.split(',')
}

async function run(given: EvaluateCommandOptions): Promise<void> {
  checkEvaluateOptions(given)
  const options = await withShard({ ...given, task: await readableAgain(given.task) })
  const { output, resume = false } = options
  if (output !== undefined) await checkOutputFolder(output, { resume })
  const prepared = await prepareEvaluation(options)
  if (options.worker && options.queue !== undefined) {
    await workOnQueue(evaluationOf(prepared, options), prepared.description, {
      ...options,
      queue: options.queue,
    })
    return
  }
  const loading = new Progress()
  const engine = await useEngine(options.engine)
  const model = await loadModel(options.model, loading)
  loading.finish()
  try {
    const report = await evaluate(prepared, model.value, engine, options)
    if (options.json) printJson(report)
    else process.stdout.write(taskText(report, engine, output))
  } finally {
    model.value.dispose()
  }
}

function evaluate(
  prepared: PreparedEvaluation,
  model: InnerModel,
  engine: EngineDescription,
  options: EvaluateCommandOptions,
): Promise<TaskReport> {
  const { plan, data } = prepared
  return runEvaluation(
    evaluationOf(prepared, options),
    { model, engine },
    options,
    (threads) => evaluationConfiguration(prepared, model, { name: engine.name, threads }),
    async ({ samples, configuration }) => {
      const facts = {
        model: options.model,
        configuration,
        versions: versionsOf(engine),
        gitRevision: await gitRevision(),
      }
      return { report: taskReport(facts, plan, data, samples) }
    },
  )
}

function evaluationOf(
  { plan, description }: PreparedEvaluation,
  options: EvaluateCommandOptions,
): Evaluation<TaskSample, TaskConfiguration> {
  return {
    command: 'evaluate',
    counted: 'examples',
    plan,
    length: description.maximumPositions,
    batch: plan.settings.batch,
    configurationForm: taskConfigurationSchema,
    module: new URL('./evaluation-units.js', import.meta.url),
    data: options,
    version: packageVersion(),
  }
}
