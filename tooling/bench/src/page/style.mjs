import { Markup } from '@tintjs/evaluate/page'

/** What the bench's page has beyond the look of all reports: PyTorch's orange, bars, and goals. */
export const ownStyle = new Markup(`
:root { --pytorch: #b85400; --plain: #8a949e }
@media (prefers-color-scheme: dark) { :root { --pytorch: #ffa552; --plain: #8f99a3 } }
h3 { font-size: 16px; margin: 28px 0 4px }
.results caption { text-align: left; font-weight: 600; font-size: 15px; padding: 10px 0 4px }
.results { width: auto } .results td:first-child { color: var(--ink) }
.goals td:nth-child(2), .goals th:nth-child(2) { text-align: left }
.met { color: var(--tint); font-weight: 650 } .missed { color: var(--pytorch); font-weight: 650 }
.warning { border: 1px solid var(--pytorch); border-radius: 8px; padding: 8px 14px }
.drawn .label { fill: var(--ink); font-size: 13px; font-variant-numeric: tabular-nums }
.drawn .whisker { fill: none; stroke: var(--ink); stroke-width: 1.3 }
.drawn .line { fill: none; stroke-width: 2.4; stroke-linejoin: round } .drawn .dashed { stroke-dasharray: 6 5; stroke-width: 1.8 }
rect.tint, circle.tint { fill: var(--tint) } rect.exact, circle.exact { fill: var(--exact) }
rect.pytorch, circle.pytorch { fill: var(--pytorch) } rect.plain, circle.plain { fill: var(--plain) }
.drawn .line.tint { stroke: var(--tint) } .drawn .line.exact { stroke: var(--exact) }
.drawn .line.pytorch { stroke: var(--pytorch) } .drawn .line.plain { stroke: var(--plain) }
.facts { margin: 0 }
`)
