/** Of V8 and Node, as they may be spelled with `_` too: sizes of the heap and its parts, and of the stack. */
const memoryFlag =
  /^--((max|min|initial)-(old-space|semi-space|young-generation|heap)-size(-percentage)?|stack-size|semi-space-growth-factor)=/

/**
 * The flags of Node that say how much memory it may take. Processes for the same work need the same; others, such as
 * `--inspect`, are for one process.
 *
 * @param flags as `process.execArgv` has them
 */
export function memoryFlags(flags: readonly string[]): string[] {
  return flags.filter((flag) => memoryFlag.test(flag.replaceAll('_', '-')))
}
