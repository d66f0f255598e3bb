import type { EvaluationPlan } from '@tintjs/evaluate'
import type { PreparedUnits } from '@tintjs/evaluate/node'
import type { InnerModel } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import * as z from 'zod'
import type { AdapterOptions, EngineOptions } from '../command-options'
import { useAdapters } from '../families'
import { Progress } from '../output/progress'
import { loadModel } from '../session'

/** How a command prepares an evaluation from its options, in any process. */
export interface Preparation<Options, Prepared> {
  readonly prepare: (options: Options) => Promise<Prepared>
  readonly configurationOf: (
    prepared: Prepared,
    model: InnerModel,
    engine: EngineDescription,
  ) => Promise<object>
}

/**
 * What a process needs to compute units of a command's evaluation: the same data, model and plan, from the same options.
 *
 * @param data the options, read and checked by the command that hands them over
 */
export async function prepareProcess<
  Options extends EngineOptions & AdapterOptions & { readonly model: string },
  Sample,
  Prepared extends { readonly plan: EvaluationPlan<Sample> },
>(
  data: unknown,
  { prepare, configurationOf }: Preparation<Options, Prepared>,
): Promise<PreparedUnits<Sample>> {
  const options = z.custom<Options>((given) => typeof given === 'object' && given !== null).parse(data)
  await useAdapters(options.adapter)
  const prepared = await prepare(options)
  const engine = await useEngine(options.engine)
  const { value: model } = await loadModel(options.model, new Progress())
  return {
    configuration: await configurationOf(prepared, model, engine),
    runUnit: (unit, around) => prepared.plan.run(model, unit, around),
  }
}
