import { engineTests } from '@tooling/vitest'

export default engineTests({ isolate: true, once: ['src/{files,pytorch,safetensors}/**'] })
