/** How long work may hold the thread, in milliseconds: a frame of a page. */
const patience = 16

let lastYield = 0

/**
 * Lets timers, signals and progress run when this was not done for a frame. Long calls await this between blocks; it
 * costs nothing in short ones.
 */
export async function yieldToEvents(): Promise<void> {
  const now = performance.now()
  if (now - lastYield < patience) return
  await new Promise((resolve) => setTimeout(resolve, 0))
  lastYield = performance.now()
}
