import { expect, test } from 'vitest'
import { unique } from '../support/runtime.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'

const stage = Stage.set()

const heading = ({ page }: Person, name: string) => page.getByRole('heading', { name, level: 1, exact: true })

test('whoever signs in with a name is greeted, and is asked again after signing out', async () => {
  const name = unique('ada')
  const ada = await stage.arrive('/')
  await ada.page.getByRole('textbox', { name: 'Your name' }).fill(name)
  await ada.button('Start chatting').click()
  await heading(ada, `Hello, ${name}`).waitFor()
  await ada.button('Sign out').click()
  await ada.page.getByRole('textbox', { name: 'Your name' }).waitFor()
})

test('a name that cannot be used is refused with words', async () => {
  const ada = await stage.arrive('/')
  ada.problems.expect(/\b400\b/)
  await ada.page.getByRole('textbox', { name: 'Your name' }).fill('a\u202eb')
  await ada.button('Start chatting').click()
  await ada.page.getByRole('alert').getByText('That name cannot be used.').waitFor()
})

test('whoever is in no room enters the lobby with one click, and others meet there', async () => {
  const [ada, bob] = [await stage.enter(unique('ada')), await stage.enter(unique('bob'))]
  for (const person of [ada, bob]) {
    await person.button('Enter the lobby').click()
    await heading(person, 'Lobby').waitFor()
  }
  await bob.say('Hello, lobby')
  await ada.sees('Hello, lobby')
})

test('a room that is made opens, and those who were named have it in their lists', async () => {
  const [ada, bob] = [await stage.enter(unique('ada')), await stage.enter(unique('bob'))]
  const name = unique('Design team')
  await ada.button('New room').click()
  await ada.dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await ada.dialog.getByRole('textbox', { name: 'Members' }).fill(bob.userId)
  await ada.dialog.getByRole('button', { name: 'Create room' }).click()
  await heading(ada, name).waitFor()
  // The id can't be guessed.
  await ada.page.waitForURL(/#\/room\/[\w-]{20,}$/)
  await ada.say('Welcome!')
  await bob.link(name).getByText('1 unread').waitFor()
  await bob.link(name).click()
  await bob.sees('Welcome!')
})

test('a room whose id is taken is not made, and why is said', async () => {
  const ada = unique('ada')
  const room = await stage.room('Kitchen', [ada])
  const page = await stage.enter(ada)
  await page.button('New room').click()
  await page.dialog.getByRole('textbox', { name: 'Name' }).fill('Another kitchen')
  await page.dialog.getByText('Advanced').click()
  await page.dialog.getByRole('textbox', { name: 'Id' }).fill(room)
  await page.dialog.getByRole('button', { name: 'Create room' }).click()
  await page.dialog.getByRole('alert').getByText('That id is taken already.').waitFor()
})

test('a room is joined by its id, and those who are there see who came', async () => {
  const ada = await stage.enter(unique('ada'))
  const room = await stage.room('Kitchen', [ada.userId])
  await ada.link('Kitchen').click()
  const bob = await stage.enter(unique('bob'))
  await bob.button('Join a room').click()
  await bob.dialog.getByRole('textbox', { name: 'Id of the room' }).fill(room)
  await bob.dialog.getByRole('button', { name: 'Join' }).click()
  await heading(bob, 'Kitchen').waitFor()
  await ada.log.getByText(`${bob.userId} joined`).waitFor()
  await ada.page.getByRole('list', { name: 'Members' }).getByText(bob.userId).waitFor()
})

test('joining a room that does not exist says so', async () => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('Join a room').click()
  await ada.dialog.getByRole('textbox', { name: 'Id of the room' }).fill(unique('nowhere'))
  await ada.dialog.getByRole('button', { name: 'Join' }).click()
  await ada.dialog.getByRole('alert').getByText('There is no room with that id, or it is private.').waitFor()
})

test('a link to a room that one is not in offers to join it', async () => {
  const room = await stage.room('Kitchen', [unique('ada')])
  const bob = await stage.enter(unique('bob'), { at: `#/room/${room}` })
  await bob.button('Join the room').click()
  await heading(bob, 'Kitchen').waitFor()
  await bob.say('Here I am')
  await bob.sees('Here I am')
})

