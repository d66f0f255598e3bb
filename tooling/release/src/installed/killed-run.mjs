/** An evaluation that is killed and gone on with, by the installed command. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Measures a text without a break, then kills the same measurement once it has samples, resumes it, and compares.
 *
 * @param {import('./projects.mjs').Project} project one that has the command
 * @param {import('../contract.mjs').Report} report
 */
export async function tryKilledRun({ folder, run }, report) {
  const line = 'The storks fly south in autumn, the cranes fly north in spring. '
  await writeFile(join(folder, 'long.txt'), line.repeat(24))
  const args = (output) => [
    ...['perplexity', '--model', 'gpt2-nano-bytes', '--text', 'long.txt', '--context', '64', '--batch', '1'],
    ...[
      '--train-fraction',
      '0.5',
      '--learning-rate',
      '3e-4',
      '--workers',
      '1',
      '--output',
      output,
      '--resume',
    ],
  ]
  const samples = (output) => readFile(join(folder, output, 'samples.jsonl'), 'utf8').catch(() => '')
  await run('tint', ...args('whole'))
  const script = join(folder, 'node_modules', '@tintjs', 'runner', 'dist', 'tint.js')
  const child = spawn(process.execPath, [script, ...args('killed')], { cwd: folder, stdio: 'ignore' })
  const closed = once(child, 'close')
  while ((await samples('killed')).split('\n').length < 5 && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  child.kill('SIGKILL')
  await closed
  const kept = (await samples('killed')).split('\n').length - 1
  await run('tint', ...args('killed'))
  const whole = await samples('whole')
  if ((await samples('killed')) === whole) {
    report.note(
      `killed run: ${kept} of ${whole.split('\n').length - 1} samples were kept, and the rest came out the same`,
    )
    return
  }
  report.problem({
    package: '@tintjs/runner',
    found: 'A run that was killed and resumed has other samples than one that was not',
    todo: 'See docs/reliability.md, and the tests of evaluate/src/run.',
  })
}
