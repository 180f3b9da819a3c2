import './show-pushes.js'

/** Put in by `buildWorker`. Paths are from the page's root, without a leading slash. */
declare const BUILD: {
  /** Differs for each version of the page. */
  version: string
  /** The script that starts the page: by its name a page knows which version it is. */
  entry: string
  /** Kept when the worker is installed. */
  files: readonly string[]
  /** Large, and kept when they are used first. */
  later: readonly string[]
}
declare const self: ServiceWorkerGlobalScope

const PREFIX = 'tabletalk-page-'
const own = PREFIX + BUILD.version

const addressOf = (path: string): string => new URL(path, self.registration.scope).href
const root = addressOf('./')
const config = addressOf('config.json')
const assets = addressOf('assets/')

/**
 * Keeps the page for times without a network: its document, its configuration and the files that its build names.
 * Nothing else is ever kept: no token, no reply, no address of a file that somebody has sent.
 */
async function install(): Promise<void> {
  const wasThere = await caches.has(own)
  try {
    await keepPage(await caches.open(own))
  } catch (error) {
    // Half a version would count as one, and push out the one that the open pages use.
    if (!wasThere) await caches.delete(own)
    throw error
  }
  // At once: nothing of a page that is open changes by it, because files have other names in each version.
  await self.skipWaiting()
}

async function keepPage(cache: Cache): Promise<void> {
  const page = await fetch(root, { cache: 'no-cache' })
  // Another version may have been deployed a moment ago: that one brings a worker of its own.
  if (!(await page.clone().text()).includes(BUILD.entry)) throw new Error(`the page is not of version ${BUILD.version}`)
  await cache.put(root, page)
  await cache.add(new Request(config, { cache: 'no-cache' }))
  await cache.addAll(BUILD.files.map(addressOf))
}

/** What can't be kept, as on a full disk, is shown all the same. */
async function keep(address: string, response: Response): Promise<void> {
  try {
    await (await caches.open(own)).put(address, response)
  } catch (error) {
    reportError(error)
  }
}

/** Takes over, and tells the pages that are open which version there is now. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== own)
  // The version before this one stays: a page that still runs it finds the parts that it has not loaded yet.
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)))
  await self.clients.claim()
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  for (const page of pages) page.postMessage({ kind: 'version', entry: BUILD.entry })
}

/** What is kept of the page is shown where there is no network. @param kept its address in the cache */
async function fromNetwork(request: Request, kept: string): Promise<Response> {
  try {
    const response = await fetch(request)
    if (kept === config && response.ok) await keep(kept, response.clone())
    return response
  } catch (error) {
    const page = await (await caches.open(own)).match(kept)
    if (page) return page
    throw error
  }
}

/** Returns a file from the cache, if it is there. The name of a file changes with its content. */
async function fromCache(request: Request): Promise<Response> {
  const kept = await caches.match(request.url, { ignoreVary: true })
  if (kept) return kept
  const response = await fetch(request)
  const isLater = BUILD.later.some((path) => addressOf(path) === request.url)
  if (isLater && response.ok) await keep(request.url, response.clone())
  return response
}

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(activate()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const { origin, pathname } = new URL(request.url)
  if (request.mode === 'navigate' && origin + pathname === root) event.respondWith(fromNetwork(request, root))
  else if (request.url === config) event.respondWith(fromNetwork(request, config))
  else if (request.url.startsWith(assets)) event.respondWith(fromCache(request))
})
