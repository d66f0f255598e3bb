export { axes, frame, short, type Tick } from './report/chart'
export { htmlDocument, section } from './report/document'
export { Markup, type MarkupValue, markup } from './report/markup'
