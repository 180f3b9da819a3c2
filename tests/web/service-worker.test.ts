import { runInNewContext } from 'node:vm'
import { beforeEach, expect, test } from 'vitest'
import { buildWorker } from '../../web/build-worker.ts'

const SCOPE = 'https://chat.example/'
const LARGE = 'x'.repeat(600_000)

/** The server's files, by path from the page's root. */
type Files = Record<string, string>

class FakeCache {
  readonly kept = new Map<string, Response>()

  constructor(
    readonly fetch: (request: string | Request) => Promise<Response>,
    readonly disk: { isFull: boolean },
  ) {}

  async put(address: string, response: Response) {
    if (this.disk.isFull) throw new DOMException('no place', 'QuotaExceededError')
    this.kept.set(address, response)
  }

  async add(request: Request) {
    await this.put(request.url, await this.fetch(request))
  }

  async addAll(addresses: string[]) {
    const responses = await Promise.all(addresses.map((address) => this.fetch(address)))
    if (responses.some(({ ok }) => !ok)) throw new TypeError('one of them is missing')
    for (const [index, address] of addresses.entries()) await this.put(address, responses[index]!)
  }

  async match(address: string) {
    return this.kept.get(address)?.clone()
  }
}

/** A browser that runs the worker of the build. Caches and the server are fakes, which can fail. */
class Browser {
  readonly caches = new Map<string, FakeCache>()
  readonly reported: unknown[] = []
  readonly disk = { isFull: false }
  server: Files | undefined

  readonly #fetch = async (request: string | Request): Promise<Response> => {
    if (!this.server) throw new TypeError('no network')
    const content = this.server[(typeof request === 'string' ? request : request.url).slice(SCOPE.length)]
    return content === undefined ? new Response('', { status: 404 }) : new Response(content)
  }

  /**
   * Starts the worker of a version.
   *
   * @returns a function that sends it an event
   */
  async start(files: Files, entry: string) {
    const all = Object.entries(files).map(([path, content]) => ({ path, content }))
    const { content } = await buildWorker(all, entry)
    const listeners = new Map<string, (event: object) => void>()
    const self = {
      registration: { scope: SCOPE },
      clients: { claim: async () => {}, matchAll: async () => [] },
      skipWaiting: async () => {},
      addEventListener: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
    }
    const caches = {
      has: async (name: string) => this.caches.has(name),
      keys: async () => [...this.caches.keys()],
      delete: async (name: string) => this.caches.delete(name),
      open: async (name: string) => {
        if (!this.caches.has(name)) this.caches.set(name, new FakeCache(this.#fetch, this.disk))
        return this.caches.get(name)!
      },
      match: async (address: string) => {
        for (const cache of this.caches.values()) if (cache.kept.has(address)) return cache.match(address)
        return undefined
      },
    }
    const reportError = (error: unknown) => this.reported.push(error)
    runInNewContext(String(content), { self, caches, fetch: this.#fetch, Request, Response, URL, reportError })
    return {
      tell: async (name: 'install' | 'activate'): Promise<void> => {
        let done: Promise<void> | undefined
        listeners.get(name)!({ waitUntil: (promise: Promise<void>) => (done = promise) })
        await done
      },
      get: async (path: string): Promise<string> => {
        let response: Promise<Response> | undefined
        const request = new Request(SCOPE + path)
        listeners.get('fetch')!({ request, respondWith: (promise: Promise<Response>) => (response = promise) })
        return (await response!).text()
      },
    }
  }

  /**
   * Deploys a version.
   *
   * @returns its worker, installed and active
   */
  async deploy(name: string) {
    const files = version(name)
    this.server = { ...files, '': files['index.html']! }
    const worker = await this.start(files, `assets/index-${name}.js`)
    await worker.tell('install')
    await worker.tell('activate')
    return worker
  }

  /** Whether an open page of a version can still load its parts. */
  hasKept(name: string): boolean {
    return [...this.caches.values()].some(({ kept }) => kept.has(`${SCOPE}assets/part-${name}.js`))
  }
}

const version = (name: string): Files => ({
  'index.html': `<script src="assets/index-${name}.js">`,
  'config.json': `{"of":"${name}"}`,
  [`assets/index-${name}.js`]: name,
  [`assets/part-${name}.js`]: name,
  [`assets/emoji-${name}.js`]: LARGE,
})

let browser: Browser
beforeEach(() => {
  browser = new Browser()
})

test('the version before stays for the pages that run it, and the ones before that go', async () => {
  for (const name of ['a', 'b', 'c']) await browser.deploy(name)
  expect(['a', 'b', 'c'].map((name) => browser.hasKept(name))).toEqual([false, true, true])
})

test('a version that could not be installed leaves nothing, and does not push out the one that is in use', async () => {
  await browser.deploy('a')
  const broken = version('b')
  const worker = await browser.start(broken, 'assets/index-b.js')
  browser.server = { ...broken, '': broken['index.html']! }
  delete browser.server['assets/part-b.js']
  await expect(worker.tell('install')).rejects.toThrow('one of them is missing')
  expect(browser.caches.size).toBe(1)
  await browser.deploy('c')
  expect(['a', 'b', 'c'].map((name) => browser.hasKept(name))).toEqual([true, false, true])
})

test('what is installed again without success keeps what it had', async () => {
  const worker = await browser.deploy('a')
  browser.server = undefined
  await expect(worker.tell('install')).rejects.toThrow('no network')
  expect(browser.hasKept('a')).toBe(true)
})

test('a full disk keeps nothing from being shown as the network has it', async () => {
  const worker = await browser.deploy('a')
  browser.disk.isFull = true
  browser.server = { ...browser.server, 'config.json': 'newer' }
  expect(await worker.get('config.json')).toBe('newer')
  expect(await worker.get('assets/emoji-a.js')).toBe(LARGE)
  expect(browser.reported).toHaveLength(2)
})

test('the configuration is what the network had last when there is none', async () => {
  const worker = await browser.deploy('a')
  browser.server = { ...browser.server, 'config.json': 'newer' }
  await worker.get('config.json')
  browser.server = undefined
  expect(await worker.get('config.json')).toBe('newer')
})
