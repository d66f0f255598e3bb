import { max, min } from 'd3-array'
import type { PerplexityResult } from '../perplexity/aggregate'
import { type ChartLine, type ChartPoint, shifted } from './chart'
import type { Markup } from './markup'
import { lossText, percentText, rateText, wayNames } from './numbers'
import { type Level, type RatePanel, rateCharts } from './rate-charts'
import { lineName, type ResultSet } from './result-set'

/**
 * A chart for each fraction: loss against learning rate, a line for each way and run. All have the same scale, moved so
 * that the model alone, of the first run, is at the same height.
 */
export function lossCharts(sets: readonly ResultSet[]): Markup | undefined {
  const fractions = new Set(sets.flatMap(({ results }) => results.map(({ trainFraction }) => trainFraction)))
  const panels = [...fractions]
    .sort((left, right) => left - right)
    .map((trainFraction) => panelOf(sets, trainFraction))
    .filter(({ lines }) => lines.length > 0)
  return panels.length === 0 ? undefined : rateCharts(panels, 'loss, nats per token')
}

function panelOf(sets: readonly ResultSet[], trainFraction: number): RatePanel {
  const levels = sets.flatMap((set) => levelsOf(set, trainFraction))
  const lines = shifted(sets.flatMap((set) => linesOf(set, trainFraction)))
  const points = lines.flatMap((line) => line.points)
  const bases = levels.map(({ value }) => value)
  const anchor = bases[0] ?? min(points, ({ y }) => y) ?? 0
  const base = max(bases) ?? anchor
  const low = Math.min(
    anchor,
    min(bases) ?? anchor,
    min(points, ({ y, error }) => (y > base ? y : y - (error ?? 0))) ?? anchor,
  )
  const highest = Math.max(base, max(points, ({ y }) => y) ?? base)
  // A rate that is far too high would press all others together.
  const high = bases.length === 0 ? highest : Math.min(highest, base + 0.8 * (base - low) + 1e-3)
  return {
    caption: `learned from the first ${percentText(trainFraction)}`,
    label: `Loss against learning rate after learning from ${percentText(trainFraction)} of each context`,
    ...{ lines, levels, anchor, low, high },
  }
}

function levelsOf({ run, results }: ResultSet, trainFraction: number): Level[] {
  return results.flatMap((result) => {
    const { way, negativeLogLikelihood: value } = result
    if (way !== 'inner' || result.trainFraction !== trainFraction || value === null) return []
    const title = `${lineName(run, wayNames[way])}: ${lossText(value)} nats`
    return [{ look: { way, run: run?.number }, value, title }]
  })
}

function linesOf({ run, results }: ResultSet, trainFraction: number): ChartLine[] {
  return (['exact', 'tint'] as const).map((way) => {
    const own = results.filter((result) => result.way === way && result.trainFraction === trainFraction)
    const points = own.flatMap((result) => pointOf(run, result))
    return { look: { way, run: run?.number, shift: 0 }, points }
  })
}

/** Rate 0 has no place on a logarithmic axis; it is in the table. */
function pointOf(run: ResultSet['run'], result: PerplexityResult): ChartPoint[] {
  const { way, learningRate, negativeLogLikelihood, gainStandardError, standardError } = result
  if (learningRate === null || learningRate === 0 || negativeLogLikelihood === null) return []
  return [
    {
      x: learningRate,
      y: negativeLogLikelihood,
      error: gainStandardError ?? standardError,
      title: `${lineName(run, wayNames[way])}, rate ${rateText(learningRate)}: ${lossText(negativeLogLikelihood)} nats`,
    },
  ]
}
