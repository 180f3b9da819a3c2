import type { Page } from 'playwright-core'

/** Waits until everything pending has been laid out. */
export const twoFrames = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

// As much of the browser as is used here: the compiler is set to Node's types.
declare const requestAnimationFrame: (callback: (value?: unknown) => void) => void
