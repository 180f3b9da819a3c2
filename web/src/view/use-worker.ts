import { useEffect } from 'react'

/** A page that stays open for days asks for a new version that often, ms. */
const AGAIN_MS = 60 * 60 * 1_000

/**
 * Installs the service worker, which keeps the page for times without a network and shows pushes. Browsers have workers
 * on pages with TLS and on localhost only.
 *
 * @param isReady whether the chat has been there: what it needs is loaded first
 */
export function useWorker(isReady: boolean): void {
  useEffect(() => {
    const { serviceWorker } = navigator as Partial<Navigator>
    if (!isReady || !serviceWorker) return
    register(serviceWorker)
    const timer = setInterval(() => {
      serviceWorker.ready.then((registration) => registration.update()).catch(() => {})
    }, AGAIN_MS)
    return () => clearInterval(timer)
  }, [isReady])
}

/** A server's policy may forbid it, by an exception or a rejection. Without it, the page needs a network. */
function register(serviceWorker: ServiceWorkerContainer): void {
  Promise.resolve()
    .then(() => serviceWorker.register(address()))
    .catch(() => {})
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(given: string): string }
}

/** Named once, because a policy may be made once. */
let named: string | undefined

/** The worker's address, which the page's policy lets nobody else name. */
const address = (): string => (named ??= nameAddress())

function nameAddress(): string {
  const url = new URL('sw.js', document.baseURI).href
  const { trustedTypes } = window as { trustedTypes?: Policies }
  return trustedTypes?.createPolicy('tabletalk-worker', { createScriptURL: () => url }).createScriptURL('') ?? url
}
