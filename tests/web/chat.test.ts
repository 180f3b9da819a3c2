import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ChatError } from '../../client/index.ts'
import { settled } from '../client/virtual-clock.ts'
import { FakeStrings, givenChat } from './given-chat.ts'

type Given = ReturnType<typeof givenChat>

const titles = ({ chat }: Given) => chat.conversations.get().map(({ title }) => title.get())

const added = (chatRoomId: string, roomName: string, headSeq = 0) => ({
  ...{ event: 'roomAdded', chatRoomId, roomName, headSeq },
})

/** Rooms are named by their id. A direct room is named by its users. */
async function givenDirect(name: string) {
  const given = givenChat()
  given.server.override = ({ action }) =>
    action === 'getRoom'
      ? { data: { chatRoomId: 'dm:1', roomName: name, members: ['me', 'ann, a'], headSeq: 0 } }
      : undefined
  await given.client.connect()
  given.server.socket.events(added('dm:1', name))
  await settled()
  return given
}

describe('the list', () => {
  test('has new rooms first, then by name: rooms, then conversations', async () => {
    const given = givenChat({ zoo: [], Apple: [], banana: [] })
    await given.client.connect()
    given.server.socket.events(added('dm:1', 'bob, me'), added('dm:2', 'ann, me'), added('room-10', 'Cherry'))
    expect(titles(given)).toEqual(['Cherry', 'ann', 'bob', 'Apple', 'banana', 'zoo'])
    for (const { isNew } of given.chat.conversations.get()) isNew.set(false)
    expect(titles(given)).toEqual(['Apple', 'banana', 'Cherry', 'zoo', 'ann', 'bob'])
  })

  test('has those with unread messages first, then those in which something was said last', async () => {
    const strings = new FakeStrings()
    const given = givenChat({ apple: [], banana: [], cherry: ['1'] }, strings)
    await given.client.connect()
    await given.clock.advance(200)
    given.say('banana', 'x')
    await given.clock.advance(10)
    given.say('cherry', 'y')
    expect(titles(given)).toEqual(['cherry', 'banana', 'apple'])
    expect(given.conversation('cherry').last.get()?.message?.content).toBe('y')
    given.conversation('cherry').markRead()
    expect(titles(given)).toEqual(['banana', 'cherry', 'apple'])

    const again = givenChat({ apple: [], banana: ['x'], cherry: ['1', 'y'] }, strings)
    again.server.markers.set('banana', 1)
    await again.client.connect()
    await again.clock.advance(200)
    expect(titles(again)).toEqual(['cherry', 'banana', 'apple'])
  })

  test('asks the members who the other is where the name doesn’t tell', async () => {
    const given = await givenDirect('me, ann, a')
    expect(titles(given)).toEqual(['ann, a'])
    expect(given.chat.find({ kind: 'direct', userId: 'ann, a' })?.room?.id).toBe('dm:1')
  })

  test('loses a room that this user has left elsewhere', async () => {
    const given = givenChat({ general: [], other: [] })
    await given.client.connect()
    given.server.socket.events({ event: 'memberLeft', chatRoomId: 'general', userId: 'me', timestamp: 0 })
    expect(titles(given)).toEqual(['other'])
  })

  test('keeps a room that somebody else has left', async () => {
    const given = givenChat({ general: [] })
    await given.client.connect()
    given.server.socket.events({ event: 'memberLeft', chatRoomId: 'general', userId: 'bob', timestamp: 0 })
    expect(titles(given)).toEqual(['general'])
  })
})

