import { type EvaluationPlan, runUnits } from '@tintjs/evaluate'
import { interruption } from './interruption'
import type { RunProgress } from './output/run-progress'
import type { RunFolder } from './run-folder'
import type { Units } from './workers/units'

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
  } finally {
    close()
  }
  progress.finish()
  return samples
}
