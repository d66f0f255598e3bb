import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { atLeast, colourOf, waysCharts, waysTable, wayText } from '../account.mjs'
import { trainFraction } from '../shapes.mjs'
import { rounded } from '../texts.mjs'
import { alternate, figuresOf, pytorchWay, wayFigures, wayFiguresSchema, withChildren } from '../ways.mjs'

const positive = z.number().positive()
const root = fileURLToPath(new URL('../../../../', import.meta.url))

export const name = 'perplexity'
export const title = 'Perplexity of many small contexts'
export const description =
  'The shipped checkpoint gpt2-nano-bytes over 200 contexts of 512 bytes of this repository’s documents, one learning rate, losses after learning only: TinT in batches of its own choice and a process for each core, beside a PyTorch loop of exact steps over single contexts.'

export const schema = z.strictObject({
  context: z.int(),
  contexts: z.int(),
  /** Contexts at once, as `auto` chose. */
  batch: z.int(),
  /** Of TinT, with a thread each; PyTorch is one with all threads. */
  processes: z.int(),
  ways: z.array(wayFiguresSchema),
  rates: z.array(
    z.strictObject({
      way: z.string(),
      contextsPerSecond: positive,
      /** Mean of the test tokens after learning, in nats. */
      loss: positive,
    }),
  ),
})

/** @param {import('../context.mjs').Context} context */
export async function run(context) {
  const [length, contexts] = context.quick ? [64, 4] : [512, 200]
  const folder = await mkdtemp(join(tmpdir(), 'tint-bench-'))
  try {
    const text = join(folder, 'text.txt')
    await writeFile(text, await documents(length * contexts))
    const model = join(root, 'apps/runner/models/gpt2-nano-bytes')
    const settings = { model, text, context: length, contexts, trainFraction, learningRate: 1e-3 }
    const starts = { tint: () => context.worker('perplexity', settings) }
    if (context.pytorch) starts[pytorchWay] = () => context.pytorchWorker('pytorch_perplexity', settings)
    return await withChildren(starts, async (children) => {
      const answers = await alternate(context, children)
      const ways = wayFigures(answers)
      const rates = [...answers].map(([way, [{ loss }]]) => {
        const seconds = figuresOf(ways, way)?.time.median ?? Number.NaN
        return { way, contextsPerSecond: contexts / seconds, loss }
      })
      const { batch, processes } = children.get('tint').facts
      return { context: length, contexts, batch, processes, ways, rates }
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The repository's own documents, again and again until there are enough bytes. */
async function documents(bytes) {
  const inDocs = (await readdir(join(root, 'docs'))).filter((file) => file.endsWith('.md')).sort()
  const packages = (await readdir(join(root, 'packages'))).sort()
  const paths = [
    'README.md',
    ...inDocs.map((file) => `docs/${file}`),
    'apps/runner/README.md',
    ...packages.map((folder) => `packages/${folder}/README.md`),
  ]
  const text = (await Promise.all(paths.map((path) => readFile(join(root, path))))).join('\n')
  return text.repeat(Math.ceil(bytes / Buffer.byteLength(text)))
}

/** @param {import('zod').infer<typeof schema>} result @returns {import('../account.mjs').Account} */
export function account({ ways, rates, batch, processes }) {
  // Both do the same contexts: a rate's ratio is that of the times, upside down.
  const ratio = figuresOf(ways, 'tint')?.ratioToPyTorch ?? undefined
  const faster = ratio && 1 / ratio.median
  return {
    goals: [
      atLeast(
        'at least 2 × the contexts per second of PyTorch',
        faster,
        2,
        (value) => `${value.toFixed(2)} ×`,
      ),
    ],
    tables: [
      waysTable('Times', ways),
      {
        title: 'Rates',
        columns: ['way', 'contexts per second', 'loss after learning, nats'],
        rows: rates.map(({ way, contextsPerSecond, loss }) => [
          wayText(way),
          rounded(contextsPerSecond),
          loss.toFixed(4),
        ]),
        note: `TinT took ${batch} contexts at once, which it chose itself, in ${processes} ${processes === 1 ? 'process' : 'processes'} with a thread each. The memory is the sum of the peaks of all of them and of the one that hands out (on Linux VmHWM: pages that they share count in each).`,
      },
    ],
    charts: [
      {
        kind: 'bars',
        title: 'Contexts per second',
        text: rounded,
        bars: rates.map(({ way, contextsPerSecond }) => ({
          name: wayText(way),
          value: contextsPerSecond,
          colour: colourOf(way),
        })),
      },
      ...waysCharts('All contexts', ways).slice(1),
    ],
  }
}
