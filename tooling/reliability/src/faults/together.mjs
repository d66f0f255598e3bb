import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { holdName } from '@tintjs/tensor/node'
import { lastLine, runTint, runWell, saysWhy, startTint, until } from '../command.mjs'
import { contentsOf, firstDifference } from '../places.mjs'
import { Tally } from '../tally.mjs'
import { perplexityArguments } from '../workload.mjs'

const args = [...perplexityArguments(), '--workers', '1']

/** Several processes at one place. */
export const together = [
  {
    name: 'two processes on one output folder',
    expected: 'the second is told; the first ends as if it had been alone',
    run: twoRuns,
  },
  {
    name: 'two tint construct on one folder, at once',
    expected: 'one is whole, the other is told',
    run: twoConstructions,
  },
  {
    name: 'an output folder held by a process that ended, whose number is used again, or that is silent on another computer',
    expected: 'taken over: at once, at once, and after a minute',
    run: staleHolders,
  },
]

const small = (kills) => Math.max(1, Math.round(kills / 4))

async function twoRuns({ places, kills }) {
  const tally = new Tally()
  const reference = places.fresh('run')
  await runWell([...args, '--output', reference])
  for (let number = 0; number < small(kills); number++) {
    const output = places.fresh('run')
    const first = startTint([...args, '--output', output])
    await until(() => holds(output))
    first.child.kill('SIGSTOP')
    const second = await runTint([...args, '--output', output, '--resume'])
    first.child.kill('SIGCONT')
    const { code } = await first.ended
    const difference = code === 0 ? firstDifference(output, reference) : `the first ended with ${code}`
    tally.add(saysWhy(second) && difference === undefined, difference ?? lastLine(second.stderr))
  }
  return tally
}

function holds(output) {
  try {
    return readdirSync(output).includes('samples.jsonl')
  } catch {
    return false
  }
}

async function twoConstructions({ places, kills }) {
  const tally = new Tally()
  const reference = places.fresh('simulator')
  await runWell(['construct', 'gpt2-nano-bytes', '--output', reference])
  for (let number = 0; number < small(kills); number++) {
    const output = places.fresh('simulator')
    const construct = ['construct', 'gpt2-nano-bytes', '--output', output]
    const both = await Promise.all([runTint(construct), runTint(construct)])
    const told = both.filter(({ code }) => code !== 0)
    const names = readdirSync(dirname(output))
    const wrong = names.length > 1 ? `left over: ${names}` : firstDifference(output, reference)
    const good = wrong === undefined && told.length < 2 && told.every(saysWhy)
    tally.add(good, wrong ?? told.map(({ stderr }) => lastLine(stderr)).join() ?? 'one after the other')
  }
  return tally
}

async function staleHolders({ places }) {
  const tally = new Tally()
  const probe = places.fresh('run')
  const holder = startTint([...args, '--output', probe])
  await until(() => holds(probe))
  const own = JSON.parse(contentsOf(probe).get(holdName)?.toString() ?? '{}')
  holder.child.kill('SIGKILL')
  await holder.ended
  const cases = [
    ['a process that ended', own, false],
    ['a number that is used again', { ...own, pid: process.pid, started: 1 }, false],
    ['another computer', { ...own, place: '0'.repeat(16), host: 'elsewhere' }, true],
  ]
  for (const [name, content, isWatched] of cases) {
    const output = places.fresh('run')
    mkdirSync(output)
    writeFileSync(join(output, holdName), JSON.stringify(content))
    const { code, stderr } = await runTint([...args, '--output', output])
    const good = code === 0 && stderr.includes('watching for 60 s') === isWatched
    tally.add(good, good ? `taken over from ${name}` : `${name}: ${lastLine(stderr)}`)
  }
  return tally
}
