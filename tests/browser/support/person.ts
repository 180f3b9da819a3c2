import type { BrowserContext, Locator, Page } from 'playwright-core'
import { connectionsOf, type Connections } from './connections.ts'
import type { GivenFile } from './files.ts'
import type { Problems } from './problems.ts'

/** A user at a page of their own, with the elements that tests look for. */
export class Person {
  readonly userId: string
  readonly page: Page
  readonly problems: Problems
  readonly connections: Connections
  readonly list: Locator
  readonly conversation: Locator
  readonly log: Locator
  readonly messages: Locator
  readonly field: Locator
  readonly typing: Locator
  readonly banner: Locator
  readonly dialog: Locator
  readonly uploads: Locator

  constructor(userId: string, page: Page, problems: Problems) {
    this.userId = userId
    this.page = page
    this.problems = problems
    this.connections = connectionsOf(page)
    this.list = page.getByRole('navigation', { name: 'Conversations' })
    this.conversation = page.getByRole('main')
    this.log = page.getByRole('log')
    this.messages = this.log.getByRole('article')
    this.field = page.getByRole('textbox', { name: /^Message / })
    this.typing = page.getByRole('status', { name: 'Typing' })
    this.banner = page.getByRole('status', { name: 'Connection' })
    this.dialog = page.getByRole('dialog')
    this.uploads = page.getByRole('list', { name: 'Uploads' })
  }

  get context(): BrowserContext {
    return this.page.context()
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** Returns the link of a room or person in the list. */
  link(title: string): Locator {
    return this.list.getByRole('link', { name: title })
  }

  /** Returns the message with exactly this text. */
  message(text: string): Locator {
    return this.messages.filter({ has: this.page.getByText(text, { exact: true }) })
  }

  /** Waits until the open conversation shows its messages. */
  isReady(): Promise<void> {
    return this.log.and(this.page.locator('[aria-busy=false]')).waitFor()
  }

  async say(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.field.fill(text)
      await this.field.press('Enter')
    }
  }

  /** Sends files, as the attach button does. */
  attach(...files: readonly GivenFile[]): Promise<void> {
    return this.page.locator('input[type=file]').setInputFiles([...files])
  }

  /** Waits until each of these messages is shown as stored in the room. */
  async sees(...texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.message(text).and(this.page.locator('[data-seq]')).waitFor()
  }

  /** Returns the messages' texts as they are on the page. */
  texts(): Promise<string[]> {
    return this.messages.locator('.text').allTextContents()
  }
}
