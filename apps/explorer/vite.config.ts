import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { licences } from './licences'

const { page, worker } = licences()

export default defineConfig({
  // Works in any folder of any server.
  base: './',
  // The checkpoints that come with the runner become files beside the page.
  publicDir: fileURLToPath(new URL('../runner/models', import.meta.url)),
  // The engine's optional parts are loaded when they are needed, in the worker too.
  worker: { format: 'es', plugins: () => [worker] },
  plugins: [page],
  build: {
    target: 'es2022',
    // TensorFlow.js comes as one piece; bundle.test.ts sets the limit.
    chunkSizeWarningLimit: 2000,
  },
})
