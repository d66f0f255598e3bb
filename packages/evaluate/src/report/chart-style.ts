import { runColours } from './chart'
import { Markup } from './markup'

/**
 * The look of charts, for any page that gives the colours: `--page`, `--ink`, `--soft`, `--line`, `--grid`, `--inner`,
 * `--exact`, `--tint`, and `--r1` to `--r8` where it has several runs.
 */
export const chartStyle = new Markup(`
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 20px 36px; margin: 14px 0 0; align-items: start }
.charts figure:only-child { max-width: 560px }
figure { margin: 0 }
figcaption { font-weight: 600; font-size: 15px; margin: 0 0 4px }
.charts svg { display: block; width: 100%; height: auto; overflow: visible }
.hidden { position: absolute }
.axis text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums }
.axis .grid { stroke: var(--grid) } .axis .base, .zero { stroke: var(--line) }
.inner { --own: var(--inner) } .exact { --own: var(--exact) } .tint { --own: var(--tint) }
${Array.from({ length: runColours }, (_, index) => `.run${index + 1} { --own: var(--r${index + 1}) }`).join(' ')}
.series .line { fill: none; stroke: var(--own); stroke-width: 2; stroke-linejoin: round }
.series .bar { fill: none; stroke: var(--own); stroke-width: 1.3; opacity: 0.75 }
.series .mark { fill: var(--own); stroke: none } .series .arrow { fill: var(--own) }
.series .best { fill: none; stroke: var(--own); stroke-width: 1.6 }
.inner .line { stroke-dasharray: 5 4 } .exact .line { stroke-width: 1.6 } .tint .line { stroke-width: 2.4 }
.exact .mark { fill: var(--page); stroke: var(--own); stroke-width: 1.8 }
@media (max-width: 480px) { .axis text { font-size: 14px } }
`)
