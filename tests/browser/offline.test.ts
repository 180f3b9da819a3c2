import { expect, test } from 'vitest'
import { entitiesOf } from '../support/entities.ts'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import { picture } from './support/files.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { statesOf } from './support/states.ts'

const stage = Stage.set()

/** Deletes a room, as a restart without its data does. */
async function forget(chatRoomId: string, userId: string): Promise<void> {
  const { ChatRoom, Membership, Message } = await entitiesOf(stage.chat)
  const { data: messages } = await Message.query.room({ chatRoomId }).go({ pages: 'all' })
  await Message.delete(messages).go()
  await Membership.delete({ chatRoomId, userId }).go()
  await ChatRoom.delete({ chatRoomId }).go()
}

const goOnline = (person: Person) => person.context.setOffline(false)

/** Returns the messages of a room in the table, in order. */
async function stored(room: string): Promise<unknown[]> {
  const { messagesBetween } = await entitiesOf(stage.chat)
  const { rows } = await messagesBetween(room, { first: 1, last: 1_000, limit: 1_000, order: 'asc' })
  return rows.map(({ content }) => content)
}

test('a page that is cut off says when it tries again, and that it is back by saying nothing', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  expect(await ada.banner.textContent()).toBe('')
  await stage.disconnect(ada)
  await ada.banner.getByText(/^Trying again in \d+ s$/).waitFor()
  await goOnline(ada)
  await ada.banner.getByText('Connection lost.').waitFor({ state: 'detached' })
})

test('"Try now" does not wait for the countdown', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.page.clock.install()
  await ada.page.reload()
  await ada.isReady()
  // From here on nothing happens there by itself. A busy machine takes seconds to do it, and it must not be past then.
  await ada.page.clock.pauseAt(Date.now() + 10_000)
  stage.cut(ada)
  await ada.banner.getByText(/^Trying again in \d+ s$/).waitFor()
  await ada.button('Try now').click()
  await ada.banner.getByText('Connection lost.').waitFor({ state: 'detached' })
  await ada.say('back')
  await bob.sees('back')
})

test('nothing is lost, doubled or out of order over an absence in which both go on writing', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.say('before')
  await bob.sees('before')
  await stage.disconnect(ada)
  const states = await statesOf(ada)

  const mine = ['mine 1', 'mine 2', 'mine 3']
  await ada.say(...mine)
  const theirs = Array.from({ length: 20 }, (_, index) => `theirs ${index + 1}`)
  await bob.say(...theirs)
  await bob.sees(...theirs)
  expect(await ada.texts()).toEqual(['before', ...mine])
  for (const text of mine) await ada.message(text).getByRole('img', { name: 'Sending' }).waitFor()

  await goOnline(ada)
  await ada.sees(...mine, ...theirs)
  await bob.sees(...mine)
  const said = ['before', ...theirs, ...mine]
  expect(await stored(room)).toEqual(said)
  expect(await ada.texts()).toEqual(said)
  expect(await bob.texts()).toEqual(said)
  // Bob may already have read some messages.
  expect((await states()).filter((state) => !state.startsWith('Read by '))).toEqual(['Sent', 'Sending'])
})

test('a connection that dies while a message is on its way sends it once', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  for (let round = 0; round < 3; round++) {
    await ada.say(`round ${round}`)
    stage.cut(ada)
    await bob.sees(`round ${round}`)
    await ada.sees(`round ${round}`)
    await eventually(() => ada.connections.ids.length).toBe(round + 2)
  }
  const said = ['round 0', 'round 1', 'round 2']
  expect(await stored(room)).toEqual(said)
  expect(await ada.texts()).toEqual(said)
  expect(await bob.texts()).toEqual(said)
})

