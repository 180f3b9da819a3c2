import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { RuntimeOptions } from '../../../local/runtime-options.ts'
import { PageFiles } from '../../../local/page/page-files.ts'
import type { Runtime } from '../../../local/runtime.ts'
import { entitiesOf } from '../../support/entities.ts'
import { online, startChat, unique } from '../../support/runtime.ts'
import { launchBrowser } from './browser.ts'
import { builtPage } from './built-page.ts'
import { eventually, PATIENCE_MS } from './eventually.ts'
import { Person } from './person.ts'
import { Problems } from './problems.ts'

interface Look extends BrowserContextOptions {
  /** The path to begin at, such as `#/room/lobby`. Default: none. */
  at?: string
}

export const desktop = { viewport: { width: 1_280, height: 800 } }
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }

interface Past {
  senderId: string
  content: string
  /** In epoch milliseconds. */
  timestamp: number
}

interface Talk<Names extends readonly string[]> {
  room: string
  people: { [I in keyof Names]: Person }
}

/** A whole Tabletalk and one browser process, for the tests of a file. */
export class Stage {
  chat!: Runtime
  browser!: Browser

  /**
   * Creates the stage. Call it while the file is collected.
   *
   * @param options of the runtime
   * @param browser `whole` for what the browser's shell can't do
   */
  static set(options: RuntimeOptions = {}, browser: 'whole' | 'shell' = 'shell'): Stage {
    const stage = new Stage()
    beforeAll(async () => {
      const pageFiles = new PageFiles(builtPage)
      ;[stage.chat, stage.browser] = await Promise.all([startChat({ pageFiles, ...options }), launchBrowser(browser)])
    })
    afterAll(async () => {
      await stage.browser.close()
      await stage.chat.close()
    })
    return stage
  }

  /** Opens a browser for a user who is signed in. When the test ends, the browser must have no complaints. */
  async enter(userId: string, { at = '', ...options }: Look = {}): Promise<Person> {
    const person = await this.arrive(`/?as=${encodeURIComponent(userId)}${at}`, options, userId)
    // On a phone, a conversation covers the button.
    await person.page.getByRole('button', { name: 'Sign out', includeHidden: true }).waitFor({ state: 'attached' })
    return person
  }

  /** Does the same for somebody who hasn't signed in, at that path. */
  async arrive(path: string, options: BrowserContextOptions = {}, userId = ''): Promise<Person> {
    const problems = new Problems()
    const context = await this.browser.newContext({
      ...desktop,
      ...{ locale: 'en-GB', timezoneId: 'UTC' },
      // A service worker would bypass what a test delays or answers itself.
      serviceWorkers: 'block',
      ...options,
    })
    context.setDefaultTimeout(PATIENCE_MS)
    onTestFinished(async () => {
      await context.close()
      expect(problems.unexpected).toEqual([])
    })
    await problems.watch(context)
    const person = new Person(userId, await context.newPage(), problems)
    await person.page.goto(this.chat.url + path)
    return person
  }

  /** Creates a room with these members, which nobody has opened yet. Returns its id. */
  async room(name: string, members: readonly string[]): Promise<string> {
    const chatRoomId = unique('room')
    const maker = await online(this.chat, members[0]!)
    await maker.request({ action: 'createRoom', chatRoomId, roomName: name, members: [...members] })
    await maker.close()
    return chatRoomId
  }

  /** Opens another page in that user's browser, at the same address. */
  async tab({ userId, page, problems }: Person): Promise<Person> {
    const tab = new Person(userId, await page.context().newPage(), problems)
    await tab.page.goto(page.url())
    return tab
  }

  /** Writes messages as if they were the last ones of the room. */
  async past(chatRoomId: string, messages: readonly Past[]): Promise<void> {
    const { ChatRoom, Message, getRoom, messageIdOf } = await entitiesOf(this.chat)
    const { headSeq } = (await getRoom(chatRoomId))!
    await ChatRoom.patch({ chatRoomId }).add({ headSeq: messages.length }).go()
    const kind = 'text' as const
    const rows = messages.map((message, i) => ({
      chatRoomId,
      messageId: messageIdOf(headSeq + i + 1),
      kind,
      ...message,
    }))
    await Message.put(rows).go({ concurrency: 4 })
  }

  /** Sends a message as a user, on a connection of its own. */
  async say(chatRoomId: string, userId: string, content: string, extras: { mentions?: string[] } = {}): Promise<void> {
    const client = await online(this.chat, userId)
    await client.request({ action: 'sendMessage', chatRoomId, content, ...extras })
    await client.close()
  }

  /** Cuts that page's connection, as a lost network does. */
  cut({ connections }: Person): void {
    this.chat.gateway.terminate(connections.ids.at(-1)!)
  }

  /** Takes that browser offline, until `context.setOffline(false)`. */
  async disconnect(person: Person): Promise<void> {
    person.problems.expect(/ERR_INTERNET_DISCONNECTED/)
    await person.context.setOffline(true)
    const lost = person.banner.getByText('Connection lost.')
    await eventually(async () => {
      if (await lost.isVisible()) return true
      // Open sockets survive going offline, and one that was about to open does too.
      const [connectionId] = person.connections.ids.slice(-1)
      if (this.chat.gateway.connectionIds().includes(connectionId!)) this.cut(person)
      return false
    }).toBe(true)
  }

  /** Creates users whom no other test knows, each at a page of their own, in one room that all have open. */
  async talk<const Names extends readonly string[]>(...names: Names): Promise<Talk<Names>> {
    const userIds = names.map(unique)
    const room = await this.room('Kitchen', userIds)
    const people = await Promise.all(userIds.map((userId) => this.enter(userId, { at: `#/room/${room}` })))
    await Promise.all(people.map((person) => person.isReady()))
    return { room, people } as unknown as Talk<Names>
  }
}
