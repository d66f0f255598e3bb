import { type EvaluationPlan, runUnits } from '@tintjs/evaluate'
import { interruption } from '../interruption'
import type { RunFolder } from './run-folder'
import type { RunProgress } from './run-progress'
import type { Units } from './units'

/**
 * Runs what is left of a plan, and writes its samples to the run's folder as they come.
 *
 * @param units are closed at the end, whatever it is
 * @returns all samples, those of an earlier run included
 */
export async function takeSamples<Sample>(
  plan: EvaluationPlan<Sample>,
  { runUnit, ahead, close }: Units<Sample>,
  folder: RunFolder<Sample>,
  progress: RunProgress,
): Promise<readonly Sample[]> {
  const samples = [...folder.finished.samples]
  let complete = false
  try {
    await runUnits(plan, runUnit, {
      ahead,
      finishedUnits: folder.finished.count,
      signal: interruption.signal,
      onProgress: ({ done, total }) => progress.update(done, total),
      onSamples: async (finished) => {
        await folder.append(finished)
        samples.push(...finished)
      },
    })
    complete = true
  } finally {
    progress.finish()
    await close(complete)
  }
  return samples
}
