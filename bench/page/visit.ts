import { fileURLToPath } from 'node:url'
import type { Browser, CDPSession, Page } from 'playwright-core'

export interface Visit {
  page: Page
  devTools: CDPSession
  /** Calls what `probe.js` has. */
  probe: <T>(call: string) => Promise<T>
}

const PROBE = fileURLToPath(new URL('probe.js', import.meta.url))

/** What a slow phone has: 1.6 Mbit/s, 150 ms, and a quarter of this machine's speed. */
async function beSlow(devTools: CDPSession): Promise<void> {
  await devTools.send('Network.enable')
  await devTools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 1_600_000 / 8,
    uploadThroughput: 750_000 / 8,
  })
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
}

/** Opens a page in a browser that has nothing of an earlier visit, measures it, and closes it. */
export async function visiting<T>(
  browser: Browser,
  { url, isSlowPhone = false }: { url: string; isSlowPhone?: boolean },
  measure: (visit: Visit) => Promise<T>,
): Promise<T> {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
  const context = await browser.newContext({
    ...(isSlowPhone ? phone : { viewport: { width: 1_280, height: 800 } }),
    serviceWorkers: 'block',
    locale: 'en-GB',
  })
  context.setDefaultTimeout(180_000)
  try {
    const page = await context.newPage()
    const devTools = await context.newCDPSession(page)
    await page.addInitScript({ path: PROBE })
    if (isSlowPhone) await beSlow(devTools)
    const response = await page.goto(url, { waitUntil: 'commit' })
    if (!response?.ok()) throw new Error(`unable to measure the page; ${String(await response?.text())}`)
    await page.locator('[role=log][aria-busy=false] article[data-seq]').last().waitFor()
    return await measure({ page, devTools, probe: <T>(call: string) => page.evaluate<T>(`probe.${call}`) })
  } finally {
    await context.close()
  }
}
