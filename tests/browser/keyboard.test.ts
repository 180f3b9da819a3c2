import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { online, unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'

const stage = Stage.set()

/** Returns the focused element. */
const focused = ({ page }: Person) => page.locator(':focus')

/** No page of the tests has more stops than this. */
const MOST_STOPS = 60

/** Presses Tab until this element has the focus. */
async function tabTo(person: Person, target: Locator): Promise<void> {
  await target.waitFor()
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if ((await target.and(focused(person)).count()) > 0) return
    await person.page.keyboard.press('Tab')
  }
  throw new Error(`unable to reach ${String(target)} by Tab`)
}

/** Chooses an item from the open menu, by the arrows. */
async function pick(person: Person, item: string): Promise<void> {
  const wanted = person.page.getByRole('menuitem', { name: item, exact: true })
  await wanted.waitFor()
  for (let stop = 0; (await wanted.and(focused(person)).count()) === 0; stop++) {
    if (stop > MOST_STOPS) throw new Error(`unable to reach ${item} by the arrows`)
    await person.page.keyboard.press('ArrowDown')
  }
  await person.page.keyboard.press('Enter')
}

/** Chooses an item that opens a dialog. */
async function choose(person: Person, item: string): Promise<void> {
  await pick(person, item)
  await person.dialog.locator(':focus').waitFor()
}

test('the keyboard is enough to sign in, to go to a room, to send and to go on to the next', async () => {
  const name = unique('ada')
  await stage.room('Kitchen', [name])
  await stage.room('Garden', [name])
  const ada = await stage.arrive('/')
  const { keyboard } = ada.page
  await ada.page.getByRole('textbox', { name: 'Your name' }).and(focused(ada)).waitFor()
  await keyboard.type(name)
  await keyboard.press('Enter')
  await ada.link('Kitchen').waitFor()

  await keyboard.press('Control+k')
  await ada.dialog.getByRole('combobox', { name: 'Room or person' }).and(focused(ada)).waitFor()
  expect(await ada.dialog.getByRole('option').allTextContents()).toEqual(['Garden', 'Kitchen'])
  await keyboard.press('ArrowDown')
  await ada.dialog.getByRole('option', { name: 'Kitchen', selected: true }).waitFor()
  await keyboard.press('Enter')
  await ada.page.getByRole('textbox', { name: 'Message Kitchen' }).and(focused(ada)).waitFor()
  await keyboard.type('Typed, not clicked')
  await keyboard.press('Enter')
  await ada.sees('Typed, not clicked')

  await keyboard.press('Alt+ArrowDown')
  await ada.page.getByRole('textbox', { name: 'Message Garden' }).and(focused(ada)).waitFor()
})

test('the switcher finds a room by a part of its name', async () => {
  const name = unique('ada')
  await stage.room('Kitchen', [name])
  await stage.room('Garden', [name])
  const ada = await stage.enter(name)
  await ada.link('Garden').waitFor()
  await ada.page.keyboard.press('Control+k')
  await ada.dialog.waitFor()
  await ada.page.keyboard.type('arde')
  await eventually(() => ada.dialog.getByRole('option').allTextContents()).toEqual(['Garden'])
  await ada.page.keyboard.press('Enter')
  await ada.page.getByRole('heading', { name: 'Garden', level: 1 }).waitFor()
})

test.for(['Go to …', 'New room', 'Join a room', 'New message'])(
  'Escape closes what "%s" opens, and the focus goes back',
  async (name) => {
    const ada = await stage.enter(unique('ada'))
    const button = ada.page.getByRole('button', { name: new RegExp(`^${name}`) })
    await button.focus()
    await ada.page.keyboard.press('Enter')
    await ada.dialog.waitFor()
    await ada.dialog.locator(':focus').waitFor()
    await ada.page.keyboard.press('Escape')
    await ada.dialog.waitFor({ state: 'detached' })
    await button.and(focused(ada)).waitFor()
  },
)

test('the first Tab offers to skip the list', async () => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('Enter the lobby').waitFor()
  await ada.page.keyboard.press('Tab')
  await ada.page.getByRole('link', { name: 'Skip to the conversation' }).and(focused(ada)).waitFor()
  await ada.page.keyboard.press('Enter')
  await ada.conversation.and(focused(ada)).waitFor()
})

