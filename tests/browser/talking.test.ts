import { expect, test } from 'vitest'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import { picture } from './support/files.ts'
import type { Person } from './support/person.ts'
import { phone, Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

const menuItem = ({ page }: Person, name: string) => page.getByRole('menuitem', { name, exact: true })

/** Chooses an item from the menu of the message with this text. */
async function choose(person: Person, text: string, item: string): Promise<void> {
  // Messages that quote it come later.
  const message = person.message(text).first()
  await message.hover()
  await message.getByRole('button', { name: /^More about/ }).click()
  await menuItem(person, item).click()
}

const thread = ({ page }: Person) => page.getByRole('complementary', { name: 'Thread' })

const press = (person: Person, name: string) => person.dialog.getByRole('button', { name, exact: true }).click()

async function expectNone({ page }: Person): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(page)).toEqual([])
}

test('an edit is seen by the other and by who comes back; arrow up edits the last message', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.say('Helo', 'second')
  await bob.sees('Helo')
  await stage.disconnect(bob)
  await choose(ada, 'Helo', 'Edit')
  await ada.page.getByRole('textbox', { name: 'Edit the message' }).fill('Hello')
  await ada.page.keyboard.press('Enter')
  await ada.sees('Hello')
  await ada.message('Hello').getByText('edited').waitFor()
  await bob.context.setOffline(false)
  await bob.sees('Hello')
  expect(await bob.texts()).toEqual(['Hello', 'second'])

  await ada.field.press('ArrowUp')
  await ada.page.getByRole('textbox', { name: 'Edit the message' }).fill('the second')
  await expectNone(ada)
  await ada.page.getByRole('button', { name: 'Save' }).click()
  await bob.sees('the second')
})

test('a message that is deleted is gone for both, and for who was away', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.say('first', 'oops', 'last')
  await bob.sees('last')
  await stage.disconnect(bob)
  await choose(ada, 'oops', 'Delete …')
  await expectNone(ada)
  await press(ada, 'Delete')
  await ada.message('oops').waitFor({ state: 'detached' })
  await bob.context.setOffline(false)
  await bob.message('oops').waitFor({ state: 'detached' })
  expect(await bob.texts()).toEqual(['first', 'last'])
})

test('reactions are counted at both, and taken back; all emoji can be chosen from', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.say('Lunch?')
  await bob.sees('Lunch?')
  await choose(bob, 'Lunch?', 'React …')
  const picker = bob.page.getByRole('dialog', { name: 'Choose a reaction' })
  await picker.getByRole('button', { name: '👍', exact: true }).first().click()
  const chip = (person: Person, name: string) => person.message('Lunch?').getByRole('button', { name, exact: true })
  await chip(ada, '👍 1').click()
  await chip(bob, '👍 2').waitFor()
  expect(await chip(ada, '👍 2').getAttribute('aria-pressed')).toBe('true')
  await chip(bob, '👍 2').click()
  await chip(ada, '👍 1').waitFor()

  await choose(bob, 'Lunch?', 'React …')
  await picker.getByRole('searchbox').fill('pizza')
  await expectNone(bob)
  await picker.getByRole('gridcell', { name: /pizza/i }).first().click()
  await chip(ada, '🍕 1').waitFor()
  await choose(bob, 'Lunch?', 'React …')
  // What was chosen last comes first.
  await eventually(() => picker.getByRole('button').first().textContent()).toBe('🍕')
})

test('a reply quotes what it answers to, as it is now', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.say('Who has the key?')
  await choose(bob, 'Who has the key?', 'Reply')
  await bob.say('I have')
  await ada.sees('I have')
  const quote = ada.message('I have').getByRole('button', { name: /^In reply to/ })
  await quote.getByText('Who has the key?').waitFor()
  await expectNone(ada)
  await choose(ada, 'Who has the key?', 'Delete …')
  await press(ada, 'Delete')
  await bob.message('I have').getByText('This message was deleted.').waitFor()
})

