import type { ViteUserConfig } from 'vitest/config'
export declare function engineTests(options?: { isolate?: boolean; once?: readonly string[] }): ViteUserConfig
export declare function plainTests(options?: { maxWorkers?: number }): ViteUserConfig
export declare function systemTests(): ViteUserConfig
