import { defineConfig } from 'tsup'

/**
 * The one way every package here is built: ESM with declarations, one file an entry point.
 * @param {{ entry?: string[] | Record<string, string>, dts?: boolean, noExternal?: (string | RegExp)[] }} [options] entry points (default `src/index.ts`)
 */
export function packageBuild({ entry = ['src/index.ts'], dts = true, noExternal = [] } = {}) {
  return defineConfig({
    entry,
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    dts,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: true,
    external: [/^node:/],
    noExternal,
  })
}
