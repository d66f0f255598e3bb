import { defineConfig } from 'vite'

export default defineConfig({
  // Works in any folder of any server.
  base: './',
  build: {
    target: 'es2022',
    // TensorFlow.js comes as one piece; bundle.test.ts sets the limit.
    chunkSizeWarningLimit: 2000,
  },
})
