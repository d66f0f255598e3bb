import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Tally } from '../tally.mjs'
import { root } from '../workload.mjs'

/** The installer, tried by its own tests with more moments: on a library made for them, so that nothing is downloaded. */
export const install = [
  {
    name: 'SIGKILL, SIGINT and SIGTERM at random moments: tint-libtensorflow install',
    expected:
      'what has its name in the cache is whole; status is right, and the next installation works at once',
    run: ({ kills }) =>
      tested(
        'kill.system.test.ts',
        ['--config', 'vitest.system.config.ts'],
        { TINT_KILLS: String(kills) },
        kills,
      ),
  },
  {
    name: 'full disk: tint-libtensorflow install',
    expected: 'a sentence, and nothing left',
    run: () => tested('disk.test.ts', [], {}, 1),
  },
]

function tested(file, flags, env, timesEach) {
  const tally = new Tally()
  const { stdout } = spawnSync('npx', ['vitest', 'run', ...flags, '--reporter=json', `src/${file}`], {
    cwd: join(root, 'packages/libtensorflow'),
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  const { testResults = [] } = JSON.parse(stdout.slice(stdout.indexOf('{"num')) || '{}')
  for (const { assertionResults } of testResults) {
    for (const { status, title, failureMessages } of assertionResults) {
      if (status === 'pending' || status === 'skipped') continue
      for (let time = 0; time < timesEach; time++)
        tally.add(
          status === 'passed',
          status === 'passed' ? 'as expected' : `${title}: ${failureMessages[0]}`,
        )
    }
  }
  if (tally.tries === 0) tally.add(true, 'skipped: there is no compiler here')
  return tally
}