test('a file goes into the thread that is open, with a text or without, and not into the room', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.say('Where do we meet?')
  for (const person of [ada, bob]) await choose(person, 'Where do we meet?', 'Reply in a thread')
  const attach = async (name: string) => {
    const chooser = ada.page.waitForEvent('filechooser')
    await thread(ada).getByRole('button', { name: 'Attach files' }).click()
    await (await chooser).setFiles({ ...picture, name })
  }
  await attach('lake.png')
  await thread(bob).getByRole('img', { name: 'lake.png' }).waitFor()
  await thread(ada).getByRole('textbox').fill('and here is the way')
  await attach('map.png')
  await thread(ada).getByText('not sent yet').waitFor()
  await thread(ada).getByRole('textbox').press('Enter')
  await thread(bob).getByRole('img', { name: 'map.png' }).waitFor()
  await thread(bob).getByText('and here is the way').waitFor()
  await expectNone(ada)
  expect(
    await bob.conversation
      .getByRole('log')
      .getByRole('img', { name: /lake|map/ })
      .count(),
  ).toBe(0)
})

test('replies in a thread stand beside the room, are counted at its root, and outlive it', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.say('Where do we meet?')
  await choose(bob, 'Where do we meet?', 'Reply in a thread')
  const field = thread(bob).getByRole('textbox', { name: 'Reply in the thread' })
  await field.fill('At the lake')
  await field.press('Enter')
  await ada
    .message('Where do we meet?')
    .getByRole('button', { name: /^1 reply/ })
    .click()
  await thread(ada).getByText('At the lake').waitFor()
  await expectNone(ada)
  const inRoom = (person: Person) => person.conversation.getByRole('log')
  expect(await inRoom(ada).getByText('At the lake').count()).toBe(0)
  await thread(ada).getByLabel('Also send to the room').check()
  await thread(ada).getByRole('textbox').fill('Both see this')
  await thread(ada).getByRole('textbox').press('Enter')
  await inRoom(bob).getByText('Both see this').waitFor()
  await inRoom(bob)
    .getByRole('button', { name: /^2 replies/ })
    .waitFor()
  await ada.page.getByRole('button', { name: 'Close thread' }).click()
  await choose(ada, 'Where do we meet?', 'Delete …')
  await press(ada, 'Delete')
  // Its place remains, because it has replies.
  await inRoom(bob).getByText('This message was deleted.').waitFor()
  await inRoom(bob).getByText('Where do we meet?').waitFor({ state: 'detached' })
})

test('an unread thread is told beside the list, found from there, and read in all tabs once it is open', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.say('Where do we meet?')
  const tab = await stage.tab(ada)
  await tab.sees('Where do we meet?')
  await choose(bob, 'Where do we meet?', 'Reply in a thread')
  const field = thread(bob).getByRole('textbox', { name: 'Reply in the thread' })
  await field.fill('At the lake')
  await field.press('Enter')
  const entry = (person: Person, name: string) => person.list.getByRole('button', { name, exact: true })
  for (const person of [ada, tab]) await entry(person, 'Threads and mentions 1 unread').waitFor()
  await entry(ada, 'Threads and mentions 1 unread').click()
  await expectNone(ada)
  const threads = ada.dialog.getByRole('list', { name: 'Threads you follow' })
  await threads.getByRole('link', { name: /Kitchen.*Where do we meet\?.*1 unread/ }).click()
  await thread(ada).getByText('At the lake').waitFor()
  for (const person of [ada, tab]) await entry(person, 'Threads and mentions').waitFor()
})

