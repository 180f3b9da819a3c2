import { expect, test } from 'vitest'
import { online, unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import { Stage } from './support/stage.ts'
import { statesOf } from './support/states.ts'

const stage = Stage.set()

test('two users chat in one room, both ways', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.say('Is there any tea left?')
  await bob.sees('Is there any tea left?')
  await bob.say('A whole pot.')
  await ada.sees('A whole pot.')
  const said = ['Is there any tea left?', 'A whole pot.']
  expect(await ada.texts()).toEqual(said)
  expect(await bob.texts()).toEqual(said)
  await bob.log.getByText(ada.userId, { exact: true }).waitFor()
})

test('an own message is there at once as one that is being sent, and then as sent', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  const states = await statesOf(ada)
  await ada.say('first')
  await ada.message('first').getByRole('img', { name: 'Sent' }).waitFor()
  expect(await states()).toEqual(['Sending', 'Sent'])
})

test('Shift and Enter begin a line, which is kept', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.field.pressSequentially('one')
  await ada.field.press('Shift+Enter')
  await ada.field.pressSequentially('two')
  await ada.field.press('Enter')
  await bob.messages.waitFor()
  expect(await bob.texts()).toEqual(['one\ntwo'])
  expect(await ada.field.inputValue()).toBe('')
})

test('who types is told of, until the message is there', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.field.pressSequentially('Hel')
  await bob.typing.getByText(`${ada.userId} is typing …`).waitFor()
  expect(await ada.typing.textContent()).toBe('')
  await ada.field.press('Enter')
  await bob.sees('Hel')
  await eventually(() => bob.typing.textContent()).toBe('')
})

test('messages are grouped by who said them, and days stand between them', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [ada, bob])
  const now = Date.now()
  await stage.past(room, [
    { senderId: bob, content: 'the day before', timestamp: now - 48 * 3_600_000 },
    { senderId: bob, content: 'yesterday', timestamp: now - 24 * 3_600_000 },
    { senderId: bob, content: 'now', timestamp: now - 3 },
    { senderId: bob, content: 'and now', timestamp: now - 2 },
    { senderId: ada, content: 'yes', timestamp: now - 1 },
  ])
  const page = await stage.enter(ada, { at: `#/room/${room}` })
  await page.sees('yes')
  const days = await page.log.locator('.day').allTextContents()
  expect(days).toEqual([expect.stringMatching(/^\w+ \d+|^\d+ \w+ \d{4}$/), 'Yesterday', 'Today'])
  const groups = page.log.locator('.group')
  expect(await groups.locator('.sender').allTextContents()).toEqual([bob, bob, bob, 'You'])
  expect(await groups.nth(2).locator('.text').allTextContents()).toEqual(['now', 'and now'])
})

test('unread messages are counted in the list and in the title, until they are looked at', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await stage.room('Garden', [ada.userId, bob.userId])
  await bob.link('Garden').click()
  await bob.page.getByRole('heading', { name: 'Garden', level: 1 }).waitFor()
  await ada.say('one', 'two')
  await bob.link('Kitchen').getByText('2 unread').waitFor()
  await eventually(() => bob.page.title()).toBe('(2) Garden – Tabletalk')
  await ada.say('three')
  await bob.link('Kitchen').getByText('3 unread').waitFor()

  await bob.link('Kitchen').click()
  await bob.sees('one', 'two', 'three')
  await bob.log.getByText('New messages').waitFor()
  await eventually(() => bob.page.title()).toBe('Kitchen – Tabletalk')
  expect(await bob.list.getByText('unread').count()).toBe(0)
})

test('opening a room marks nothing as read that has not been in sight, and the way to the end says how much it is', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await stage.room('Garden', [bob.userId])
  await bob.link('Garden').click()
  await bob.isReady()
  const client = await online(stage.chat, ada.userId)
  for (let i = 1; i <= 40; i++) await client.request({ action: 'sendMessage', chatRoomId: room, content: `no. ${i}` })
  await bob.link('Kitchen').getByText('40 unread').click()
  await bob.log.getByText('New messages').waitFor()
  await bob.button(/^40 new/).waitFor()
  expect(await bob.list.getByText('40 unread').count()).toBe(1)
  const rows = bob.log.locator('.day, .unread-line')
  expect(await rows.allTextContents()).toEqual(['Today', 'New messages'])
  await bob.button(/^40 new/).click()
  await bob.list.getByText('40 unread').waitFor({ state: 'detached' })
})