test('a room that is left is gone from the list, and the others see who went', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.button('Leave room').click()
  await ada.dialog.getByRole('button', { name: 'Leave room' }).click()
  await ada.link('Kitchen').waitFor({ state: 'detached' })
  await heading(ada, `Hello, ${ada.userId}`).waitFor()
  await bob.log.getByText(`${ada.userId} left`).waitFor()
})

test('a reload keeps the room and what was said', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.say('Before')
  await bob.sees('Before')
  await bob.page.reload()
  await bob.sees('Before')
  await ada.say('After')
  await bob.sees('After')
  expect(await bob.texts()).toEqual(['Before', 'After'])
})

test('the back button goes to the conversation before, and what was written there is kept', async () => {
  const ada = unique('ada')
  const [kitchen] = [await stage.room('Kitchen', [ada]), await stage.room('Garden', [ada])]
  const page = await stage.enter(ada, { at: `#/room/${kitchen}` })
  await page.isReady()
  await page.field.fill('half a sent')
  await page.link('Garden').click()
  await heading(page, 'Garden').waitFor()
  expect(await page.field.inputValue()).toBe('')
  await page.page.goBack()
  await heading(page, 'Kitchen').waitFor()
  expect(await page.field.inputValue()).toBe('half a sent')
})

test('what is written and not sent is there again after a reload', async () => {
  const ada = unique('ada')
  const page = await stage.enter(ada, { at: `#/room/${await stage.room('Kitchen', [ada])}` })
  await page.isReady()
  await page.field.fill('half a sent')
  await page.page.reload()
  await page.isReady()
  expect(await page.field.inputValue()).toBe('half a sent')
  await page.say('half a sentence')
  await page.sees('half a sentence')
  await page.page.reload()
  await page.isReady()
  expect(await page.field.inputValue()).toBe('')
})

test('whoever signs out is not signed in again by a reload, though a link had named them', async () => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('Sign out').click()
  const name = ada.page.getByRole('textbox', { name: 'Your name' })
  await name.waitFor()
  await ada.page.reload()
  await name.waitFor()
})

test.for([
  {
    field: 'Members',
    text: Array.from({ length: 101 }, (_, index) => `user-${index}`).join(),
    says: 'The list of members has more than 100 names.',
  },
  {
    field: 'Members',
    text: 'bob, e\u202eve',
    says: 'The name of member 2 has a blank at its start or end, or a character that does not print.',
  },
  { field: 'Id', text: '__proto__', says: 'The id of the room cannot be used.' },
])('a room that the server does not take is said to be wrong where it is: $says', async ({ field, text, says }) => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('New room').click()
  await ada.dialog.getByRole('textbox', { name: 'Name' }).fill('Kitchen')
  if (field === 'Id') await ada.dialog.getByText('Advanced').click()
  await ada.dialog.getByRole('textbox', { name: field }).fill(text)
  await ada.dialog.getByRole('button', { name: 'Create room' }).click()
  await ada.dialog.getByRole('alert').waitFor()
  expect(await ada.dialog.getByRole('alert').textContent()).toBe(says)
})

test('a message to a name that nobody can have is not sent, and why is said', async () => {
  const ada = await stage.enter(unique('ada'), { at: '#/direct/%E2%80%8B' })
  await ada.isReady()
  await ada.say('Hello?')
  await ada.log
    .getByText('Not sent. The name has a blank at its start or end, or a character that does not print.')
    .waitFor()
})

test('the conversation with oneself is for nobody else', async () => {
  const userId = unique('ada')
  const ada = await stage.enter(userId, { at: `#/direct/${userId}` })
  await ada.log.getByText('Only you can read this.').waitFor()
})

test('a room that there cannot be is not offered to be joined', async () => {
  const ada = await stage.enter(unique('ada'), { at: '#/room/bad%20id' })
  await ada.page.getByText('There is no room with such an id.').waitFor()
  expect(await ada.button('Join the room').count()).toBe(0)
})
