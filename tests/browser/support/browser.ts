import { type Browser, chromium } from 'playwright-core'
import { findChromium } from './find-chromium.ts'

/** A Chromium without a window that reaches nothing but this machine. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium(),
    // Its sandbox refuses to work for root, which is who runs in a container.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      // A microphone that beeps: the machine may have none.
      '--use-fake-device-for-media-stream',
    ],
  })
