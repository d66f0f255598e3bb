/**
 * A round is the perplexity of a text's contexts after learning from the first part of each, by the public interface: in a
 * process for each core, as `tint perplexity` has it.
 */
import { availableParallelism } from 'node:os'
import { runUnits } from '@tintjs/evaluate'
import { UnitProcesses } from '@tintjs/evaluate/node'
import { summedPeakBytes } from './peak-memory.mjs'
import { form, preparePlan } from './perplexity-units.mjs'
import { serve, timed } from './serve.mjs'

await serve(async (settings) => {
  const { model, plan } = await preparePlan(settings)
  model.dispose()
  const count = Math.min(availableParallelism(), plan.unitCount)
  const processes = await UnitProcesses.start({
    module: new URL('./perplexity-units.mjs', import.meta.url),
    data: settings,
    environment: { TF_NUM_INTRAOP_THREADS: '1' },
    count,
    configuration: {},
    configurationForm: form,
    form: plan.form,
  })
  const { run } = processes
  // Not all contexts are needed to warm up: each process takes a batch.
  await Promise.all(Array.from({ length: count }, (_, unit) => run(unit, {})))
  const round = async () => {
    const samples = []
    const onSamples = (finished) => void samples.push(...finished)
    const { seconds } = await timed(() => runUnits(plan, run, { ahead: 4 * count, onSamples }))
    const sum = (of) => samples.reduce((total, sample) => total + of(sample), 0)
    const loss = sum((sample) => sample.negativeLogLikelihood) / sum((sample) => sample.tokens)
    const peakMemoryBytes = summedPeakBytes([process.pid, ...processes.processIds])
    return { seconds, contexts: plan.contexts.length, loss, peakMemoryBytes }
  }
  return { facts: { batch: plan.settings.batch, processes: count }, jobs: { round } }
})
