import { packageBuild } from '@tooling/tsup'

export default packageBuild({ entry: ['src/index.ts', 'src/node.ts', 'src/page.ts'] })