describe('rooms', () => {
  test('that are joined again are what they were, and show what was said meanwhile', async () => {
    const given = givenChat({ general: ['1'] })
    await given.client.connect()
    const before = given.conversation('general')
    await before.timeline.load()
    await given.chat.leave(before)
    expect(titles(given)).toEqual([])
    given.server.keep('general', '2')
    const after = await given.chat.join('general')
    await settled()
    expect(after).toBe(before)
    expect(after.timeline.get().messages.map(({ content }) => content)).toEqual(['1', '2'])
    expect(titles(given)).toEqual(['general'])
  })

  test('are made when there is none to join', async () => {
    const given = givenChat()
    given.server.override = ({ action, chatRoomId, roomName }) =>
      action === 'createRoom' ? { data: { chatRoomId, roomName, members: ['me'], headSeq: 0 } } : undefined
    await given.client.connect()
    const { title, route } = await given.chat.joinOrCreate('lobby', 'Lobby')
    expect([title.get(), route]).toEqual(['Lobby', { kind: 'room', id: 'lobby' }])
  })

  test('that can’t be joined are not made', async () => {
    const given = givenChat()
    given.server.override = () => ({ error: { code: 'forbidden', retryable: false } })
    const connecting = given.client.connect().catch(() => {})
    given.server.override = ({ action }) =>
      action === 'joinRoom' ? { error: { code: 'forbidden', retryable: false } } : undefined
    await connecting
    await expect(given.chat.joinOrCreate('lobby', 'Lobby')).rejects.toThrow(ChatError)
    expect(given.server.asked('createRoom')).toEqual([])
  })
})

describe('a conversation with somebody', () => {
  test('is the room that there is', async () => {
    const given = await givenDirect('bob, me')
    expect(given.chat.talkTo('bob')).toBe(given.chat.conversations.get()[0])
  })

  test('begins with the first message, and is then a room’s, once in the list', async () => {
    const given = givenChat()
    const { server, client, chat, clock } = given
    await client.connect()
    const conversation = chat.talkTo('bob')
    await conversation.timeline.load()
    expect(conversation.room).toBeUndefined()
    expect(conversation.timeline.get()).toMatchObject({ isReady: true, hasOlder: false, messages: [] })
    server.override = ({ action, content, recipientId }) => {
      if (action !== 'sendMessage' || recipientId !== 'bob') return undefined
      const { seq, messageId, timestamp } = server.keep('dm:1', String(content), { senderId: 'me' })
      return { data: { chatRoomId: 'dm:1', seq, messageId, timestamp, duplicate: false } }
    }
    conversation.send('hi')
    await clock.advance(1_000)
    expect(conversation.timeline.get()).toMatchObject({ messages: [{ content: 'hi' }], unsent: [] })
    expect(conversation.room?.id).toBe('dm:1')
    server.socket.events(added('dm:1', 'bob, me', 1))
    expect(titles(given)).toEqual(['bob'])
    given.say('dm:1', 'hello me')
    expect(conversation.timeline.get().messages.map(({ content }) => content)).toEqual(['hi', 'hello me'])
  })
})

/** Waits until the server has counted the unread messages. */
const counted = (given: Pick<ReturnType<typeof givenChat>, 'clock'>) => given.clock.advance(200)

describe('unread', () => {
  test('counts others’ messages, not own ones, in all rooms together', async () => {
    const given = givenChat({ general: ['1'], other: [] })
    const { client, chat, conversation, say } = given
    await client.connect()
    expect(conversation('general').unread.get().isKnown).toBe(false)
    await counted(given)
    expect(conversation('general').unread.get()).toMatchObject({ readTo: 0, count: 1, isKnown: true })
    say('general', 'a')
    say('other', 'c')
    conversation('other').send('mine')
    await settled()
    expect([conversation('general').unread.get().count, conversation('other').unread.get().count]).toEqual([2, 1])
    expect(chat.unread.get()).toBe('3')
  })

  test('ends with reading on this device or on another one, and is the server’s to know', async () => {
    const given = givenChat({ general: ['1', '2', '3'] })
    const { client, server, conversation, clock } = given
    await client.connect()
    await counted(given)
    server.socket.events({ event: 'read', chatRoomId: 'general', seq: 3, at: clock.now() })
    expect(conversation('general').unread.get()).toMatchObject({ readTo: 3, count: 0 })
    given.say('general', '4')
    await conversation('general').timeline.load()
    conversation('general').markRead()
    expect(given.chat.unread.get()).toBe('')
    await clock.advance(2_000)
    expect(server.markers.get('general')).toBe(4)
    // A tab that lags behind takes nothing back.
    server.socket.events({ event: 'read', chatRoomId: 'general', seq: 2, at: 0 })
    expect(conversation('general').unread.get()).toMatchObject({ readTo: 4, count: 0 })
  })

  test('that the user wants to keep isn’t read until they come back', async () => {
    const given = givenChat({ general: ['1', '2', '3'] })
    await given.client.connect()
    const conversation = given.conversation('general')
    await conversation.timeline.load()
    await counted(given)
    conversation.markRead()
    await given.clock.advance(2_000)
    await conversation.markUnread(2)
    conversation.markRead()
    await given.clock.advance(2_200)
    expect(conversation.unread.get()).toMatchObject({ readTo: 1, count: 2 })
    conversation.opened()
    conversation.markRead()
    expect(conversation.unread.get()).toMatchObject({ readTo: 3, count: 0 })
  })

  test('shows in the list what is new', async () => {
    const given = givenChat({ general: ['1', 'the newest'] })
    await given.client.connect()
    await counted(given)
    await settled()
    expect(given.conversation('general').last.get()?.message?.content).toBe('the newest')
  })

  test('is of a conversation without a message known at once', async () => {
    const { client, chat } = givenChat()
    await client.connect()
    expect(chat.talkTo('ann').unread.get()).toMatchObject({ readTo: 0, count: 0, isKnown: true })
  })
})

