/**
 * Draws the figures of docs/construction.md; the map of docs/architecture.md, which follows the packages' package.json; and
 * the chart of docs/step.md, which shows a table of docs/fidelity.md: `pnpm --filter @tooling/figures draw`. With `--check`
 * it writes nothing, and fails where a file differs from what would be drawn.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { activation } from './figures/activation.mjs'
import { attention } from './figures/attention.mjs'
import { chunks } from './figures/chunks.mjs'
import { combinations } from './figures/combinations.mjs'
import { derivatives } from './figures/derivatives.mjs'
import { gatedMlp } from './figures/gated-mlp.mjs'
import { layout } from './figures/layout.mjs'
import { linearBackward, linearForward } from './figures/linear.mjs'
import { loss } from './figures/loss.mjs'
import { norm } from './figures/norm.mjs'
import { packages } from './figures/packages.mjs'
import { program } from './figures/program.mjs'
import { rotary } from './figures/rotary.mjs'
import { scores } from './figures/scores.mjs'
import { sharedKeys } from './figures/shared-keys.mjs'

/** Each figure by the name of its file. */
const figures = {
  'architecture-packages': packages,
  'construction-activation': activation,
  'construction-attention': attention,
  'construction-chunks': chunks,
  'construction-combinations': combinations,
  'construction-gated-mlp': gatedMlp,
  'construction-linear-backward': linearBackward,
  'construction-linear-forward': linearForward,
  'construction-loss': loss,
  'construction-norm': norm,
  'construction-program': program,
  'construction-rotary': rotary,
  'construction-scores': scores,
  'construction-shared-keys': sharedKeys,
  'construction-state': layout,
  'fidelity-derivatives': derivatives,
}

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const check = process.argv.includes('--check')

for (const [name, drawn] of Object.entries(figures)) {
  const file = `${folder}${name}.svg`
  if (!check) writeFileSync(file, drawn)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== drawn) {
    console.error(`${file} is not what tooling/figures draws; run pnpm --filter @tooling/figures draw.`)
    process.exitCode = 1
  }
}
