import type { BrowserContext, Page } from 'playwright-core'

/**
 * Collects the browser's complaints: errors in the console or of the page, failed requests, violations of the content
 * security policy.
 */
export class Problems {
  readonly all: string[] = []
  /**
   * A page that is left aborts its pending requests, such as what it loads while idle, or a token. If a user signs out
   * or reloads before a slow machine has opened a socket, the socket is aborted, too.
   */
  readonly #expected: RegExp[] = [
    /^request: .* net::ERR_ABORTED$/,
    /WebSocket connection to '[^']+' failed: WebSocket is closed before the connection is established/,
    // `Stage` blocks service workers in tests that are not about them.
    /Service Worker registration blocked by Playwright/,
  ]

  /** Allows a complaint that the test itself causes. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern)
  }

  get unexpected(): string[] {
    return this.all.filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)))
  }

  /** Watches every page, from its first script on. */
  async watch(context: BrowserContext): Promise<void> {
    await context.exposeBinding('tellBreach', (_source, breach: string) => this.all.push(`policy: ${breach}`))
    await context.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
        tellBreach(`${effectiveDirective} ${blockedURI} ${sample}`.trim()),
      ),
    )
    context.on('page', (page) => this.#watchPage(page))
  }

  #watchPage(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.all.push(`console: ${message.text()}`)
    })
    page.on('pageerror', (error) => this.all.push(`page: ${error.message}`))
    page.on('requestfailed', (request) =>
      this.all.push(`request: ${request.method()} ${request.url()} ${request.failure()?.errorText}`),
    )
    page.on('response', (response) => {
      if (response.status() >= 400) this.all.push(`response: ${response.status()} ${response.url()}`)
    })
  }
}

// As much of the browser as is used here: the compiler is set to Node's types.
interface Breach {
  effectiveDirective: string
  blockedURI: string
  sample: string
}
declare const document: {
  addEventListener(type: 'securitypolicyviolation', listener: (breach: Breach) => void): void
}
declare const tellBreach: (breach: string) => void
