import { UnitProcesses } from '@tintjs/evaluate/node'
import type { InnerModelDescription } from '@tintjs/inner'
import { interruption } from '../interruption'
import { workForQueue } from '../queue/queue-worker'
import type { Evaluation } from './run-evaluation'
import { oneThread } from './units'
import { workerCount } from './worker-count'

/**
 * Computes batches for a run of the same command elsewhere, until it has ended. Each batch is computed in a process of
 * its own, so that one that is lost loses no more than that.
 *
 * @param workers as `--workers` has it
 * @returns how many batches were computed
 */
export async function workOnQueue<Sample, Configuration extends object>(
  evaluation: Evaluation<Sample, Configuration>,
  description: InnerModelDescription,
  { queue, workers, engine }: { queue: string; workers: number | 'auto'; engine: string },
): Promise<number> {
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
    return await workForQueue(queue, {
      run: { version, command, configuration: { ...processes.configuration } },
      form: configurationForm,
      count,
      runUnit: processes.run,
      signal: interruption.signal,
      onUnit: (done) => tell(`${done} ${done === 1 ? 'batch' : 'batches'} computed`),
    })
  } finally {
    processes.stop()
  }
}
