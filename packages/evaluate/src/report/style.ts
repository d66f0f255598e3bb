import { chartStyle } from './chart-style'
import { Markup } from './markup'

/** The page's look: light and dark, from 320 pixels on. Greys are baselines, the accent is TinT, in text blue is better. */
export const style = new Markup(`
:root { color-scheme: light dark; --page: #ffffff; --ink: #1b1f24; --soft: #59636e; --line: #d9dee3; --grid: #edf0f2;
  --inner: #8a949e; --exact: #4a535c; --tint: #0b62c4; --bar: #dce9f9;
  --r1: #0b62c4; --r2: #b84e00; --r3: #00795a; --r4: #a3358f; --r5: #6b5b00; --r6: #5a49c9; --r7: #b3261e; --r8: #0a7a8a;
  --b1: #e1eefc; --b2: #b5d5f8; --b3: #79b0ee; --b4: #1f68bd; --b4ink: #ffffff;
  --w1: #ffeeda; --w2: #ffd3a0; --w3: #f7a552; --w4: #b85400; --w4ink: #ffffff }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --ink: #e8eaed; --soft: #a2abb5; --line: #3a424a; --grid: #232930;
  --inner: #7d8791; --exact: #c3cad1; --tint: #62adff; --bar: #1d3552;
  --r1: #62adff; --r2: #ff9e57; --r3: #3fd0a4; --r4: #f08fdc; --r5: #d9c64b; --r6: #aba2ff; --r7: #ff8a80; --r8: #55d3e3;
  --b1: #172d45; --b2: #1d4670; --b3: #2a6bb0; --b4: #8cc4ff; --b4ink: #06121f;
  --w1: #3a2815; --w2: #643f16; --w3: #a1611a; --w4: #ffba70; --w4ink: #1f1002 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px }
h1 { font-size: clamp(24px, 4.4vw, 36px); line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; overflow-wrap: anywhere }
h2 { font-size: 20px; line-height: 1.3; margin: 52px 0 6px; overflow-wrap: anywhere }
h3 { font-size: 16px; line-height: 1.35; margin: 30px 0 4px; overflow-wrap: anywhere }
p { margin: 8px 0; max-width: 76ch }
.lead { font-size: clamp(17px, 2vw, 20px); max-width: 64ch }
.lead b { color: var(--tint) }
.soft, .note { color: var(--soft) }
.note { font-size: 13.5px }
.keys { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 10px 0 0; padding: 0; list-style: none; font-size: 14px }
.keys li { display: flex; align-items: center; gap: 8px }
.keys svg { width: 34px; height: 14px }
${chartStyle.text.trim()}
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
.bars { width: 100%; margin-top: 14px } .bars th { font-weight: 400; text-align: left; white-space: nowrap; padding: 9px 12px 9px 0 }
.bars .track { width: 100% } .bars .track { background: linear-gradient(var(--bar), var(--bar)) center / 100% 14px no-repeat }
.bars .track > span { display: block; height: 14px; background: var(--tint) } .bars .track > .inner, .bars .track > .exact { background: var(--own) }
.bars .track > .error { position: relative; height: 0; background: none }
.bars .error i { position: absolute; top: -11px; height: 8px; border: solid var(--ink); border-width: 0 1px; background: linear-gradient(var(--ink), var(--ink)) center / 100% 1px no-repeat }
.box rect { fill: var(--page); stroke: var(--own); stroke-width: 1.6 } .box.tint rect { fill: var(--own); fill-opacity: 0.22 } .box path { fill: none; stroke: var(--own); stroke-width: 1.6 }
.words td, .words th { text-align: left; white-space: normal; vertical-align: top } .words code { font-size: 13px; overflow-wrap: anywhere }
.bars .number { white-space: nowrap; text-align: right; padding-left: 12px }
.examples { display: grid; gap: 26px; margin-top: 14px }
.text { font: 15px/1.75 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-width: none; margin: 8px 0;
  padding: 14px 16px; border: 1px solid var(--line); border-radius: 8px }
.learned { color: var(--soft); opacity: 0.75 }
.better1 { background: var(--b1) } .better2 { background: var(--b2) } .better3 { background: var(--b3) } .better4 { background: var(--b4); color: var(--b4ink) }
.worse1 { background: var(--w1) } .worse2 { background: var(--w2) } .worse3 { background: var(--w3) } .worse4 { background: var(--w4); color: var(--w4ink) }
.legend { font-size: 13.5px; color: var(--soft); max-width: none } .key { display: inline-block; padding: 0 7px; margin: 2px 0; color: var(--ink) }
.better4.key { color: var(--b4ink) } .worse4.key { color: var(--w4ink) } .same { color: var(--soft) }
.scroll { overflow-x: auto; margin: 12px 0 }
.results { width: 100%; font-size: 14px; white-space: nowrap }
.results th, .results td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--grid) }
.results th { color: var(--soft); font-weight: 600; border-bottom-color: var(--line); white-space: normal; vertical-align: bottom; line-height: 1.3 }
.results tbody th { color: inherit; border-bottom-color: var(--grid); line-height: inherit; vertical-align: baseline; white-space: nowrap }
.results th:first-child, .results td:first-child { text-align: left; padding-left: 0 }
.results .best td { font-weight: 650 } .results .tint td:first-child { color: var(--tint) } .results .inner td { color: var(--soft) }
.facts { font-size: 13.5px } .facts th { text-align: left; font-weight: 400; color: var(--soft); padding: 2px 18px 2px 0; vertical-align: top; white-space: nowrap }
.facts td { overflow-wrap: anywhere }
summary { cursor: pointer; color: var(--soft) }
`)
