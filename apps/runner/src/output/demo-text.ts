import type { BestResult, DemoReport } from '../demo-report'
import { invocation } from '../invocation'
import { engineText } from '../session'
import { bold, coloured, dim } from './colours'
import { lossText, rateText, secondsText } from './numbers'
import { paragraph, tableText } from './print'
import { textPicture } from './text-picture'

/** The demo for people: what happens, the table, the picture, what it means, and what to try next. */
export function demoText(report: DemoReport, text: Uint8Array): string {
  const width = Math.min(process.stdout.columns ?? 80, 80)
  const { learningRate } = report.best.tint
  const parts = [
    introduction(report),
    lossTable(report),
    bold(`What learning changed, at rate ${rateText(learningRate)}`),
    textPicture(text, report.bytes, width, coloured),
    conclusion(report),
    nextCommands(),
    dim(`${secondsText(report.seconds.load + report.seconds.steps)} on ${engineText(report.engineDetails)}`),
  ]
  return `${parts.join('\n\n')}\n`
}

function introduction({ model, text, trainLength }: DemoReport): string {
  const story =
    `${model} reads the ${text.bytes} bytes of ${text.file}: it learns from the first ${trainLength} by one step of ` +
    `gradient descent, then predicts the other ${text.bytes - trainLength}. "exact" computes the gradient by ` +
    'back-propagation; "TinT" computes what a transformer can compute inside its own forward pass.'
  return `${bold('A language model learns while it reads')}\n${paragraph(story)}`
}

function lossTable({ results, best }: DemoReport): string {
  const inner = results.find(({ way }) => way === 'inner')
  const rates = results.filter(({ way }) => way === 'tint').map(({ learningRate }) => learningRate)
  const lossOf = (way: string, rate: number | null) =>
    results.find((result) => result.way === way && result.learningRate === rate)?.loss ?? Number.NaN
  const marked = (loss: number, { loss: lowest }: BestResult) =>
    loss === lowest ? bold(`* ${lossText(loss)}`) : lossText(loss)
  const rows = rates.map((rate) => [
    rateText(rate ?? 0),
    lossText(inner?.loss ?? Number.NaN),
    marked(lossOf('exact', rate), best.exact),
    marked(lossOf('tint', rate), best.tint),
  ])
  const table = tableText(['learning rate', 'before', 'after, exact', 'after, TinT'], rows)
  return `${table}\n${dim('Test loss in nats per byte; lower is better, * is the best of its column.')}`
}

function conclusion({ results, best, trainLength, text }: DemoReport): string {
  const before = results.find(({ way }) => way === 'inner')?.loss ?? Number.NaN
  const after = best.tint.loss
  if (after >= before) {
    return paragraph(
      'None of these rates helped on this text: try smaller ones, or a text whose end is more like its beginning.',
    )
  }
  const choices = (loss: number) => Math.exp(loss).toFixed(1)
  const learned =
    `Learning from ${trainLength} bytes took the loss on the other ${text.bytes - trainLength} from ${before.toFixed(2)} to ` +
    `${after.toFixed(2)}: before, the model was as unsure as between ${choices(before)} equally likely bytes, afterwards ` +
    `as between ${choices(after)}.`
  if (best.recovered === null) return paragraph(learned)
  const share = Math.round(100 * best.recovered)
  return paragraph(
    `${learned} TinT, in forward passes alone, reached ${share} % of what exact back-propagation gained.`,
  )
}

function nextCommands(): string {
  const tint = invocation()
  const commands = [
    [`${tint} demo --text FILE`, 'a text of yours (up to 512 bytes)'],
    [`${tint} inspect gpt2-nano-bytes`, 'the layers of the model'],
    [`${tint} step --help`, 'a step on your model and ids'],
    [`${tint} doctor`, 'what computes here, and how fast'],
  ] as const
  const width = Math.max(...commands.map(([command]) => command.length))
  const lines = commands.map(([command, what]) => `  ${command.padEnd(width)}  ${dim(what)}`)
  return ['Next:', ...lines].join('\n')
}
