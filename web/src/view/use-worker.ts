import { useEffect, useState } from 'react'

/** A page that stays open for days asks for a new version that often, ms. */
const AGAIN_MS = 60 * 60 * 1_000

/** What the service worker tells. */
type Told = { kind: 'version'; entry: string } | { kind: 'open'; hash: string }

/**
 * Installs the service worker, which keeps the page for times without a network and shows pushes, and goes to the room
 * of a push that was clicked. Browsers have workers on pages with TLS and on localhost only.
 *
 * @param isReady whether the chat has been there: what it needs is loaded first
 * @returns whether there is another version of the page than this one, which a reload would bring
 */
export function useWorker(isReady: boolean): boolean {
  const [isOld, setIsOld] = useState(false)
  useEffect(() => {
    const { serviceWorker } = navigator as Partial<Navigator>
    if (!isReady || !serviceWorker) return
    const onMessage = ({ data }: MessageEvent<Told>) => {
      if (data.kind === 'version') setIsOld(!isRunning(data.entry))
      else if (data.kind === 'open') window.location.hash = data.hash
    }
    serviceWorker.addEventListener('message', onMessage)
    serviceWorker.startMessages()
    register(serviceWorker)
    const timer = setInterval(() => {
      serviceWorker.ready.then((registration) => registration.update()).catch(() => {})
    }, AGAIN_MS)
    return () => {
      serviceWorker.removeEventListener('message', onMessage)
      clearInterval(timer)
    }
  }, [isReady])
  return isOld
}

/** A server's policy may forbid it, by an exception or a rejection. Without it, the page needs a network. */
function register(serviceWorker: ServiceWorkerContainer): void {
  Promise.resolve()
    .then(() => serviceWorker.register(address()))
    .catch(() => {})
}

/** Whether a script is the one that has started this page. @param path from the page's root */
function isRunning(path: string): boolean {
  const { href } = new URL(path, document.baseURI)
  return [...document.scripts].some(({ src }) => src === href)
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(given: string): string }
}

/** The worker's address, which the page's policy lets nobody else name. */
const address = once((): string => {
  const url = new URL('sw.js', document.baseURI).href
  const { trustedTypes } = window as { trustedTypes?: Policies }
  return trustedTypes?.createPolicy('tabletalk-worker', { createScriptURL: () => url }).createScriptURL('') ?? url
})

/** A policy may be made once. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
