import { packageBuild } from '@tooling/tsup'

export default packageBuild({
  entry: { measure: 'src/measure.ts' },
  dts: false,
  noExternal: ['@tooling/test-hub'],
})
