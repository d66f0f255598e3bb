import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLine, runTint, runWell, saysWhy } from '../command.mjs'
import { startHub } from '../hub.mjs'
import { firstDifference } from '../places.mjs'
import { Tally } from '../tally.mjs'
import { evaluateArguments, perplexityArguments, storkIds } from '../workload.mjs'
import { savings } from './saves.mjs'

const resumable = [
  ['tint perplexity', [...perplexityArguments(), '--workers', '1']],
  ['tint evaluate', evaluateArguments()],
]

/** Disks that are full or can only be read. */
export const disk = [
  ...resumable.map(([name, args]) => ({
    name: `full disk: ${name}`,
    expected: 'a sentence; with room again, resumed to the same bytes',
    needsMount: true,
    run: (context) => fullDuringRun(args, context),
  })),
  {
    name: 'full disk: construct, step --save-updated, step --save-model, report',
    expected: 'a sentence, and nothing half on the disk',
    needsMount: true,
    run: (context) => savedWhere(context, (places) => places.disk('1m')),
  },
  {
    name: 'full disk: a model that comes from the hub',
    expected: 'a sentence; with room again, it goes on',
    needsMount: true,
    run: fullCache,
  },
  {
    name: 'read-only output: the same commands, perplexity and evaluate',
    expected: 'a sentence',
    needsMount: true,
    run: readOnly,
  },
]

/** Room runs out at the folder itself, the lock, the configuration, some of the samples, the report. */
const rooms = [0, 4, 8, 12, 16, 24, 36, 48]

async function fullDuringRun(args, { places }) {
  const tally = new Tally()
  const reference = places.fresh('run')
  await runWell([...args, '--output', reference])
  for (const kibibytes of rooms) {
    const { folder, fill } = places.disk('2m')
    const output = join(folder, 'run')
    const free = fill(kibibytes * 1024)
    const full = await runTint([...args, '--output', output])
    free()
    const again = await runTint([...args, '--output', output, '--resume'])
    const difference = again.code === 0 ? firstDifference(output, reference) : lastLine(again.stderr)
    const said = full.code === 0 ? 'had room enough' : cutMessage(full)
    tally.add((full.code === 0 || saysWhy(full)) && difference === undefined, difference ?? said)
  }
  return tally
}

/** The message with the changing beginning left away. */
function cutMessage({ stderr }) {
  return /the disk.* is full/.exec(stderr)?.[0] ?? lastLine(stderr)
}

async function savedWhere({ places }, diskOf) {
  const tally = new Tally()
  const ids = places.fresh('ids.json')
  writeFileSync(ids, storkIds)
  const run = places.fresh('run')
  await runWell([...perplexityArguments('auto', 8), '--workers', '1', '--output', run])
  const all = [...savings(ids), { name: 'tint report', args: ['report', run, '--output'], room: 0 }]
  for (const { args, room, name } of all) {
    const { folder, fill } = diskOf(places)
    if (room !== undefined) fill(room)
    const ended = await runTint([...args, join(folder, name.includes('report') ? 'report.html' : 'saved')])
    const left = existsSync(folder) ? readdirSync(folder).filter((file) => file !== 'filler') : []
    tally.add(saysWhy(ended) && left.length === 0, left.length > 0 ? `left: ${left}` : cutMessage(ended))
  }
  return tally
}

async function readOnly(context) {
  const locked = (places) => {
    const made = places.disk('2m')
    made.makeReadOnly()
    return { ...made, fill: () => {} }
  }
  const tally = await savedWhere(context, locked)
  for (const [, args] of resumable) {
    const ended = await runTint([...args, '--output', join(locked(context.places).folder, 'run')])
    tally.add(saysWhy(ended), lastLine(ended.stderr))
  }
  return tally
}

async function fullCache({ places }) {
  const tally = new Tally()
  const server = await startHub(places)
  try {
    for (const size of ['64k', '512k', '1m']) {
      const { folder, resize } = places.disk(size)
      const env = { HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: join(folder, 'cache'), HF_HUB_OFFLINE: '0' }
      mkdirSync(env.HF_HUB_CACHE)
      const args = ['construct', 'owner/tiny', '--output']
      const full = await runTint([...args, places.fresh('simulator')], { env })
      resize('20m')
      const again = await runTint([...args, places.fresh('simulator')], { env })
      tally.add(
        saysWhy(full) && again.code === 0,
        again.code === 0 ? cutMessage(full) : lastLine(again.stderr),
      )
    }
  } finally {
    await server.close()
  }
  return tally
}
