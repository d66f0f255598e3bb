import { type TaskReport, taskConfigurationSchema, taskReport } from '@tintjs/evaluate'
import { checkOutputFolder } from '@tintjs/evaluate/node'
import type { InnerModel } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { type Command, Option } from 'commander'
import { addEngineOptions, parseNumber, parseNumbers } from '../command-options'
import { checkEvaluateOptions, type EvaluateCommandOptions } from '../evaluation/options'
import {
  evaluationConfiguration,
  type PreparedEvaluation,
  prepareEvaluation,
} from '../evaluation/preparation'
import { addApproximationOptions } from '../gradient-options'
import { interruption } from '../interruption'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { RunProgress } from '../output/run-progress'
import { taskText } from '../output/task-text'
import { parseCount } from '../perplexity/options'
import { openRunFolder } from '../run-folder'
import { loadModel } from '../session'
import { takeSamples } from '../take-samples'
import { versionsOf } from '../versions'
import { openUnits } from '../workers/units'
import { workerCount } from '../workers/worker-count'

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
    .option('--batch <count>', 'questions at once; auto: what fits into 2 GiB, at most 8', parseCount, 'auto')
    .option(
      '--workers <count>',
      'processes that compute at once, with a thread each; 1: this process with all threads; auto: one a core where that pays',
      parseCount,
      'auto',
    )
    .option('--output <folder>', 'write samples.jsonl and results.json; a new or empty folder')
    .option('--resume', 'go on with what --output holds')
  addEngineOptions(command).action(run)
}

/** An option with a few values, the first of which is the default. */
function choice(flags: string, about: string, values: readonly string[]): Option {
  return new Option(flags, about).choices([...values]).default(values[0])
}

function list(text: string): string[] {
  return text.split(',')
}

async function run(options: EvaluateCommandOptions): Promise<void> {
  checkEvaluateOptions(options)
  const { output, resume = false } = options
  if (output !== undefined) await checkOutputFolder(output, { resume })
  const prepared = await prepareEvaluation(options)
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

async function evaluate(
  prepared: PreparedEvaluation,
  model: InnerModel,
  engine: EngineDescription,
  options: EvaluateCommandOptions,
): Promise<TaskReport> {
  const { plan, data } = prepared
  const { description } = model
  const sizes = { plan, description, length: description.maximumPositions, batch: plan.settings.batch }
  const count = workerCount(options.workers, sizes, engine)
  const threads = count === 1 ? engine.threads : 1
  const configuration = await evaluationConfiguration(prepared, model, { name: engine.name, threads })
  const kind = { form: taskConfigurationSchema, configuration, counted: 'examples' }
  const folder = await openRunFolder(options, kind, plan)
  const progress = new RunProgress('evaluate', 'examples')
  const tellStop = () => process.stderr.write(`tint: ${folder.whatIsKept(progress.done)}\n`)
  interruption.signal.addEventListener('abort', tellStop, { once: true })
  try {
    const units = await openUnits(plan, model, {
      count,
      configuration,
      configurationForm: taskConfigurationSchema,
      module: new URL('./evaluation-units.js', import.meta.url),
      data: { ...options, engine: engine.name },
      signal: interruption.signal,
    })
    const samples = await takeSamples(plan, units, folder, progress)
    const report = taskReport(
      { model: options.model, configuration, versions: versionsOf(engine) },
      plan,
      data,
      samples,
    )
    interruption.signal.throwIfAborted()
    await folder.write(report)
    return report
  } finally {
    interruption.signal.removeEventListener('abort', tellStop)
    progress.finish()
    await folder.close()
  }
}
