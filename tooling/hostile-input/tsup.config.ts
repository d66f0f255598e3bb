import { packageBuild } from '@tooling/tsup'

export default packageBuild({
  entry: {
    measure: 'src/measure.ts',
    write: 'src/write.ts',
    fuzz: 'src/fuzz/fuzz.ts',
    table: 'src/table.ts',
  },
  dts: false,
  noExternal: ['@tooling/test-hub'],
})
