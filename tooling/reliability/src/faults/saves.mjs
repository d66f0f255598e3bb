import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { endAfter, lastLine, runTint, runWell } from '../command.mjs'
import { contentsOf, firstDifference } from '../places.mjs'
import { Tally } from '../tally.mjs'
import { stepArguments, storkIds } from '../workload.mjs'

/** Commands that write one file or folder, by the option or place of it. @param {string} ids */
export const savings = (ids) => [
  { name: 'tint construct', args: ['construct', 'gpt2-nano-bytes', '--output'] },
  { name: 'tint step --save-updated', args: [...stepArguments(ids), '--save-updated'] },
  { name: 'tint step --save-model', args: [...stepArguments(ids), '--save-model'] },
]

/** Savings that are killed. */
export const saves = savings('').map(({ name }, index) => ({
  name: `SIGKILL at random moments: ${name}`,
  expected: 'nothing or all is there, and the next run of the command leaves it and nothing else',
  run: (context) => killedSaving(index, context),
}))

async function killedSaving(index, { places, kills, random }) {
  const tally = new Tally()
  const ids = places.fresh('ids.json')
  writeFileSync(ids, storkIds)
  const { args } = savings(ids)[index]
  const reference = places.fresh('saved')
  const { milliseconds } = await runWell([...args, reference])
  for (let kill = 0; kill < kills; kill++) {
    const target = places.fresh('saved')
    // Writing is the last part of it.
    await endAfter(milliseconds * (0.5 + 0.5 * random()), 'SIGKILL', [...args, target])
    const whole = existsSync(target)
    const difference = whole ? differenceOf(target, reference) : undefined
    const half = readdirSync(dirname(target)).length - (whole ? 1 : 0)
    // A folder that is there already is refused, as it should be.
    const again = whole && statSync(target).isDirectory() ? { code: 0 } : await runTint([...args, target])
    const names = readdirSync(dirname(target))
    const wrong =
      difference ??
      (again.code !== 0 ? lastLine(again.stderr) : differenceOf(target, reference)) ??
      (names.length > 1 ? `left over: ${names}` : undefined)
    tally.add(
      wrong === undefined,
      wrong ?? (whole ? 'whole' : half > 0 ? 'nothing, and what was half went with the next' : 'nothing'),
    )
  }
  return tally
}

function differenceOf(target, reference) {
  if (statSync(target).isDirectory()) return firstDifference(target, reference)
  const read = (path) => contentsOf(dirname(path)).get('saved')
  return read(target)?.equals(read(reference)) ? undefined : 'saved differs'
}
