import { plainTests } from '@tooling/vitest'

export default plainTests()
