import { engineTests } from '@tooling/vitest'

export default engineTests({ once: ['src/{tokenizer,checkpoint}/**'] })
