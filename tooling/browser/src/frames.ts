import type { Page } from 'playwright-core'

/** What a person could see. */
export interface Frames {
  /** The different values of the progress bar, in the order in which frames showed them. */
  readonly values: readonly number[]
  /** The longest time between two frames, in milliseconds. */
  readonly longestGap: number
}

/** Looks at a progress bar in every frame from now on. */
export async function watchFrames(page: Page, selector: string): Promise<{ seen(): Promise<Frames> }> {
  const handle = await page.evaluateHandle((query) => {
    const bar = document.querySelector<HTMLProgressElement>(query)
    const frames = { values: [] as number[], longestGap: 0 }
    let last = performance.now()
    const look = () => {
      const now = performance.now()
      frames.longestGap = Math.max(frames.longestGap, Math.round(now - last))
      last = now
      if (bar !== null && frames.values.at(-1) !== bar.value) frames.values.push(bar.value)
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
    return frames
  }, selector)
  return { seen: () => handle.jsonValue() }
}
