import type { BestResult, DemoReport } from '../demo-report'
import { invocation } from '../invocation'
import { engineText } from '../session'
import { bold, coloured, dim } from './colours'
import { demoConclusion } from './demo-conclusion'
import { lossText, rateText, secondsText } from './numbers'
import { tableText } from './print'
import { textPicture } from './text-picture'
import { paragraph, proseWidth } from './wrap'

/**
 * The demo for people: what happens, the table, the picture, what it means, and what to try next.
 *
 * @param width columns
 */
export function demoText(report: DemoReport, text: Uint8Array, width = proseWidth()): string {
  const { best, seconds } = report
  const parts = [
    introduction(report, width),
    lossTable(report, width),
    bold(`What learning changed, at rate ${rateText(best.tint.learningRate)}`),
    textPicture(text, report.bytes, width, coloured),
    paragraph(demoConclusion(report), width),
    nextCommands(invocation(), width),
    dim(
      paragraph(`${secondsText(seconds.load + seconds.steps)} on ${engineText(report.engineDetails)}`, width),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

function introduction({ model, text, trainLength }: DemoReport, width: number): string {
  const story =
    `${model} reads the ${text.bytes} bytes of ${text.file}: it learns from the first ${trainLength} by one step of ` +
    `gradient descent, then predicts the other ${text.bytes - trainLength}. "exact" computes the gradient by ` +
    'back-propagation; "TinT" computes what a transformer can compute inside its own forward pass.'
  return `${bold('A language model learns while it reads')}\n${paragraph(story, width)}`
}

function lossTable({ results, best }: DemoReport, width: number): string {
  const before = results.find(({ way }) => way === 'inner')?.loss ?? Number.NaN
  const rates = results.filter(({ way }) => way === 'tint').map(({ learningRate }) => learningRate)
  const lossOf = (way: string, rate: number | null) =>
    results.find((result) => result.way === way && result.learningRate === rate)?.loss ?? Number.NaN
  const marked = (loss: number, { loss: lowest }: BestResult) =>
    loss === lowest && loss < before ? bold(`* ${lossText(loss)}`) : lossText(loss)
  const rows = rates.map((rate) => [
    rateText(rate ?? 0),
    lossText(before),
    marked(lossOf('exact', rate), best.exact),
    marked(lossOf('tint', rate), best.tint),
  ])
  const table = tableText(['learning rate', 'before', 'after, exact', 'after, TinT'], rows)
  const note = 'Test loss in nats per byte; lower is better, * is the best of its column.'
  return `${table}\n${dim(paragraph(note, width))}`
}

/** Commands stay whole, so that they can be copied; what they do goes below them where there is no room beside. */
export function nextCommands(tint: string, width: number): string {
  const commands = [
    [`${tint} demo --text FILE`, 'a text of yours (up to 512 bytes)'],
    [`${tint} inspect gpt2-nano-bytes`, 'the layers of the model'],
    [`${tint} step --help`, 'a step on your model and ids'],
    [`${tint} doctor`, 'what computes here, and how fast'],
  ] as const
  const longest = Math.max(...commands.map(([command]) => command.length))
  const beside = commands.every(([, what]) => longest + 4 + what.length <= width)
  const lines = commands.map(([command, what]) =>
    beside ? `  ${command.padEnd(longest)}  ${dim(what)}` : `  ${command}\n      ${dim(what)}`,
  )
  return ['Next:', ...lines].join('\n')
}
