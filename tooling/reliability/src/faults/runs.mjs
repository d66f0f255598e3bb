import { endAfter, lastLine, runTint, runWell } from '../command.mjs'
import { firstDifference } from '../places.mjs'
import { Tally } from '../tally.mjs'
import { evaluateArguments, perplexityArguments } from '../workload.mjs'

/** Runs that are killed. */
export const runs = [
  ['tint perplexity', [...perplexityArguments(), '--workers', '1']],
  ['tint perplexity --workers 2', [...perplexityArguments(), '--workers', '2']],
  ['tint evaluate', evaluateArguments()],
].map(([name, args]) => ({
  name: `SIGKILL at random moments: ${name}`,
  expected: 'resumed, all files are byte for byte those of a run that nobody disturbs',
  run: (context) => killedRun(args, context),
}))

/** Kills a run, and what resumes it, until enough kills hit; compares each run that ends. */
async function killedRun(args, { places, kills, random }) {
  const tally = new Tally()
  const reference = places.fresh('run')
  const { milliseconds } = await runWell([...args, '--output', reference])
  while (tally.tries < kills) {
    const folder = places.fresh('run')
    let hits = 0
    let ended
    do {
      const moment = milliseconds * (0.25 + 0.85 * random())
      ended = await endAfter(moment, 'SIGKILL', [...args, '--output', folder, '--resume'])
      if (ended.signal === 'SIGKILL') hits++
      if (tally.tries + hits >= kills) ended = await runTint([...args, '--output', folder, '--resume'])
    } while (ended.signal === 'SIGKILL')
    const difference = ended.code === 0 ? firstDifference(folder, reference) : lastLine(ended.stderr)
    for (let hit = 0; hit < hits; hit++)
      tally.add(difference === undefined, difference ?? 'identical to the last byte')
  }
  return tally
}
