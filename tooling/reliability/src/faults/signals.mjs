import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { lastLine, runTint, runWell, startTint, until } from '../command.mjs'
import { firstDifference } from '../places.mjs'
import { Tally } from '../tally.mjs'
import { perplexityArguments, tintScript } from '../workload.mjs'

/** Signals and streams. */
export const signals = [
  {
    name: 'SIGINT, SIGINT twice, SIGTERM and SIGHUP during tint perplexity, with 1 worker and 2',
    expected: 'exit code 130; resumed to the same bytes',
    run: stoppedRuns,
  },
  {
    name: 'standard output closed after a line (head -1) or from the start, standard input and error closed',
    expected: 'no words about it and no frames; a run that only lost its reader is resumed',
    run: closedStreams,
  },
]

async function stoppedRuns({ places }) {
  const tally = new Tally()
  for (const workers of ['1', '2']) {
    const args = [...perplexityArguments(), '--workers', workers]
    const reference = places.fresh('run')
    await runWell([...args, '--output', reference])
    for (const [signal, times] of [
      ['SIGINT', 1],
      ['SIGINT', 2],
      ['SIGTERM', 1],
      ['SIGHUP', 1],
    ]) {
      const output = places.fresh('run')
      const { child, ended } = startTint([...args, '--output', output])
      await until(() => existsSync(`${output}/samples.jsonl`))
      for (let time = 0; time < times; time++) {
        child.kill(signal)
        await wait(20)
      }
      const { code } = await ended
      const again = await runTint([...args, '--output', output, '--resume'])
      const difference = again.code === 0 ? firstDifference(output, reference) : lastLine(again.stderr)
      tally.add(code === 130 && difference === undefined, difference ?? `exit code ${code}, then identical`)
    }
  }
  return tally
}

async function closedStreams({ places }) {
  const tally = new Tally()
  const tint = `'${process.execPath}' '${tintScript}'`
  const run = perplexityArguments('auto', 8)
    .map((word) => `'${word}'`)
    .join(' ')
  const lines = [
    [`${tint} inspect gpt2-nano-bytes | head -1`, 0],
    [`${tint} --help | head -1`, 0],
    [`${tint} ${run} --output '${places.fresh('run')}' | head -1`, 0],
    [`${tint} ${run} --output '${places.fresh('run')}' <&-`, 0],
    [`${tint} ${run} --output '${places.fresh('run')}' >&-`, undefined],
    [`${tint} ${run} --output '${places.fresh('run')}' 2>&-`, 0],
  ]
  for (const [line, expected] of lines) {
    const { status, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${line}`], { encoding: 'utf8' })
    const isQuiet = !/^\s+at |unexpected failure/m.test(stderr)
    tally.add(
      isQuiet && (expected === undefined || status === expected),
      isQuiet ? `exit code ${status}` : lastLine(stderr),
    )
  }
  return tally
}
