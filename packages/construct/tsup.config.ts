import { packageBuild } from '@tooling/tsup'

export default packageBuild({ entry: ['src/index.ts'] })
