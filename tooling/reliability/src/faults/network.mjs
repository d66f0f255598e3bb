import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { lastLine, runTint } from '../command.mjs'
import { startHub } from '../hub.mjs'
import { everyCommand, hubCommands } from '../offline-commands.mjs'
import { Tally } from '../tally.mjs'

/** What the system says about connections: each subcommand under strace. */
export const network = [
  {
    name: 'connections of every subcommand, as strace sees them: without a hub id, with --offline, and with a hub id and --offline',
    expected: 'none',
    run: connections,
  },
]

async function connections({ places }) {
  const tally = new Tally()
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' })
  } catch {
    tally.add(false, 'not tried: strace is not installed')
    return tally
  }
  const hub = await startHub(places)
  const env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: places.fresh('cache'), HF_HUB_OFFLINE: '0' }
  const ids = places.fresh('ids.json')
  writeFileSync(ids, '[1,2,3,4,5,6,7,8]')
  try {
    const commands = everyCommand(places.fresh(''), ids)
    const all = [
      ...commands.map((args) => [args, true]),
      ...commands.map((args) => [[...args, '--offline'], true]),
      ...hubCommands(places.fresh(''), ids).map((args) => [[...args, '--offline'], false]),
    ]
    for (const [args, works] of all) {
      const log = places.fresh('strace.log')
      const prefix = ['strace', '-f', '-qq', '-e', 'trace=connect', '-o', log]
      const ended = await runTint(args, { env, prefix })
      const seen = readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => /AF_INET/.test(line))
      const isRight = works ? ended.code === 0 : ended.code === 1
      tally.add(
        isRight && seen.length === 0,
        seen[0] ?? (isRight ? 'none' : `${args.join(' ')}: ${lastLine(ended.stderr)}`),
      )
    }
    if (hub.requests.length > 0) tally.add(false, `the hub saw ${hub.requests[0].path}`)
  } finally {
    await hub.close()
  }
  return tally
}
