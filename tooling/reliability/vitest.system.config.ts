import { systemTests } from '@tooling/vitest'

export default systemTests()
