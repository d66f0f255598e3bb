import { packageBuild } from '@tooling/tsup'

export default packageBuild({ entry: ['src/tint.ts'], dts: false })
