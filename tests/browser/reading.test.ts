import { expect, test } from 'vitest'
import { online, unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

const unread = (person: Person, title: string) => person.link(title).locator('.badge')

/** Chooses an item from the menu of the message with this text. */
async function choose(person: Person, text: string, item: string): Promise<void> {
  const message = person.message(text)
  await message.hover()
  await message.getByRole('button', { name: /^More about/ }).click()
  await person.page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** Creates two rooms with ada and bob. The first has these messages of bob's. */
async function givenRooms(...said: readonly string[]) {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const kitchen = await stage.room('Kitchen', [ada, bob])
  const garden = await stage.room('Garden', [ada, bob])
  for (const content of said) await stage.say(kitchen, bob, content)
  return { ada, bob, kitchen, garden }
}

test('what is read in one tab is read in the other, and one that was away takes nothing back', async () => {
  const { ada, bob, kitchen, garden } = await givenRooms('one', 'two')
  const first = await stage.enter(ada, { at: `#/room/${garden}` })
  await unread(first, 'Kitchen').getByText('2').waitFor()
  expect(await first.page.title()).toMatch(/^\(2\) /)
  const second = await stage.tab(first)
  await unread(second, 'Kitchen').getByText('2').waitFor()
  await first.link('Kitchen').click()
  await first.log.getByText('New messages').waitFor()
  await unread(second, 'Kitchen').waitFor({ state: 'detached' })

  stage.cut(second)
  await stage.say(kitchen, bob, 'three')
  await first.sees('three')
  await second.link('Kitchen').getByText('three').waitFor()
  await unread(second, 'Kitchen').waitFor({ state: 'detached' })
  expect(await second.page.title()).toMatch(/^Garden/)
  await first.page.reload()
  await first.isReady()
  expect(await unread(first, 'Kitchen').count()).toBe(0)
  expect(await first.log.getByText('New messages').count()).toBe(0)
})

test('a message is made unread from its menu, on all devices, until the room is opened again', async () => {
  const { ada, kitchen, garden } = await givenRooms('one', 'two', 'three')
  const first = await stage.enter(ada, { at: `#/room/${kitchen}` })
  const second = await stage.enter(ada, { at: `#/room/${garden}` })
  await first.sees('three')
  await unread(second, 'Kitchen').waitFor({ state: 'detached' })
  await choose(first, 'two', 'Mark unread from here')
  await unread(second, 'Kitchen').getByText('2').waitFor()
  await unread(first, 'Kitchen').getByText('2').waitFor()
  // The line is before the first unread message.
  const rows = first.log.locator('.unread-line, article')
  await eventually(() => rows.nth(1).textContent()).toContain('New messages')
  expect(await violationsOf(first.page)).toEqual([])
  await second.link('Kitchen').click()
  await second.log.getByText('New messages').waitFor()
  await unread(first, 'Kitchen').waitFor({ state: 'detached' })
})

test('own messages say who has read them', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await bob.page.goto('about:blank')
  await ada.say('Are you there?')
  await ada.message('Are you there?').getByRole('img', { name: 'Sent' }).waitFor()
  const back = await stage.enter(bob.userId, { at: `#/room/${room}` })
  await ada.message('Are you there?').getByRole('img', { name: 'Read by 1' }).waitFor()
  await choose(ada, 'Are you there?', 'Seen by …')
  await ada.dialog.getByRole('list', { name: 'Seen by' }).getByText(bob.userId).waitFor()
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.page.keyboard.press('Escape')
  // It is still known after a reload.
  await ada.page.reload()
  await ada.message('Are you there?').getByRole('img', { name: 'Read by 1' }).waitFor()
  await back.say('Yes')
  await back.message('Yes').getByRole('img', { name: 'Read by 1' }).waitFor()
})

test('more new messages than a page: the first one is a click away', async () => {
  const { ada, bob, kitchen, garden } = await givenRooms('the first new one')
  const past = Array.from({ length: 70 }, (_, i) => ({ senderId: bob, content: `more ${i}`, timestamp: Date.now() }))
  await stage.past(kitchen, past)
  const person = await stage.enter(ada, { at: `#/room/${garden}` })
  await unread(person, 'Kitchen').getByText('50+').waitFor()
  await person.link('Kitchen').click()
  await person.sees('more 69')
  expect(await person.log.getByText('New messages').count()).toBe(0)
  await person.button('First new message').click()
  await person.log.getByText('New messages').waitFor()
  await person.sees('the first new one')
  await person.button('First new message').waitFor({ state: 'detached' })
})

test('a mention stands out in the list', async () => {
  const { ada, bob, kitchen, garden } = await givenRooms()
  const person = await stage.enter(ada, { at: `#/room/${garden}` })
  await person.link('Kitchen').waitFor()
  const client = await online(stage.chat, bob)
  await client.request({ action: 'sendMessage', chatRoomId: kitchen, content: `Hi @${ada}`, mentions: [ada] })
  await client.close()
  await person.link('Kitchen').getByText('1 unread, one of them for you').waitFor()
  expect(await violationsOf(person.page)).toEqual([])
})
