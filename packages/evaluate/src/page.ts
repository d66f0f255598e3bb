export {
  axes,
  type ChartLine,
  type ChartPoint,
  clipping,
  frame,
  shifted,
  short,
  type Tick,
} from './report/chart'
export { chartStyle } from './report/chart-style'
export { htmlDocument, section } from './report/document'
export { Markup, type MarkupValue, markup } from './report/markup'
export { lossText, rateText, wayNames } from './report/numbers'
export { type Level, type RatePanel, rateCharts } from './report/rate-charts'
export { gainShade, gainThresholds, shadeName, visibleText } from './report/text-shades'