test('what is written and not sent is kept for its user and conversation, until it is sent', async () => {
  const strings = new FakeStrings()
  const given = givenChat({ general: [], other: [] }, strings)
  await given.client.connect()
  given.conversation('general').draft = 'half a sent'
  given.chat.talkTo('bob').draft = 'Dear B'

  const again = givenChat({ general: [], other: [] }, strings)
  await again.client.connect()
  expect(again.conversation('general').draft).toBe('half a sent')
  expect(again.conversation('other').draft).toBe('')
  expect(again.chat.talkTo('bob').draft).toBe('Dear B')
  again.conversation('general').draft = ''
  expect([...strings.strings.keys()].filter((key) => key.includes('draft'))).toEqual([
    'tabletalk.draft.me.#/direct/bob',
  ])
})

test('messages without a connection outlive a reload, in rooms and to somebody new, and are sent then', async () => {
  const strings = new FakeStrings()
  const before = givenChat({ general: [] }, strings)
  await before.client.connect()
  before.server.down = true
  before.server.socket.cut()
  before.conversation('general').send('written offline')
  before.chat.talkTo('bob').send('to bob')
  await settled()

  const after = givenChat({ general: [] }, strings)
  after.server.override = (frame) =>
    frame.action === 'sendMessage' ? { error: { code: 'forbidden', retryable: false } } : undefined
  await after.client.connect()
  await settled()
  const bob = after.chat.find({ kind: 'direct', userId: 'bob' })!
  for (const [conversation, content] of [
    [after.conversation('general'), 'written offline'] as const,
    [bob, 'to bob'] as const,
  ]) {
    expect(conversation.timeline.get().unsent).toMatchObject([{ content, state: 'failed' }])
    conversation.timeline.get().unsent[0]!.discard()
  }
  await settled()
  expect(strings.keys().filter((key) => key.includes('unsent'))).toEqual([])
})

test('nothing of a user who has signed out stays in the browser', async () => {
  const strings = new FakeStrings()
  strings.setItem('tabletalk.read.me.too.general', '1')
  strings.setItem('tabletalk.draft.me.too.#/room/general', 'of another')
  const { client, chat, conversation, say } = givenChat({ general: ['1'] }, strings)
  await client.connect()
  say('general', '2')
  conversation('general').draft = 'half a sent'
  chat.lastPlace = { kind: 'room', id: 'general' }
  chat.choseEmoji('🦊')
  strings.setItem('tabletalk.unsent.me', '[]')
  chat.forget()
  chat.lastPlace = { kind: 'room', id: 'general' }
  conversation('general').markRead()
  expect(strings.keys()).toEqual(['tabletalk.read.me.too.general', 'tabletalk.draft.me.too.#/room/general'])
})

test('a message that the server does not have is something unsent, also in a room that is gone', async () => {
  const given = givenChat({ general: [] })
  const { client, server, chat, conversation } = given
  await client.connect()
  const general = conversation('general')
  expect(chat.hasUnsent).toBe(false)
  server.socket.events({ event: 'memberLeft', chatRoomId: 'general', userId: 'me', timestamp: 0 })
  expect([titles(given), chat.former('general')]).toEqual([[], general])
  server.socket.cut()
  general.send('hello?')
  expect(chat.hasUnsent).toBe(true)
  general.timeline.get().unsent[0]!.discard()
  expect(chat.hasUnsent).toBe(false)
})

