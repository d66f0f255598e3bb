import { InputError } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import { shardOfJob } from './shard-of-job'

const slurm = (id: string, min: string, count: string, step?: string) => ({
  SLURM_ARRAY_TASK_ID: id,
  SLURM_ARRAY_TASK_MIN: min,
  SLURM_ARRAY_TASK_COUNT: count,
  ...(step !== undefined && { SLURM_ARRAY_TASK_STEP: step }),
})

describe('shardOfJob', () => {
  it.each([
    ['--array=0-9', slurm('0', '0', '10'), 1, 10],
    ['--array=1-4', slurm('4', '1', '4', '1'), 4, 4],
    ['--array=1-19:2', slurm('7', '1', '10', '2'), 4, 10],
    ['an indexed job', { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '5' }, 3, 5],
  ])('reads %s', (_, environment, number, count) => {
    expect(shardOfJob(environment)?.shard).toEqual({ number, count })
  })

  it('is none elsewhere', () => {
    expect(shardOfJob({ PATH: '/bin', SLURM_JOB_ID: '7' })).toBeUndefined()
  })

  it.each([
    ['uneven ids', slurm('4', '1', '3', '2'), /SLURM_ARRAY_TASK_ID is 4, which is none of 3 tasks from 1/],
    ['an id beyond', slurm('12', '0', '10'), /is none of 10 tasks from 0/],
    ['no count', { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_MIN: '0' }, /TASK_COUNT is not set; expected/],
    ['no number', slurm('one', '0', '10'), /SLURM_ARRAY_TASK_ID is "one"; expected a whole number/],
    [
      'no completions',
      { JOB_COMPLETION_INDEX: '2' },
      /how many pods there are is not known; set JOB_COMPLETIONS/,
    ],
    [
      'too few completions',
      { JOB_COMPLETION_INDEX: '5', JOB_COMPLETIONS: '5' },
      /expected an index below it/,
    ],
  ])('refuses %s', (_, environment, words) => {
    expect(() => shardOfJob(environment)).toThrow(words)
    expect(() => shardOfJob(environment)).toThrow(InputError)
  })
})
