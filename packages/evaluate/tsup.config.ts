import { packageBuild } from '@tooling/tsup'

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    node: 'src/node.ts',
    page: 'src/page.ts',
    'unit-process': 'src/processes/unit-process.ts',
  },
})