test('the focus stays inside a dialog', async () => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('New room').click()
  await ada.dialog.getByRole('textbox', { name: 'Name' }).and(focused(ada)).waitFor()
  for (let steps = 0; steps < 8; steps++) {
    await ada.page.keyboard.press('Tab')
    expect(await ada.page.locator('.app > :not(dialog) :focus').count()).toBe(0)
  }
})

/** A window in which the details are shown only if they are asked for. */
const narrow = { viewport: { width: 1_000, height: 800 } }

test('the keyboard is enough to mute, remove and ban, and the focus goes back each time', async () => {
  const [name, bob, cem] = [unique('ada'), unique('bob'), unique('cem')]
  const room = await stage.room('Kitchen', [name, bob, cem])
  const ada = await stage.enter(name, { ...narrow, at: `#/room/${room}` })
  await ada.isReady()
  const { keyboard } = ada.page
  const details = ada.button('Details')
  const members = ada.page.getByRole('list', { name: 'Members' })
  const menuOf = (userId: string) => ada.button(`More about ${userId}`)
  const type = async (reason: string) => {
    await tabTo(ada, ada.dialog.getByRole('textbox', { name: 'Reason' }))
    await keyboard.type(reason)
    await keyboard.press('Enter')
    await ada.dialog.waitFor({ state: 'detached' })
  }
  await tabTo(ada, details)
  await keyboard.press('Enter')

  await tabTo(ada, menuOf(bob))
  await keyboard.press('Enter')
  await choose(ada, 'Mute …')
  await keyboard.press('Escape')
  await ada.dialog.waitFor({ state: 'detached' })
  await menuOf(bob).and(focused(ada)).waitFor()
  await keyboard.press('Enter')
  await choose(ada, 'Mute …')
  await ada.dialog.getByRole('combobox', { name: 'For' }).and(focused(ada)).waitFor()
  await type('too loud')
  await members.getByText(/muted until/).waitFor()
  await menuOf(bob).and(focused(ada)).waitFor()

  await keyboard.press('Enter')
  await choose(ada, 'Remove …')
  await type('we said so')
  await menuOf(bob).waitFor({ state: 'detached' })
  // The button that had the focus is gone with the member.
  await ada.page.getByRole('region', { name: 'Members' }).and(focused(ada)).waitFor()

  await tabTo(ada, menuOf(cem))
  await keyboard.press('Enter')
  await choose(ada, 'Ban …')
  await type('spam')
  await menuOf(cem).waitFor({ state: 'detached' })
  await ada.page.getByRole('region', { name: 'Members' }).and(focused(ada)).waitFor()

  await keyboard.press('Escape')
  await members.waitFor({ state: 'detached' })
  await details.and(focused(ada)).waitFor()
})

test('the bans are ended with the keyboard alone, and the focus stays in the dialog', async () => {
  const [name, bob] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [name, bob])
  const client = await online(stage.chat, name)
  await client.request({ action: 'banMember', chatRoomId: room, userId: bob })
  await client.close()
  const ada = await stage.enter(name, { at: `#/room/${room}` })
  await ada.isReady()
  await tabTo(ada, ada.button('Moderation'))
  await ada.page.keyboard.press('Enter')
  await tabTo(ada, ada.dialog.getByRole('button', { name: `End ban of ${bob}` }))
  await ada.page.keyboard.press('Enter')
  await ada.dialog.getByText('Nobody is banned.').waitFor()
  await ada.dialog.getByText('Nobody is banned.').and(focused(ada)).waitFor()
  await ada.page.keyboard.press('Escape')
  await ada.dialog.waitFor({ state: 'detached' })
  await ada.button('Moderation').and(focused(ada)).waitFor()
})

test('a thread that is closed gives the focus back', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await ada.say('Who is in?')
  await ada.sees('Who is in?')
  const opener = ada.message('Who is in?').getByRole('button', { name: /^More about/ })
  await ada.log.focus()
  for (const key of ['Enter', 'Enter']) await ada.page.keyboard.press(key)
  await pick(ada, 'Reply in a thread')
  const thread = ada.page.getByRole('complementary', { name: 'Thread' })
  await thread.locator('textarea:focus').waitFor()
  await ada.page.keyboard.press('Escape')
  await thread.waitFor({ state: 'detached' })
  await opener.and(focused(ada)).waitFor()
})