test('what is posted twice is shown once', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  const { faults } = stage.chat.gateway
  const posts = new Map<string, number>()
  // The first post to each connection is reported as failed, so it is retried. There are posts to others than Bob: the
  // connection that created the room has ended, and a 410 removes its subscription.
  faults.onPost = ({ body, connectionId }) => {
    if (!body.includes('"content":"one"')) return undefined
    const count = (posts.get(connectionId) ?? 0) + 1
    posts.set(connectionId, count)
    return count === 1 ? { status: 500, deliver: true } : undefined
  }
  await ada.say('one')
  await bob.sees('one')
  await stage.chat.mapping.idle()
  faults.onPost = undefined
  await ada.say('two')
  await bob.sees('two')
  expect(new Set(posts.values())).toEqual(new Set([2]))
  expect(await bob.texts()).toEqual(['one', 'two'])
})

test('what was written to a room that is gone is shown as not sent, and is sent from the room that takes its place', async () => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('Enter the lobby').click()
  await ada.say('before')
  await ada.sees('before')
  await stage.disconnect(ada)
  await ada.say('lost?')
  await ada.message('lost?').waitFor()
  await forget('lobby', ada.userId)
  await goOnline(ada)
  await ada.page.getByRole('region', { name: 'Not sent' }).getByText('lost?').waitFor()
  await ada.button('Enter the lobby').click()
  await ada.message('lost?').getByRole('img', { name: 'Not sent' }).waitFor()
  await ada.button('Try again').click()
  await ada.sees('lost?')
  expect(await ada.texts()).toEqual(['lost?'])
})

test('the browser asks before a page goes that has a message to send, and not when it has none', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  ada.problems.expect(/ERR_FAILED/)
  const asked: string[] = []
  ada.page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    dialog.accept().catch(() => {})
  })
  await ada.say('sent')
  await ada.sees('sent')
  await ada.page.reload()
  await ada.isReady()
  expect(asked).toEqual([])
  // From here on it can load but not connect.
  await ada.page.route('**/dev/token', (route) => route.abort())
  stage.cut(ada)
  await ada.banner.getByText('Connection lost.').waitFor()
  await ada.say('not sent')
  await ada.message('not sent').waitFor()
  await ada.page.reload()
  expect(asked).toEqual(['beforeunload'])
  // The tab keeps the message, and sends it when there is a connection again.
  await ada.page.unroute('**/dev/token')
  await ada.page.reload()
  await ada.sees('not sent')
})

test('signing out asks before a message is lost, and then leaves nothing in the browser', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await stage.disconnect(ada)
  await ada.say('not sent')
  await ada.message('not sent').waitFor()
  await ada.button('Sign out').click()
  await ada.dialog.getByText('It will be lost.').waitFor()
  await ada.dialog.getByRole('button', { name: 'Sign out' }).click()
  await ada.page.getByRole('textbox', { name: 'Your name' }).waitFor()
  const kept = await ada.page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)])
  expect(kept).toEqual([])
})

test('a device that is offline says so at once, while its connection seems to live', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await ada.context.setOffline(true)
  await ada.banner.getByText('This device is offline.').waitFor()
  await goOnline(ada)
  await ada.banner.getByText('This device is offline.').waitFor({ state: 'detached' })
})

test('a file that is attached without a connection waits', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await stage.disconnect(ada)
  await ada.attach(picture)
  await ada.uploads.getByText(/ · waiting$/).waitFor()
  await goOnline(ada)
  await ada.log.getByRole('img', { name: picture.name, exact: true }).waitFor()
})

test('a page that gets no token says why', async () => {
  const ada = await stage.arrive('/')
  ada.problems.expect(/\b500\b/)
  await ada.page.route('**/dev/token', (route) => route.fulfill({ status: 500 }))
  await ada.page.getByRole('textbox', { name: 'Your name' }).fill(unique('ada'))
  await ada.button('Start chatting').click()
  await ada.banner.getByText('No connection yet.').waitFor()
  await ada.banner.getByText('The server answered 500.').waitFor()
})

// As much of the browser as is used here: the compiler is set to Node's types.
declare const localStorage: object
declare const sessionStorage: object
