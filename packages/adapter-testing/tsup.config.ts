import { packageBuild } from '@tooling/tsup'

// The format of case.json is the golden cases' own; it is compiled into the published package.
export default packageBuild({ noExternal: ['@tooling/golden-cases/case'] })