test('who was away finds reactions, quotes, threads, mentions and pins', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.say('Where do we meet?', 'Lunch?')
  await bob.sees('Lunch?')
  await choose(bob, 'Where do we meet?', 'Reply in a thread')
  await bob.page.getByRole('button', { name: 'Close thread' }).click()
  await stage.disconnect(bob)
  await choose(ada, 'Lunch?', 'React …')
  await ada.page.getByRole('dialog').getByRole('button', { name: '👍', exact: true }).first().click()
  await choose(ada, 'Lunch?', 'Pin')
  await choose(ada, 'Lunch?', 'Reply')
  await ada.say(`@${bob.userId} at noon`)
  await choose(ada, 'Where do we meet?', 'Reply in a thread')
  await thread(ada).getByRole('textbox').fill('At the lake')
  await thread(ada).getByRole('textbox').press('Enter')
  await ada
    .message('Where do we meet?')
    .getByRole('button', { name: /^1 reply/ })
    .waitFor()
  await bob.context.setOffline(false)
  await bob.message('Lunch?').getByRole('button', { name: '👍 1', exact: true }).waitFor()
  await bob
    .message('Where do we meet?')
    .getByRole('button', { name: /^1 reply/ })
    .click()
  await thread(bob).getByText('At the lake').waitFor()
  const answer = bob.messages.filter({ hasText: 'at noon' })
  await answer.getByText('Lunch?').waitFor()
  await answer.and(bob.page.locator('.is-for-me')).getByText(`@${bob.userId}`).waitFor()
  await bob.page
    .getByRole('button', { name: /^1 pinned message/ })
    .getByText('Lunch?')
    .waitFor()
})

test('a name behind an @ is completed, and stands out for whom it names', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.field.pressSequentially(`Thanks @${bob.userId.slice(0, 3)}`)
  await ada.page.getByRole('option', { name: bob.userId }).waitFor()
  await expectNone(ada)
  // Enter of an input method, as Safari reports it. It must not choose anything.
  await ada.field.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })
  await ada.field.press('Enter')
  await eventually(() => ada.field.inputValue()).toBe(`Thanks @${bob.userId} `)
  await ada.field.press('Enter')
  await bob.log.locator('.is-for-me').getByText(`@${bob.userId}`).waitFor()
  expect(await ada.log.locator('.is-for-me').count()).toBe(0)
})

test('text is formatted as its Markdown says, and HTML is text', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.say('**bold** and `code` and <b>not</b>')
  await bob.log.getByRole('strong').getByText('bold', { exact: true }).waitFor()
  await bob.log.getByRole('code').getByText('code', { exact: true }).waitFor()
  await bob.log.getByText('<b>not</b>').waitFor()
})

test('a message that is pinned stands above the room, and a link leads to a message', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.say('House rules')
  await bob.sees('House rules')
  await choose(ada, 'House rules', 'Pin')
  await bob.page
    .getByRole('button', { name: /^1 pinned message/ })
    .getByText('House rules')
    .waitFor()
  for (let i = 0; i < 60; i++) await stage.say(room, bob.userId, `number ${i}`)
  const eve = await stage.enter(bob.userId, { at: `#/room/${room}/1` })
  await eve.log.locator('.is-shown').getByText('House rules').waitFor()
})

test('a long press on a phone opens the menu of a message, whose link leads others to it', async () => {
  const userIds = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', userIds)
  const steps = Array.from({ length: 60 }, (_, i) => `step ${i}`)
  const said = (content: string) => ({ senderId: userIds[1]!, content, timestamp: Date.now() })
  await stage.past(room, ['the recipe', ...steps].map(said))
  const ada = await stage.enter(userIds[0]!, { ...phone, at: `#/room/${room}/1` })
  const message = ada.message('the recipe')
  await message.waitFor()
  await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  // What a long press sends. The browser's shell recognizes no such gesture.
  await message.dispatchEvent('contextmenu')
  await menuItem(ada, 'Copy the link').tap()
  const link = await ada.page.evaluate<string>('navigator.clipboard.readText()')
  expect(link).toBe(`${ada.page.url().split('?')[0]!}#/room/${room}/1`)

  const bob = await stage.enter(userIds[1]!)
  await bob.page.goto(link.replace('#', `?as=${userIds[1]!}#`))
  await bob.log.locator('.is-shown').getByText('the recipe').waitFor()
})
