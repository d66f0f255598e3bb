import { engineTests } from '@tooling/vitest'

export default engineTests({
  once: ['src/{datasets,processes,report,run,runs,statistics,text}/**', 'src/tasks/letters.test.ts'],
})
