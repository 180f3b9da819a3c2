import { expect, test } from 'vitest'
import { online, unique } from '../support/runtime.ts'
import { picture, program, table } from './support/files.ts'
import type { Person } from './support/person.ts'
import { phone, Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

const schemes = ['light', 'dark'] as const

/** Expects no violation, in either colour scheme. */
async function expectNone(person: Person): Promise<void> {
  for (const colorScheme of schemes) {
    await person.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violationsOf(person.page), colorScheme).toEqual([])
  }
}

test('everybody can sign in', async () => {
  const ada = await stage.arrive('/')
  ada.problems.expect(/\b400\b/)
  const name = ada.page.getByRole('textbox', { name: 'Your name' })
  await name.waitFor()
  await expectNone(ada)
  await name.fill('a\u202eb')
  await ada.button('Start chatting').click()
  await ada.page.getByRole('alert').waitFor()
  await expectNone(ada)
})

test('everybody can use the list and the welcome', async () => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('Enter the lobby').waitFor()
  await expectNone(ada)
  const client = await online(stage.chat, unique('bob'))
  await client.request({ action: 'createRoom', roomName: 'Garden', members: [ada.userId] })
  const [room] = (await client.request({ action: 'listRooms' })).rooms
  await client.request({ action: 'sendMessage', chatRoomId: room!.chatRoomId, content: 'unread' })
  await ada.link('Garden').getByText('1 unread').waitFor()
  await expectNone(ada)
})

test('everybody can read and write in a conversation', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await bob.say('hello', 'see https://example.com/')
  await ada.sees('hello')
  await ada.say('hello yourself', 'and https://example.org/')
  await bob.attach(picture, table)
  await ada.attach(picture, table)
  await ada.button('Open dot.png').nth(1).waitFor()
  await ada.log.getByRole('link', { name: 'Download' }).nth(1).waitFor()
  // Bob has just typed, and the next typing event comes after 3 s at the earliest, so he continues.
  const shown = ada.typing.getByText('is typing')
  while (!(await shown.isVisible())) await bob.field.pressSequentially('typing', { delay: 50 })
  await expectNone(ada)
  await ada.button('Open dot.png').first().click()
  await ada.dialog.getByRole('img', { name: 'dot.png' }).waitFor()
  await expectNone(ada)
})

test('everybody can see what did not work', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await ada.attach(program)
  await ada.uploads.getByRole('alert').waitFor()
  await stage.disconnect(ada)
  await ada.say('waiting')
  await ada.message('waiting').getByRole('img', { name: 'Sending' }).waitFor()
  await expectNone(ada)
})

test.for(['Go to …', 'New room', 'Join a room', 'New message'])('everybody can use "%s"', async (name) => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await ada.page.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await ada.dialog.waitFor()
  await expectNone(ada)
})

test('everybody can leave a room, or not', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await ada.button('Leave room').click()
  await ada.dialog.waitFor()
  await expectNone(ada)
})

test('everybody can use a phone', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [ada, bob])
  const page = await stage.enter(ada, phone)
  // Messages from before the page has loaded count as read.
  await page.link('Kitchen').waitFor()
  await stage.say(room, bob, 'hello')
  await page.link('Kitchen').getByText('1 unread').waitFor()
  await expectNone(page)
  await page.link('Kitchen').tap()
  await page.sees('hello')
  await expectNone(page)
  await page.button('Details').tap()
  await page.page.getByRole('link', { name: `Message ${bob}` }).waitFor()
  await expectNone(page)
})
