import { check as publint } from './publint.mjs'

/** Every check, in the order in which they run: the quick ones first. */
export const checks = [publint]
