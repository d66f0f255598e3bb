import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { atMost } from '../account.mjs'
import { ChildFailure } from '../child.mjs'
import { spreadOf, spreadSchema } from '../statistics.mjs'
import { secondsText, timeRangeText } from '../texts.mjs'

const command = fileURLToPath(new URL('../../../../apps/runner/dist/tint.js', import.meta.url))

export const name = 'start'
export const title = 'Start of the command'
export const description =
  'From the start of the process to the first byte of its output, and to its end, beside Node alone. Commands take turns.'

export const schema = z.strictObject({
  commands: z.array(
    z.strictObject({
      command: z.string(),
      /** Null for Node alone, which says nothing. */
      firstOutput: spreadSchema.nullable(),
      end: spreadSchema,
    }),
  ),
})

const commands = {
  'node -e 0': ['-e', '0'],
  'tint --help': [command, '--help'],
  'tint inspect gpt2-nano-bytes': [command, 'inspect', 'gpt2-nano-bytes'],
  'tint inspect opt-125m': [command, 'inspect', 'opt-125m'],
}

/** @param {import('../context.mjs').Context} context */
export async function run(context) {
  const { rounds } = context
  const times = Object.fromEntries(Object.keys(commands).map((text) => [text, []]))
  for (let round = context.quick ? 1 : 0; round <= rounds; round++) {
    for (const [text, args] of Object.entries(commands)) {
      const time = await start(text, args, context.signal)
      // The first ones read files from the disk.
      if (round > 0) times[text]?.push(time)
    }
    context.tell(`round ${round} of ${rounds}`)
  }
  return {
    commands: Object.entries(times).map(([text, all]) => {
      const outputs = all.flatMap(({ firstOutput }) => firstOutput ?? [])
      return {
        command: text,
        firstOutput: outputs.length === 0 ? null : spreadOf(outputs),
        end: spreadOf(all.map(({ end }) => end)),
      }
    }),
  }
}

/** @returns {Promise<{ firstOutput: number | undefined, end: number }>} in seconds */
function start(text, args, signal) {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const begin = performance.now()
    const seconds = () => (performance.now() - begin) / 1000
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], signal })
    let firstOutput
    let complaints = ''
    child.stdout.on('data', () => {
      firstOutput ??= seconds()
    })
    child.stderr.setEncoding('utf8').on('data', (said) => {
      complaints += said
    })
    child.once('error', (error) => reject(signal.aborted ? signal.reason : error))
    child.once('close', (code) => {
      if (code === 0) resolve({ firstOutput, end: seconds() })
      else reject(new ChildFailure(`${text} ended with exit code ${code}:\n${complaints.trim()}`))
    })
  })
}

/** @param {import('zod').infer<typeof schema>} result @returns {import('../account.mjs').Account} */
export function account({ commands: measured }) {
  const first = (text) => measured.find((found) => found.command === text)?.firstOutput?.median
  return {
    goals: [
      atMost('tint --help says something in at most 0.3 s', first('tint --help'), 0.3, secondsText),
      ...['gpt2-nano-bytes', 'opt-125m'].map((model) =>
        atMost(`tint inspect ${model} in at most 0.6 s`, first(`tint inspect ${model}`), 0.6, secondsText),
      ),
    ],
    tables: [
      {
        title: 'Times',
        columns: ['command', 'first output', 'spread', 'end', 'spread'],
        rows: measured.map(({ command: text, firstOutput, end }) => [
          text,
          firstOutput === null ? '–' : secondsText(firstOutput.median),
          firstOutput === null ? '–' : timeRangeText(firstOutput),
          secondsText(end.median),
          timeRangeText(end),
        ]),
      },
    ],
    charts: [
      {
        kind: 'bars',
        title: 'First output (Node alone: end)',
        text: secondsText,
        bars: measured.map(({ command: text, firstOutput, end }) => {
          const { median, min, max } = firstOutput ?? end
          return {
            name: text,
            value: median,
            low: min,
            high: max,
            colour: firstOutput === null ? 'plain' : 'tint',
          }
        }),
      },
    ],
  }
}
