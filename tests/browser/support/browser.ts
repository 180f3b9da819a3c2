import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../../../scripts/shared/find-chromium.ts'

/**
 * Starts a Chromium without a window that can reach only this machine.
 *
 * @param wants `whole`: the whole browser, which push messages and the microphone need
 */
export const launchBrowser = (wants: 'whole' | 'shell' = 'shell'): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium(process.env, wants),
    // Its sandbox refuses to work for root, and in a container the user is root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      // A fake microphone that beeps, because the machine may have none.
      '--use-fake-device-for-media-stream',
    ],
  })