test('what is read in one tab is read in the other', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  const garden = await stage.room('Garden', [bob.userId])
  const second = await stage.tab(bob)
  await second.isReady()
  await second.page.goto(`${second.page.url().split('#')[0]}#/room/${garden}`)
  await second.page.getByRole('heading', { name: 'Garden', level: 1 }).waitFor()
  await bob.page.bringToFront()
  await bob.link('Kitchen').click()
  await ada.say('Who reads this?')
  await bob.sees('Who reads this?')
  await second.link('Kitchen').waitFor()
  await eventually(() => second.list.getByText('unread').count()).toBe(0)
  await eventually(() => second.page.title()).toBe('Garden – Tabletalk')
})

test('the same words are read out as often as they are said', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.say('ok', 'ok', 'ok')
  const heard = bob.page.locator('[aria-live=polite] p')
  await eventually(() => heard.allTextContents()).toEqual(Array(3).fill(`${ada.userId}: ok`))
})

test('a long message is folded, code is shown as it is, and nothing is shown as nothing', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await stage.past(room, [{ senderId: ada.userId, content: '\u200b', timestamp: Date.now() }])
  // Not through the page's field, because the browser takes seconds to insert so many lines.
  const client = await online(stage.chat, ada.userId)
  await client.request({ action: 'sendMessage', chatRoomId: room, content: `top${'\nx'.repeat(3_000)}\nend` })
  await ada.say('run `npm test`')
  await bob.log.getByRole('code').getByText('npm test', { exact: true }).waitFor()
  const long = bob.messages.filter({ hasText: 'top' })
  const heightOf = async () => (await long.boundingBox())!.height
  expect(await heightOf()).toBeLessThan(1_200)
  await long.getByRole('button', { name: 'Show more' }).click()
  expect(await heightOf()).toBeGreaterThan(30_000)
  await long.getByRole('button', { name: 'Show less' }).click()
  expect(await heightOf()).toBeLessThan(1_200)
  await bob.page.reload()
  await bob.log.getByText('(empty message)').waitFor()
})

test('what came while the page was closed is unread', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [ada, bob])
  const page = await stage.enter(bob, { at: `#/room/${room}` })
  await page.isReady()
  await page.page.goto('about:blank')
  const client = await online(stage.chat, ada)
  await client.request({ action: 'sendMessage', chatRoomId: room, content: 'Are you there?' })
  await page.page.goto(`${stage.chat.url}/?as=${bob}`)
  await page.link('Kitchen').getByText('1 unread').waitFor()
})

test('two people talk to each other directly', async () => {
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((name) => stage.enter(unique(name))))
  await ada!.button('New message').click()
  await ada!.dialog.getByRole('textbox', { name: 'To' }).fill(bob!.userId)
  await ada!.dialog.getByRole('button', { name: 'Open conversation' }).click()
  await ada!.say('Just between us')
  await bob!.link(ada!.userId).click()
  await bob!.sees('Just between us')
  await bob!.say('I say nothing')
  await ada!.sees('I say nothing')
  expect(await ada!.texts()).toEqual(['Just between us', 'I say nothing'])
})

test('two tabs of one user show the same', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  const second = await stage.tab(ada)
  await second.isReady()
  await ada.say('from the first')
  await second.sees('from the first')
  await second.say('from the second')
  await ada.sees('from the second')
  await bob.sees('from the first', 'from the second')
  const said = ['from the first', 'from the second']
  for (const person of [ada, second, bob]) expect(await person.texts()).toEqual(said)
  expect(await second.log.locator('.sender').allTextContents()).toEqual(['You'])
})

test('whoever has left unheard is told so at the next key, and finds what was written again after joining', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  const { gateway, mapping } = stage.chat
  // She leaves on another connection, and this page gets no event.
  gateway.faults.onPost = ({ connectionId }) =>
    ada.connections.ids.includes(connectionId) ? { status: 500 } : undefined
  const elsewhere = await online(stage.chat, ada.userId)
  await elsewhere.request({ action: 'leaveRoom', chatRoomId: room })
  await mapping.idle()
  gateway.faults.onPost = undefined

  await ada.field.fill('Anybody?')
  await ada.page.getByText('You are not a member of this room.').waitFor()
  await ada.button('Join the room').click()
  await ada.isReady()
  expect(await ada.field.inputValue()).toBe('Anybody?')
  await ada.field.press('Enter')
  await bob.sees('Anybody?')
  expect(await ada.texts()).toEqual(['Anybody?'])
})

test('a text that is too long says by how much, and of what', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  const left = ada.page.getByRole('form', { name: 'Write a message' }).getByRole('status')
  await ada.field.fill('x'.repeat(16_385))
  expect(await left.textContent()).toBe('1 character too long')
  expect(await ada.button('Send').isEnabled()).toBe(false)
  await ada.field.fill('x'.repeat(16_000))
  expect(await left.textContent()).toBe('384 characters left')
})
