import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import type { Worker } from 'playwright-core'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { listen, originOf } from '../../local/http.ts'
import { type PageFile, PageFiles } from '../../local/page/page-files.ts'
import { buildWorker } from '../../web/build-worker.ts'
import { builtPage } from './support/built-page.ts'
import { eventually } from './support/eventually.ts'
import { picture } from './support/files.ts'
import { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { unique } from '../support/runtime.ts'

/** The deployed page, which a test can replace by another version. */
class Deployed extends PageFiles {
  #files: readonly PageFile[] = []

  override async get(path: string): Promise<PageFile | undefined> {
    if (this.#files.length === 0) this.#files = await builtPage()
    return this.#files.find((file) => file.path === path)
  }

  /**
   * Deploys the same page with a script of another name. Returns a function that deploys the old version again. Files
   * of the new version that pages still load stay available.
   */
  async replace(): Promise<() => void> {
    const before = this.#files
    const entry = /assets\/index-([\w-]{8})\.js/.exec(String((await this.get('index.html'))?.content))![1]!
    const renamed = before
      .filter(({ path }) => path !== 'sw.js')
      .map(({ path, content }) => ({
        path: path.replace(entry, 'renamed0'),
        content: /\.(js|html)$/.test(path) ? String(content).replaceAll(entry, 'renamed0') : content,
      }))
    this.#files = [...renamed, await buildWorker(renamed, 'assets/index-renamed0.js')]
    return () => {
      this.#files = [...before, ...this.#files.filter(({ path }) => path.startsWith('assets/'))]
    }
  }
}

/** The server for pushes of the deployment. */
const subscriptions: { token: string; subscription: unknown }[] = []
let hasKey = true
const pushServer = createServer((req, res) => {
  res.setHeader('access-control-allow-origin', '*')
  if (!hasKey) return void res.writeHead(500).end()
  if (req.method === 'GET') return void res.end(JSON.stringify({ publicKey: 'the key' }))
  json(req).then(
    (body) => {
      subscriptions.push(body as { token: string; subscription: unknown })
      res.writeHead(204).end()
    },
    () => res.destroy(),
  )
})
const pushUrl = `${originOf('127.0.0.1', await listen(pushServer, 0, '127.0.0.1'))}/subscriptions`
afterAll(() => pushServer.close().closeAllConnections())

const pageFiles = new Deployed()
const stage = Stage.set({ pageFiles, pushUrl }, 'whole')

/** Ada's browser has the page's service worker. Bob is in her room, and has no page open. */
async function talk(): Promise<{ room: string; ada: Person; bobId: string }> {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [adaId, bobId])
  const ada = await stage.enter(adaId, { at: `#/room/${room}`, serviceWorkers: 'allow' })
  await ada.isReady()
  // Waits until the worker controls the page.
  await eventually(() => ada.page.evaluate('navigator.serviceWorker.controller?.state')).toBe('activated')
  return { room, ada, bobId }
}

/** Ada has a room, and a page without the worker, in which nobody is signed in. */
async function talkWithout(): Promise<{ room: string; ada: Person }> {
  const adaId = unique('ada')
  const room = await stage.room('Kitchen', [adaId])
  return { room, ada: await stage.arrive('/', { serviceWorkers: 'allow' }, adaId) }
}

const scriptOf = ({ page }: Person): Promise<string> => page.evaluate('document.scripts[0]?.src ?? ""')

test('without a network the page stands, and what was written is kept and sent when there is one again', async () => {
  const { room, ada, bobId } = await talk()
  const bob = await stage.enter(bobId, { at: `#/room/${room}` })
  await bob.isReady()
  await stage.disconnect(ada)
  await ada.say('while away')
  await ada.message('while away').waitFor()
  await ada.field.fill('not finished')
  ada.page.on('dialog', (dialog) => {
    dialog.accept().catch(() => {})
  })
  await ada.page.reload()
  await ada.list.waitFor()
  await ada.banner.getByText('No connection yet.').waitFor()
  await ada.context.setOffline(false)
  await bob.sees('while away')
  await eventually(() => ada.field.inputValue()).toBe('not finished')
  expect((await bob.texts()).filter((text) => text === 'while away')).toHaveLength(1)
})

test('nothing is kept but the page itself: no message, no token, no address of a file', async () => {
  const { ada } = await talk()
  await ada.say('secret')
  await ada.attach(picture)
  await ada.button('Open dot.png').waitFor()
  await ada.page.reload()
  await ada.sees('secret')
  await ada.button('Open dot.png').waitFor()
  const kept: string[] = await ada.page.evaluate(`(async () => {
    const caches = await Promise.all((await self.caches.keys()).map((name) => self.caches.open(name)))
    const requests = await Promise.all(caches.map((cache) => cache.keys()))
    return requests.flat().map(({ url }) => url)
  })()`)
  const paths = kept.map((url) => url.replace(stage.chat.url, ''))
  expect(paths.filter((path) => !path.startsWith('/assets/')).sort()).toEqual(['/', '/config.json'])
  expect(kept).toContain(await scriptOf(ada))
})

test('a new version says that it is there, and changes nothing before a reload', async () => {
  const { room, ada, bobId } = await talk()
  await ada.field.fill('half a sent')
  const news = ada.page.getByRole('status', { name: 'Version' })
  const goBack = await pageFiles.replace()
  try {
    await ada.page.evaluate('navigator.serviceWorker.ready.then((registration) => registration.update())')
    await news.getByText('There is a new version of this page.').waitFor()
    await stage.say(room, bobId, 'still here?')
    await ada.sees('still here?')
    expect(await ada.field.inputValue()).toBe('half a sent')
    // A part of the old version, which the server no longer has.
    await ada.button('Settings').click()
    await ada.dialog.getByRole('heading', { name: 'Settings', exact: true }).waitFor()
    await ada.page.keyboard.press('Escape')
    await news.getByRole('button', { name: 'Reload' }).click()
    await eventually(() => scriptOf(ada)).toContain('index-renamed0.js')
    await eventually(() => ada.field.inputValue()).toBe('half a sent')
    expect(await news.textContent()).toBe('')
  } finally {
    goBack()
  }
})

test('a push is shown without the page, and a click on it goes to its room', async () => {
  const { room, ada } = await talk()
  await ada.page.evaluate("window.location.hash = '#/'")
  await ada.context.grantPermissions(['notifications'])
  const [worker] = ada.context.serviceWorkers() as [Worker]
  const push = { title: 'Bob', body: 'Tea?', chatRoomId: room, url: `${stage.chat.url}/#/room/${room}` }
  await worker.evaluate(`self.dispatchEvent(new PushEvent('push', { data: ${JSON.stringify(JSON.stringify(push))} }))`)
  const notices = 'self.registration.getNotifications()'
  const shown = () => worker.evaluate(`${notices}.then((all) => all.map(({ title, body, tag }) => [title, body, tag]))`)
  await eventually(shown).toEqual([['Bob', 'Tea?', room]])
  const click = "self.dispatchEvent(new NotificationEvent('notificationclick', { notification }))"
  await worker.evaluate(`${notices}.then(([notification]) => { ${click} })`)
  await eventually(() => ada.page.url()).toContain(`#/room/${room}`)
})

test('who wants notifications is subscribed to pushes until they want none; pushes replace what the page showed', async () => {
  const { room, ada, bobId } = await talk()
  await ada.context.grantPermissions(['notifications'])
  await ada.page.evaluate(PUSH_SERVICE)
  const choice = ada.dialog.getByRole('checkbox', { name: /^Show messages on the desktop/ })
  await ada.button('Settings').click()
  await choice.check()
  const own = () => subscriptions.filter(({ token }) => decodeJwt(token).sub === ada.userId)
  await eventually(() => own().map(({ subscription }) => subscription)).toEqual([{ endpoint: 'for the key' }])
  await ada.page.keyboard.press('Escape')

  const [worker] = ada.context.serviceWorkers() as [Worker]
  const notices = 'self.registration.getNotifications()'
  const shown = () => worker.evaluate(`${notices}.then((all) => all.map(({ title, body, tag }) => [title, body, tag]))`)
  await ada.page.evaluate('hide(true)')
  await stage.say(room, bobId, 'Tea?')
  await eventually(shown).toEqual([['Kitchen', `${bobId}: Tea?`, room]])
  const push = { title: 'Bob', body: 'Tea?', chatRoomId: room, url: `${stage.chat.url}/#/room/${room}` }
  await worker.evaluate(`self.dispatchEvent(new PushEvent('push', { data: ${JSON.stringify(JSON.stringify(push))} }))`)
  await eventually(shown).toEqual([['Bob', 'Tea?', room]])
  await ada.page.evaluate('hide(false)')
  await eventually(shown).toEqual([])
  expect(own()).toHaveLength(1)
  // As another tab of the browser does when its user signs out.
  await ada.page.evaluate('subscription.unsubscribe()')
  await ada.page.evaluate('hide(false)')
  await eventually(() => own().length).toBe(2)

  await ada.button('Settings').click()
  await choice.uncheck()
  await eventually(() => ada.page.evaluate('unsubscribed')).toBe(2)
  await choice.check()
  await eventually(() => own().length).toBe(3)
  await choice.uncheck()
  await eventually(() => ada.page.evaluate('unsubscribed')).toBe(3)

  // A subscription of an earlier page ends too, although this one has not been able to begin its own.
  hasKey = false
  onTestFinished(() => {
    hasKey = true
  })
  ada.problems.expect(/answered 500|status of 500|response: 500/)
  await choice.check()
  await ada.page.evaluate('PushManager.prototype.subscribe({}).then(() => {})')
  await ada.page.keyboard.press('Escape')
  await ada.button('Sign out').click()
  await eventually(() => ada.page.evaluate('unsubscribed')).toBe(4)
})

test('a page that nobody has signed in to says what the worker tells of a version, and goes to a room after that', async () => {
  const { room, ada } = await talk()
  const tab = new Person(ada.userId, await ada.context.newPage(), ada.problems)
  await tab.page.goto(`${stage.chat.url}/`)
  const name = tab.page.getByRole('textbox', { name: 'Your name' })
  await name.waitFor()
  await ada.page.close()
  const [worker] = ada.context.serviceWorkers() as [Worker]
  const told = [
    { kind: 'open', hash: `#/room/${room}` },
    { kind: 'version', entry: 'assets/index-other000.js' },
  ]
  const tell = `(pages) => pages.forEach((page) => ${JSON.stringify(told)}.forEach((told) => page.postMessage(told)))`
  await worker.evaluate(`self.clients.matchAll({ type: 'window' }).then(${tell})`)
  await eventually(() => tab.page.url()).toContain(`#/room/${room}`)
  const news = tab.page.getByRole('status', { name: 'Version' }).getByText('There is a new version of this page.')
  await news.waitFor()
  await name.fill(ada.userId)
  await tab.button('Start chatting').click()
  await tab.isReady()
  await news.waitFor()
})

test('where the server forbids the policy that names the worker, there is a chat without one', async () => {
  const { room, ada } = await talkWithout()
  await ada.context.addInitScript(`
    trustedTypes.createPolicy = () => {
      globalThis.wasRefused = true
      throw new TypeError('Policy "tabletalk-worker" disallowed')
    }
  `)
  await ada.page.goto(`${stage.chat.url}/?as=${ada.userId}#/room/${room}`)
  await eventually(() => ada.page.evaluate('globalThis.wasRefused')).toBe(true)
  await ada.say('still here')
  await ada.sees('still here')
})

/** A page that can be hidden, and a push service, because the browser reaches none here. */
const PUSH_SERVICE = `
  window.unsubscribed = 0
  window.subscription = null
  PushManager.prototype.getSubscription = async () => window.subscription
  PushManager.prototype.subscribe = async ({ applicationServerKey }) =>
    (window.subscription ??= {
      toJSON: () => ({ endpoint: 'for ' + applicationServerKey }),
      unsubscribe: async () => {
        window.subscription = null
        window.unsubscribed += 1
      },
    })
  window.hide = (isHidden) => {
    const get = () => (isHidden ? 'hidden' : 'visible')
    Object.defineProperty(document, 'visibilityState', { get, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }
`
