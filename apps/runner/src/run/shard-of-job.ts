import type { Shard } from '@tintjs/evaluate'
import { InputError } from '@tintjs/tensor'

/** A shard, and what said so. */
export interface ShardOfJob {
  readonly shard: Shard
  readonly origin: string
}

/**
 * Which part of a run a job of a cluster is to compute: the task of a Slurm array, or the pod of an indexed job of
 * Kubernetes, which has to be told how many there are.
 *
 * @returns undefined where this is no such job
 * @throws InputError when the number of parts is not known, or the variables do not fit together
 */
export function shardOfJob(
  environment: Readonly<Record<string, string | undefined>>,
): ShardOfJob | undefined {
  const { SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX } = environment
  if (SLURM_ARRAY_TASK_ID !== undefined) return ofSlurm(environment, SLURM_ARRAY_TASK_ID)
  if (JOB_COMPLETION_INDEX !== undefined) return ofKubernetes(environment, JOB_COMPLETION_INDEX)
  return undefined
}

/** Ids may begin anywhere and have gaps of one size: `--array=0-9`, `--array=1-19:2`. */
function ofSlurm(environment: Readonly<Record<string, string | undefined>>, id: string): ShardOfJob {
  const number = (name: string, otherwise?: number) => whole(environment, name, otherwise)
  const [smallest, step] = [number('SLURM_ARRAY_TASK_MIN'), number('SLURM_ARRAY_TASK_STEP', 1)]
  const count = number('SLURM_ARRAY_TASK_COUNT')
  const index = (number('SLURM_ARRAY_TASK_ID') - smallest) / step
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new InputError(
      `SLURM_ARRAY_TASK_ID is ${id}, which is none of ${count} tasks from ${smallest} in steps of ${step}; expected an ` +
        'array of evenly spaced ids such as 0-9. Give --shard otherwise.',
    )
  }
  return { shard: { number: index + 1, count }, origin: 'SLURM_ARRAY_TASK_ID' }
}

/** Kubernetes tells a pod its index only; the manifest passes `spec.completions` on. */
function ofKubernetes(environment: Readonly<Record<string, string | undefined>>, index: string): ShardOfJob {
  if (environment.JOB_COMPLETIONS === undefined) {
    throw new InputError(
      `JOB_COMPLETION_INDEX is ${index}, but how many pods there are is not known; set JOB_COMPLETIONS to the job's ` +
        'completions, or give --shard (1/1 for the whole run).',
    )
  }
  const count = whole(environment, 'JOB_COMPLETIONS')
  const number = whole(environment, 'JOB_COMPLETION_INDEX') + 1
  if (number > count) {
    throw new InputError(
      `JOB_COMPLETION_INDEX is ${index}, but JOB_COMPLETIONS is ${count}; expected an index below it.`,
    )
  }
  return { shard: { number, count }, origin: 'JOB_COMPLETION_INDEX' }
}

function whole(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  otherwise?: number,
): number {
  const text = environment[name]
  if (text === undefined && otherwise !== undefined) return otherwise
  const value = Number(text)
  if (text !== undefined && text.trim() !== '' && Number.isInteger(value) && value >= 0) return value
  throw new InputError(
    `${name} is ${text === undefined ? 'not set' : JSON.stringify(text)}; expected a whole number. Give --shard otherwise.`,
  )
}
