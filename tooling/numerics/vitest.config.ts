import { engineTests } from '@tooling/vitest'

export default engineTests()
