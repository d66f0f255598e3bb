import type { ViteUserConfig } from 'vitest/config'
export declare function engineTests(): ViteUserConfig
export declare function plainTests(): ViteUserConfig
