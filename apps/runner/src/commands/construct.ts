import { countParameters, type ParameterAccount } from '@tintjs/construct'
import { type SaveProgress, saveTint } from '@tintjs/construct/node'
import { derivativeText } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { addAdapterOption, addEngineOptions, type EngineOptions } from '../command-options'
import { checkNothingReplaced, checkOutputFolder } from '../files/output-path'
import { measureSaved } from '../files/saved'
import { type ApproximationOptions, addApproximationOptions, gradientChoice } from '../gradient-options'
import { interruption } from '../interruption'
import { modelFolder } from '../models'
import { type ConstructReport, constructText } from '../output/construct-text'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { loadModel, peakMemoryBytes, timed } from '../session'
import {
  addSimulatorSizeOptions,
  checkLiteral,
  constructSimulator,
  type SimulatorSizeOptions,
  sizesOf,
} from '../simulator-options'

interface ConstructCommandOptions extends EngineOptions, ApproximationOptions, SimulatorSizeOptions {
  readonly output: string
  readonly updateNormWeights?: true
  readonly dense?: true
}

/** Adds the argument, the options and the action of `tint construct`. */
export function configure(command: Command): void {
  command
    .argument('<model>', "a checkpoint's folder, a model that comes with tint, or a hub id")
    .requiredOption('--output <folder>', 'a new or empty folder; it appears whole or not at all')
    .option('--dense', 'write the dense matrices of every distinct module too')
  addSimulatorSizeOptions(command)
  // A simulator computes no analytic derivatives.
  addApproximationOptions(command, 'central[:N] or forward[:N]').option(
    '--update-norm-weights',
    'scales of norms learn too, not their biases only',
  )
  addAdapterOption(command)
  addEngineOptions(command).action(run)
}

async function run(name: string, options: ConstructCommandOptions): Promise<void> {
  const gradient = gradientChoice({ ...options, gradient: 'tint' })
  checkLiteral({ execution: 'literal' }, gradient)
  await checkOutputFolder('--output', options.output)
  const folder = await modelFolder(name)
  checkNothingReplaced({ '--output': options.output }, {}, folder)

  const progress = new Progress()
  const engine = await useEngine(options.engine)
  const model = await loadModel(folder, progress)
  try {
    const updateNormWeights = options.updateNormWeights ?? false
    const constructed = await constructSimulator(model.value, options, { gradient, updateNormWeights })
    const { value: simulator, seconds: construct } = constructed
    try {
      const saving = await timed(() =>
        saveTint(simulator, options.output, {
          dense: options.dense,
          source: name,
          signal: interruption.signal,
          onProgress: ({ savedBytes, totalBytes }: SaveProgress) =>
            progress.update('saving', savedBytes, totalBytes),
        }),
      )
      progress.finish()
      const { description } = model.value
      const parameters: ParameterAccount = countParameters(
        description,
        simulator.program,
        simulator.dimensions,
      )
      const report: ConstructReport = {
        model: name,
        family: description.family,
        simulator: sizesOf(simulator),
        derivative: derivativeText(gradient.derivative),
        lossGradient: gradient.lossGradient,
        compatibility: gradient.compatibility ?? null,
        updateNormWeights,
        modules: simulator.modules.length,
        parameters,
        saved: await measureSaved(options.output),
        seconds: { load: model.seconds, construct, save: saving.seconds },
        peakMemoryBytes: peakMemoryBytes(),
        engine: engine.name,
      }
      if (options.json) printJson(report)
      else process.stdout.write(constructText(report))
    } finally {
      simulator.dispose()
    }
  } finally {
    progress.finish()
    model.value.dispose()
  }
}
