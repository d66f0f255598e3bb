import { packageBuild } from '@tooling/tsup'

export default packageBuild({
  entry: {
    tint: 'src/tint.ts',
    'perplexity-units': 'src/perplexity/units.ts',
    'evaluation-units': 'src/evaluation/units.ts',
  },
  dts: false,
})
