import { useEffect } from 'react'

/** How often a page that stays open for days checks for a new version. */
const AGAIN_MS = 60 * 60 * 1_000

/**
 * Installs the service worker, which stores the page for use without a network and shows pushes. Browsers only support
 * service workers on pages with TLS and on localhost.
 *
 * @param isReady whether the chat has been shown, because the files that it needs are loaded first
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

/** Installs the worker. A server's policy may forbid that, by an exception or a rejection. The page works without. */
function register(serviceWorker: ServiceWorkerContainer): void {
  Promise.resolve()
    .then(() => serviceWorker.register(address()))
    .catch(() => {})
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(given: string): string }
}

/** The worker's address once it is known: a policy of one name can only be created once. */
let named: string | undefined

/** Returns the worker's address. The page's policy lets no other script name it. */
const address = (): string => (named ??= nameAddress())

function nameAddress(): string {
  const url = new URL('sw.js', document.baseURI).href
  const { trustedTypes } = window as { trustedTypes?: Policies }
  return trustedTypes?.createPolicy('tabletalk-worker', { createScriptURL: () => url }).createScriptURL('') ?? url
}
