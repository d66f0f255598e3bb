import { UnitProcesses } from '@tintjs/evaluate/node'
import type { InnerModelDescription } from '@tintjs/inner'
import type { EngineOptions } from '../command-options'
import { interruption } from '../interruption'
import { printJson } from '../output/print'
import { workForQueue } from '../queue/queue-worker'
import type { Evaluation } from './run-evaluation'
import type { RunOptions } from './run-options'
import { oneThread } from './units'
import { workerCount } from './worker-count'

interface QueueWorkOptions extends EngineOptions, Pick<RunOptions, 'workers'> {
  readonly queue: string
}

/**
 * Computes batches for a run of the same command elsewhere, until it has ended. Each batch is computed in a process of
 * its own, so that one that is lost loses no more than that.
 *
 * With `--json` it prints how many batches were computed.
 */
export async function workOnQueue<Sample, Configuration extends object>(
  evaluation: Evaluation<Sample, Configuration>,
  description: InnerModelDescription,
  { queue, workers, engine, json }: QueueWorkOptions,
): Promise<void> {
  const { plan, command, configurationForm, module, data, version } = evaluation
  const count = workerCount(workers, { ...evaluation, description }, { device: 'CPU' })
  const processes = await UnitProcesses.start<Sample>({
    count,
    configurationForm,
    module,
    data: { ...data, engine },
    environment: oneThread,
    form: plan.form,
    signal: interruption.signal,
  })
  const tell = (text: string) => process.stderr.write(`${command}: ${text}\n`)
  try {
    tell(`${count} ${count === 1 ? 'worker is' : 'workers are'} ready`)
    const batches = await workForQueue(queue, {
      run: { version, command, configuration: { ...processes.configuration } },
      form: configurationForm,
      count,
      runUnit: processes.run,
      signal: interruption.signal,
      onUnit: (done) => tell(`${done} ${done === 1 ? 'batch' : 'batches'} computed`),
    })
    if (json) printJson({ batches })
  } finally {
    processes.stop()
  }
}
