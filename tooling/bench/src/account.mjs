import { bytesText, ratioText, secondsText, timeRangeText } from './texts.mjs'
import { pytorchWay } from './ways.mjs'

/**
 * What people see of a result.
 *
 * @typedef {object} Account
 * @property {readonly Goal[]} goals
 * @property {readonly Table[]} tables
 * @property {readonly Chart[]} charts
 *
 * @typedef {object} Goal
 * @property {string} text what was to be reached
 * @property {string} found
 * @property {boolean | null} met null where it could not be measured, or where it is not about such sizes
 *
 * @typedef {object} Table
 * @property {string} title
 * @property {readonly string[]} columns
 * @property {readonly (readonly string[])[]} rows as many cells as columns
 * @property {string} [note] below the table
 *
 * @typedef {BarChart | GrowthChart} Chart
 *
 * @typedef {object} BarChart
 * @property {'bars'} kind
 * @property {string} title
 * @property {(value: number) => string} text of a value
 * @property {readonly { name: string, value: number, low?: number, high?: number, colour: Colour }[]} bars
 *
 * @typedef {object} GrowthChart both axes logarithmic
 * @property {'growth'} kind
 * @property {string} title
 * @property {{ x: string, y: string }} names of the axes
 * @property {readonly Line[]} lines
 *
 * @typedef {object} Line
 * @property {string} name
 * @property {Colour} colour
 * @property {boolean} [dashed] for what was not measured but computed
 * @property {readonly { x: number, y: number }[]} points
 *
 * @typedef {'tint' | 'exact' | 'pytorch' | 'plain'} Colour
 */

/**
 * What people see of a result. Goals are for the full sizes: of tiny ones it is not told whether they are met.
 *
 * @param {import('./works/index.mjs').Work} work
 * @param {import('./works/index.mjs').Measured} measured
 * @returns {Account}
 */
export function accountOf(work, { quick, result }) {
  const account = work.account(result)
  return quick ? { ...account, goals: account.goals.map((goal) => ({ ...goal, met: null })) } : account
}

/** The colour of a way. @param {string} way @returns {Colour} */
export function colourOf(way) {
  if (way === pytorchWay) return 'pytorch'
  return way.startsWith('exact') ? 'exact' : 'tint'
}

/** Names of ways for people. @param {string} way */
export function wayText(way) {
  const names = { tint: 'TinT', [pytorchWay]: 'PyTorch, exact' }
  return names[way] ?? way.replace(/^tint/, 'TinT')
}

/** @param {readonly import('./ways.mjs').WayFigures[]} ways @param {string} title @returns {Table} */
export function waysTable(title, ways) {
  return {
    title,
    columns: ['way', 'median', 'spread', 'peak memory', 'ratio to PyTorch'],
    rows: ways.map(({ way, time, peakMemoryBytes, ratioToPyTorch }) => [
      wayText(way),
      secondsText(time.median),
      timeRangeText(time),
      bytesText(peakMemoryBytes),
      ratioText(ratioToPyTorch),
    ]),
    note: 'Ratios are medians over the ratios of single rounds, with the lowest and the highest of them.',
  }
}

/** @param {string} title @param {readonly import('./ways.mjs').WayFigures[]} ways @returns {BarChart[]} time, memory */
export function waysCharts(title, ways) {
  const bars = (of) =>
    ways.map((figures) => ({ name: wayText(figures.way), colour: colourOf(figures.way), ...of(figures) }))
  return [
    {
      kind: 'bars',
      title: `${title}: time`,
      text: secondsText,
      bars: bars(({ time }) => ({ value: time.median, low: time.min, high: time.max })),
    },
    {
      kind: 'bars',
      title: `${title}: peak memory`,
      text: bytesText,
      bars: bars(({ peakMemoryBytes }) => ({ value: peakMemoryBytes })),
    },
  ]
}

/**
 * A figure that is not to exceed a bound.
 *
 * @param {string} text
 * @param {number | undefined} value undefined where it could not be measured
 * @param {number} bound
 * @param {(value: number) => string} format
 * @returns {Goal}
 */
export function atMost(text, value, bound, format) {
  return value === undefined
    ? { text, found: 'not measured', met: null }
    : { text, found: format(value), met: value <= bound }
}

/** As {@link atMost}, of a figure that is to reach a bound. @returns {Goal} */
export function atLeast(text, value, bound, format) {
  const goal = atMost(text, value, bound, format)
  return goal.met === null || value === undefined ? goal : { ...goal, met: value >= bound }
}

/** A ratio that is not to exceed a bound. @param {string} text @param {import('./statistics.mjs').Spread | null | undefined} ratio @param {number} bound @returns {Goal} */
export function ratioAtMost(text, ratio, bound) {
  return ratio === null || ratio === undefined
    ? { text, found: 'not measured', met: null }
    : { text, found: ratioText(ratio), met: ratio.median <= bound }
}
