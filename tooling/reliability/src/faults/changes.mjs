import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lastLine, runTint, saysWhy, startTint, until } from '../command.mjs'
import { Tally } from '../tally.mjs'
import { perplexityArguments, shippedModel, textFile } from '../workload.mjs'

/** What changes under a run. */
export const changes = [
  {
    name: 'a model, or a text, that changed between the kill and the resumed run; samples that somebody changed',
    expected: 'a sentence that names what differs',
    run: changedInputs,
  },
  { name: 'an output folder that is deleted during the run', expected: 'a sentence', run: deletedFolder },
]

async function changedInputs({ places }) {
  const tally = new Tally()
  const flips = [
    ['modelHash', ({ model }) => flipLastByte(join(model, 'model.safetensors'))],
    ['textSha256', ({ text }) => writeFileSync(text, `${readFileSync(text, 'utf8').slice(1)}`)],
    ['samples.jsonl', ({ output }) => writeFileSync(join(output, 'samples.jsonl'), '{"context":5}\n')],
  ]
  for (const [word, change] of flips) {
    const [model, text, output] = [places.fresh('model'), places.fresh('text.md'), places.fresh('run')]
    cpSync(shippedModel, model, { recursive: true })
    cpSync(textFile, text)
    const args = perplexityArguments().map(
      (given) => ({ 'gpt2-nano-bytes': model, [textFile]: text })[given] ?? given,
    )
    await killedWithin([...args, '--output', output, '--workers', '1'], output, 'SIGKILL')
    change({ model, text, output })
    const again = await runTint([...args, '--output', output, '--workers', '1', '--resume'])
    tally.add(
      saysWhy(again) && again.stderr.includes(word),
      saysWhy(again) ? `${word} is named` : lastLine(again.stderr),
    )
  }
  return tally
}

function flipLastByte(path) {
  const bytes = readFileSync(path)
  bytes[bytes.length - 1] ^= 1
  writeFileSync(path, bytes)
}

async function killedWithin(args, output, signal) {
  const { child, ended } = startTint(args)
  await until(() => existsSync(join(output, 'samples.jsonl')))
  child.kill(signal)
  return ended
}

async function deletedFolder({ places }) {
  const tally = new Tally()
  for (const workers of ['1', '2']) {
    const output = places.fresh('run')
    const { ended } = startTint([...perplexityArguments(), '--workers', workers, '--output', output])
    await until(() => existsSync(join(output, 'samples.jsonl')))
    rmSync(output, { recursive: true, force: true })
    const { code, stderr, ...rest } = await ended
    tally.add(saysWhy({ code, stderr, ...rest }), lastLine(stderr).replace(dirname(output), ''))
  }
  return tally
}