test('the emoji that can be chosen with one click are those that were chosen last', () => {
  const { chat, strings } = givenChat()
  const usual = ['👍', '❤️', '😂', '🎉', '😮', '🙏']
  expect(chat.usualEmoji).toEqual(usual)
  chat.choseEmoji('🦊')
  expect(chat.usualEmoji).toEqual(['🦊', ...usual.slice(0, 5)])
  chat.choseEmoji('😂')
  expect(givenChat({}, strings).chat.usualEmoji).toEqual(['🦊', ...usual.slice(0, 5)])
  chat.forget()
  expect(givenChat({}, strings).chat.usualEmoji).toEqual(usual)
})

test('a change that the server has not answered is something unsent', async () => {
  const { client, server, clock, chat, conversation } = givenChat({ general: [] })
  await client.connect()
  const { messageId } = server.keep('general', 'hello')
  const { room } = conversation('general')
  await room!.history()
  server.override = ({ action }) => (action === 'addReaction' ? 'nothing' : undefined)
  const reacting = room!.react(messageId, '👍')
  await settled()
  expect(chat.hasUnsent).toBe(true)
  server.override = () => undefined
  server.socket.cut()
  await clock.advance(1_000)
  await reacting
  expect(chat.hasUnsent).toBe(false)
})

test('what could not be sent to a room is given up with the room', async () => {
  const { client, server, chat, conversation } = givenChat({ general: [] })
  await client.connect()
  server.override = ({ action }) =>
    action === 'sendMessage' ? { error: { code: 'forbidden', retryable: false } } : undefined
  conversation('general').send('hello?')
  await settled()
  expect(chat.hasUnsent).toBe(true)
  await chat.leave(conversation('general'))
  expect(chat.hasUnsent).toBe(false)
})

test('a room whose name cannot be seen is called by its id', async () => {
  const given = givenChat()
  await given.client.connect()
  given.server.socket.events(added('room-1', ' '), added('room-2', '\u200b'), added('room-3', 'Garden'))
  expect(titles(given)).toEqual(['Garden', 'room-1', 'room-2'])
})

test('rooms whose names look the same are told apart, as long as there are two, and no name turns others round', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const given = givenChat()
  await given.client.connect()
  const { places } = given.chat
  given.server.socket.events(
    ...[added('room-1', 'General'), added('room-2', '\u202eGeneral\u202c'), added('room-3', 'Generа\u200bl')],
    ...[added('room-4', 'Garden'), added('room-5', '\u2067Gardener')],
  )
  expect(titles(given).sort()).toEqual(['Garden', 'Gardener', 'General', 'General', 'Generаl'])
  await vi.waitUntil(() => places.get().size > 0, { timeout: 60_000 })
  expect([...places.get()].sort()).toEqual(['room-1', 'room-2', 'room-3'])
  for (const id of ['room-2', 'room-3']) await given.chat.leave(given.conversation(id))
  await settled()
  expect([...places.get()]).toEqual([])
})

test('joining and leaving are noted, until the messages begin anew', async () => {
  const { client, server, clock, conversation } = givenChat({ general: ['1'] })
  await client.connect()
  const { notes } = conversation('general')
  const timestamp = clock.now()
  const eve = { chatRoomId: 'general', userId: 'eve', timestamp }
  server.socket.events({ event: 'memberJoined', ...eve }, { event: 'memberLeft', ...eve })
  expect(notes.get()).toMatchObject([
    { userId: 'eve', what: 'joined', timestamp },
    { userId: 'eve', what: 'left', timestamp },
  ])
  await client.room('general').leave()
  await client.room('general').join()
  expect(notes.get()).toEqual([])
})

test('who could not be put into a new room is noted there', async () => {
  const { client, server, clock, chat } = givenChat()
  await client.connect()
  const refused = [{ userId: 'eve', code: 'blocked' }]
  server.override = ({ action }) =>
    action === 'createRoom'
      ? { data: { chatRoomId: 'garden', roomName: 'Garden', members: ['me'], headSeq: 0, refused } }
      : undefined
  const { notes } = await chat.create({ roomName: 'Garden', members: ['eve'], access: 'private' })
  expect(notes.get()).toMatchObject([{ userId: 'eve', what: 'blocked', timestamp: clock.now() }])
  expect(client.room('garden').refused).toEqual(refused)
})
