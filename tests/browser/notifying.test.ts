import { expect, test } from 'vitest'
import type { Person } from './support/person.ts'
import { eventually } from './support/eventually.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

async function expectNone({ page }: Person): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(page)).toEqual([])
}

/** Chooses the notification level of the open room. */
async function choose({ page }: Person, label: string): Promise<void> {
  await page.getByRole('button', { name: /^Notifications: / }).click()
  await page.getByRole('menuitemradio', { name: label }).click()
}

const bell = ({ page }: Person, words: RegExp) => page.getByRole('button', { name: words }).waitFor()

/** Goes to a view in which no message is read. */
const home = ({ page }: Person) => page.evaluate("window.location.hash = '#/'")

test('a muted room is quiet on all devices, and one of mentions counts those alone', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  const elsewhere = await stage.enter(ada.userId)
  await choose(ada, 'Mute until I turn it on')
  await bell(ada, /^Notifications: Muted$/)
  await expectNone(ada)
  await home(ada)
  await bob.say('Tea?')
  for (const person of [ada, elsewhere]) {
    await person.link('Kitchen').getByText(', muted').waitFor()
    await person.link('Kitchen').getByText('1 unread').waitFor()
    expect(await person.page.title()).toBe('Tabletalk')
  }

  await ada.link('Kitchen').click()
  await choose(ada, 'Mentions only')
  await bell(ada, /^Notifications: Notified of mentions$/)
  await home(ada)
  await bob.say('Or coffee?')
  await ada.link('Kitchen').getByText('1 unread').waitFor()
  expect(await ada.page.title()).toBe('Tabletalk')
  await stage.say(room, bob.userId, `@${ada.userId} say something`, { mentions: [ada.userId] })
  await eventually(() => ada.page.title()).toBe('(1) Tabletalk')
  const icon = () => ada.page.locator('link[rel=icon]').getAttribute('href')
  await eventually(icon).toMatch(/icon-unread/)
  await ada.link('Kitchen').click()
  await eventually(() => ada.page.title()).toBe('Kitchen – Tabletalk')
  await eventually(icon).not.toMatch(/icon-unread/)
  await choose(ada, 'Mute for 1 hour')
  await bell(ada, /^Notifications: Muted until /)
  await choose(ada, 'All messages')
  await bell(ada, /^Notifications: Notified of all messages$/)
})

test('messages show on the desktop while the page is hidden, once that was allowed', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.context.addInitScript(RECORD)
  await ada.page.reload()
  await ada.isReady()
  const shown = () => ada.page.evaluate<string[]>('shown')
  const hide = (isHidden: boolean) => ada.page.evaluate(`hide(${String(isHidden)})`)
  await hide(true)
  await bob.say('Are you there?')
  await eventually(() => ada.page.title()).toBe('(1) Kitchen – Tabletalk')
  await ada.page.getByRole('region', { name: 'Notifications' }).waitFor()
  await hide(false)
  await expectNone(ada)
  await ada.button('Show them').click()
  await ada.page.getByRole('region', { name: 'Notifications' }).waitFor({ state: 'detached' })
  expect(await shown()).toEqual(['asked'])

  await hide(true)
  // When the page was looked at last, by a clock that has been set back since.
  await ada.page.evaluate("localStorage.setItem('tabletalk.looked-at', String(Date.now() + 3_600_000))")
  await bob.say('Hello?')
  await eventually(shown).toEqual(['asked', `Kitchen: ${bob.userId}: Hello?`])
  await hide(false)
  await eventually(shown).toEqual(['asked', `Kitchen: ${bob.userId}: Hello?`, 'closed'])
  await choose(ada, 'Mentions only')
  await bell(ada, /^Notifications: Notified of mentions$/)
  await hide(true)
  await bob.say('Never mind')
  await ada.sees('Never mind')
  await stage.say(room, bob.userId, `@${ada.userId} look`, { mentions: [ada.userId] })
  await eventually(shown).toEqual([
    ...['asked', `Kitchen: ${bob.userId}: Hello?`, 'closed'],
    `Kitchen: ${bob.userId}: @${ada.userId} look`,
  ])
})

test('a message that comes while the page is hidden has a sound, for who wants one', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.page.addInitScript(RECORD)
  await ada.page.reload()
  await ada.isReady()
  const hide = (isHidden: boolean) => ada.page.evaluate(`hide(${isHidden})`)
  const played = () => ada.page.evaluate('played')
  await hide(true)
  await bob.say('without')
  await ada.page.getByRole('region', { name: 'Notifications' }).waitFor()
  expect(await played()).toBe(0)
  await hide(false)
  await ada.button('Settings').click()
  await ada.dialog.getByRole('checkbox', { name: /^Play a sound/ }).check()
  await ada.page.keyboard.press('Escape')
  await ada.sees('without')
  await hide(true)
  await stage.say(room, bob.userId, 'with')
  await eventually(played).toBe(2)
})

test('others are not told what was read by who does not want it', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await bob.button('Settings').click()
  await bob.dialog.getByRole('checkbox', { name: /^Tell others what I have read/ }).uncheck()
  await expectNone(bob)
  await bob.page.keyboard.press('Escape')
  await ada.say('Secret reader')
  await bob.sees('Secret reader')
  const mark = (name: string) => ada.message('Secret reader').getByRole('img', { name })
  await mark('Sent').waitFor()
  await bob.button('Settings').click()
  await bob.dialog.getByRole('checkbox', { name: /^Tell others what I have read/ }).check()
  await bob.page.keyboard.press('Escape')
  await ada.say('Open reader')
  await ada.message('Open reader').getByRole('img', { name: 'Read by 1' }).waitFor()
})

/**
 * A page that can be hidden, and desktop notifications and notes that are recorded, because there is no desktop here.
 * Nor is there a loudspeaker: a busy machine may take longer to find that out than a sound waits to be played.
 */
const RECORD = `
  window.shown = []
  window.played = 0
  AudioContext.prototype.resume = async () => {}
  const { start } = OscillatorNode.prototype
  OscillatorNode.prototype.start = function (when) {
    window.played += 1
    start.call(this, when)
  }
  window.Notification = class {
    static permission = 'default'
    static async requestPermission() {
      shown.push('asked')
      return (this.permission = 'granted')
    }
    constructor(title, { body }) {
      shown.push(title + ': ' + body)
    }
    close() {
      shown.push('closed')
    }
  }
  window.hide = (isHidden) => {
    Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible'), configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }
`
