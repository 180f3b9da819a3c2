import { expect, test } from 'vitest'
import type { ChangeEvent } from '../../src/protocol/change-events.ts'
import type { MessageEvent } from '../../src/protocol/events.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import type { ChatClientOptions, Room, RoomSnapshot } from '../../client/index.ts'
import { givenClient, givenJoinedRoom } from './given-client.ts'
import { detailsOf } from './given-details.ts'
import { settled } from './virtual-clock.ts'

const features = ['sessions', 'changes', 'reactions', 'threads']

/** Joins a room of a server with a change log, from the start, with these messages of bob's. */
async function givenRoom(...contents: string[]) {
  const given = await givenJoinedRoom()
  given.server.features = features
  // The client learns features with the next link.
  given.server.socket.cut()
  await given.clock.advance(1_000)
  for (const content of contents) given.server.socket.events(given.server.keep('general', content))
  const idOf = (content: string) => given.server.room('general').find((one) => one.content === content)!.messageId
  return { ...given, idOf, shown: () => textsOf(given.room.messages) }
}

const textsOf = (messages: readonly MessageEvent[]) =>
  messages.map(({ content, deleted }) => (deleted ? 'deleted' : content))

/** Returns a list of what a room emits about its messages. */
function toldBy(room: Room): string[] {
  const told: string[] = []
  room.on('message', ({ content }) => told.push(`+${content}`))
  room.on('messageUpdated', ({ content }) => told.push(`~${content}`))
  room.on('messageDeleted', ({ messageId }) => told.push(`-${Number(messageId)}`))
  room.on('stale', () => told.push('stale'))
  return told
}

test('an edit is shown where the message is, and told once, however often it comes', async () => {
  const { server, room, idOf, shown } = await givenRoom('one', 'two')
  const told = toldBy(room)
  const change = server.edit('general', idOf('one'), { content: 'ONE' })
  server.socket.events(change, change)
  server.socket.events(change)
  expect(shown()).toEqual(['ONE', 'two'])
  expect(told).toEqual(['~ONE'])
})

test('what a room keeps no longer disappears by itself, and when the room keeps less', async () => {
  const { server, clock, room, shown } = await givenRoom()
  const day = 24 * 60 * 60 * 1_000
  const say = (content: string, age: number) =>
    server.socket.events({ ...server.keep('general', content), timestamp: clock.now() - age })
  const keepFor = (retentionDays: number | null, version: number) => {
    const details = detailsOf('link', { version })
    const settings = { ...details.settings, retentionDays }
    server.socket.events({ event: 'roomUpdated', chatRoomId: 'general', rev: version, room: { ...details, settings } })
  }
  say('older', 2 * day)
  say('old', day - 60_000)
  say('new', 0)
  const told = toldBy(room)
  keepFor(3, 1)
  expect(shown()).toEqual(['older', 'old', 'new'])
  keepFor(1, 2)
  expect(shown()).toEqual(['old', 'new'])
  await clock.advance(10 * 60_000)
  expect(shown()).toEqual(['new'])
  expect(told).toEqual([])
})

test.for([
  { was: true, edit: {}, is: true },
  { was: true, edit: { mentionRoom: false }, is: undefined },
  { was: undefined, edit: { mentionRoom: true }, is: true },
] as const)(
  'an edit $edit of a message that mentions everybody ($was) shows at once: $is',
  async ({ was, edit, is }) => {
    const { server, room, idOf } = await givenRoom('one')
    if (was) server.socket.events(server.edit('general', idOf('one'), { mentionsRoom: was }))
    server.socket.cut()
    room.edit(idOf('one'), { content: 'ONE', ...edit }).catch(() => {})
    expect(room.messages[0]).toMatchObject({ content: 'ONE' })
    expect(room.messages[0]!.mentionsRoom).toBe(is)
  },
)

test('complaint 4: of two changes that come in the wrong order the newer one stays', async () => {
  const { server, room, idOf, shown } = await givenRoom('one')
  const told = toldBy(room)
  const id = idOf('one')
  const [first, second] = ['once', 'twice'].map((content) => server.edit('general', id, { content })) as [
    object,
    object,
  ]
  server.socket.events(second as never, first as never)
  expect(shown()).toEqual(['twice'])
  expect(told).toEqual(['~twice'])
})

test('a change that comes before its message is shown with it, and a message that is deleted before is not shown', async () => {
  const { server, room, shown } = await givenRoom('one')
  const told = toldBy(room)
  const two = structuredClone(server.keep('general', 'two'))
  const three = structuredClone(server.keep('general', 'three'))
  server.socket.events(
    server.edit('general', two.messageId, { content: 'TWO' }),
    server.remove('general', three.messageId),
  )
  expect(shown()).toEqual(['one'])
  server.socket.events(two, three, server.keep('general', 'four', { seq: 4 }))
  expect(shown()).toEqual(['one', 'TWO', 'four'])
  expect(told).toEqual(['+TWO', '+four'])
})

test('a deleted message is gone, and comes back with nothing that is late', async () => {
  const { server, room, idOf, shown } = await givenRoom('one', 'two')
  const told = toldBy(room)
  const one = structuredClone(server.room('general')[0]!)
  const edit = server.edit('general', idOf('one'), { content: 'ONE' })
  server.socket.events(server.remove('general', one.messageId), edit, one)
  expect(shown()).toEqual(['two'])
  expect(told).toEqual(['-1'])
})

test('what was changed during an absence is brought by the sync that brings the messages', async () => {
  const { server, clock, room, idOf, shown } = await givenRoom('one', 'two', 'three')
  server.socket.events(server.edit('general', idOf('one'), { content: 'uno' }))
  const told = toldBy(room)
  server.socket.cut()
  server.edit('general', idOf('two'), { content: 'dos' })
  server.remove('general', idOf('three'))
  server.keep('general', 'four', { seq: 4 })
  await clock.advance(1_000)
  expect(server.asked('sync').at(-1)).toMatchObject({ rooms: { general: 3 }, revs: { general: 1 } })
  expect(shown()).toEqual(['uno', 'dos', 'four'])
  expect(told.sort()).toEqual(['+four', '-3', '~dos'])
  expect(server.asked('getChanges')).toEqual([])
})

test('more changes than a reply has are asked for, page by page', async () => {
  const { server, clock, idOf, shown } = await givenRoom('one')
  server.socket.events(server.edit('general', idOf('one'), { content: 'uno' }))
  server.socket.cut()
  server.maxChanges = 0
  const id = idOf('uno')
  for (let i = 0; i < 250; i++) server.edit('general', id, { content: `edit ${i}` })
  await clock.advance(1_000)
  expect(shown()).toEqual(['edit 249'])
  expect(server.asked('getChanges').map(({ after }) => after)).toEqual([1, 201])
})

test('a change that was lost is asked for 1 to 3 seconds after the next one', async () => {
  const { server, clock, idOf, shown } = await givenRoom('one', 'two')
  server.edit('general', idOf('one'), { content: 'lost' })
  server.socket.events(server.edit('general', idOf('two'), { content: 'came' }))
  expect(shown()).toEqual(['one', 'came'])
  await clock.advance(1_999)
  expect(server.asked('getChanges')).toEqual([])
  await clock.advance(1)
  expect(server.asked('getChanges')).toMatchObject([{ chatRoomId: 'general', after: 0 }])
  expect(shown()).toEqual(['lost', 'came'])
})

test('a change that nothing follows is found by the next comparison of heads', async () => {
  const { server, clock, idOf, shown } = await givenRoom('one')
  server.edit('general', idOf('one'), { content: 'lost' })
  await clock.advance(600_000 + 3_000)
  expect(shown()).toEqual(['lost'])
})

test('after an absence that the log does not reach back over, the messages are forgotten and stale is told', async () => {
  const { server, clock, room, idOf, shown } = await givenRoom('one')
  server.socket.events(server.edit('general', idOf('one'), { content: 'uno' }))
  const told = toldBy(room)
  server.socket.cut()
  server.edit('general', idOf('uno'), { content: 'dos' })
  server.edit('general', idOf('dos'), { content: 'tres' })
  server.forgottenRevs = 2
  await clock.advance(1_000)
  expect(told).toEqual(['stale'])
  expect(shown()).toEqual([])
  await room.history()
  expect(shown()).toEqual(['tres'])
  // Later changes apply to it.
  server.socket.events(server.edit('general', idOf('tres'), { content: 'quatro' }))
  expect(shown()).toEqual(['quatro'])
})

/** Requests the page of a room with two messages. The server reads it at once, and its reply comes with `arrive`. */
async function givenSlowPage() {
  const given = await givenJoinedRoom({}, ['one', 'two'])
  const { server, room, clock } = given
  server.features = features
  server.socket.cut()
  await clock.advance(1_000)
  let arrive = () => {}
  server.override = (frame, socket) => {
    server.override = () => undefined
    const { action, requestId } = frame
    const answer = structuredClone(server.answer(frame, socket)) as { data: object }
    arrive = () => socket.push({ type: 'reply', action, requestId, ...answer })
    return 'nothing'
  }
  const page = room.history()
  await settled()
  const [one, two] = server.room('general').map(({ messageId }) => messageId)
  return { ...given, page, arrive: () => arrive(), one: one!, two: two! }
}

test('a change that overtakes the page that has its message is shown with it', async () => {
  const { server, room, page, arrive, one, two } = await givenSlowPage()
  server.socket.events(server.edit('general', one, { content: 'ONE' }), server.remove('general', two))
  arrive()
  expect(textsOf((await page).messages)).toEqual(['ONE'])
  expect(textsOf(room.messages)).toEqual(['ONE'])
})

test('messages that the room no longer has stay away when a page that was read before brings them', async () => {
  const { server, room, page, arrive } = await givenSlowPage()
  server.socket.events(server.log('general', { event: 'historyCleared', before: 2, by: 'bob' }))
  server.socket.events(server.log('general', { event: 'userErased', userId: 'bob' }))
  server.socket.events(server.keep('general', 'three'))
  arrive()
  expect((await page).messages).toEqual([])
  expect(textsOf(room.messages)).toEqual(['three'])
})

test('a page that was read before changes were missed is read again', async () => {
  const { server, clock, room, page, arrive, one } = await givenSlowPage()
  const { socket } = server
  for (const content of ['uno', 'dos']) server.edit('general', one, { content })
  server.forgottenRevs = 2
  const told = toldBy(room)
  socket.events(server.log('general', { event: 'memberUpdated', userId: 'bob', role: 'owner' }))
  await clock.advance(5_000)
  expect(told).toEqual(['stale'])
  arrive()
  expect(textsOf((await page).messages)).toEqual(['dos', 'two'])
})

test('to a server without a change log no rev is sent', async () => {
  const { server, clock } = await givenJoinedRoom()
  server.socket.cut()
  await clock.advance(1_000)
  expect(server.asked('sync').at(-1)).not.toHaveProperty('revs')
  expect(server.asked('joinRoom')[0]).not.toHaveProperty('lastRev')
})

test('an own edit is shown at once, over what others change, until the server has it', async () => {
  const { server, room, idOf, shown } = await givenRoom('mine')
  const id = idOf('mine')
  const told = toldBy(room)
  server.override = ({ action }) => (action === 'editMessage' ? 'nothing' : undefined)
  const edited = room.edit(id, { content: 'MINE' })
  expect(shown()).toEqual(['MINE'])
  server.socket.events(server.edit('general', id, { reactions: [{ reaction: '👍', count: 1, userIds: ['bob'] }] }))
  expect(room.messages).toMatchObject([{ content: 'MINE', reactions: [{ reaction: '👍' }] }])
  // Now the event before the reply.
  const change = server.edit('general', id, { content: 'MINE', editedAt: 1 }) as ChangeEvent & { message: MessageEvent }
  await settled()
  const frame = server.asked('editMessage')[0]!
  const { seq, version } = change.message
  const data = { chatRoomId: 'general', messageId: id, seq, version, editedAt: 1, changed: true }
  server.socket.push({ type: 'reply', action: 'editMessage', requestId: frame.requestId, data })
  await edited
  expect(shown()).toEqual(['MINE'])
  server.socket.events(change)
  expect(room.messages).toMatchObject([{ content: 'MINE', version: 2, editedAt: 1 }])
  expect(told.filter((one) => one !== '~MINE')).toEqual([])
})

test('an own edit that the server refuses is taken back, and says why', async () => {
  const { server, room, idOf, shown } = await givenRoom('mine')
  const told = toldBy(room)
  server.override = ({ action }) =>
    action === 'editMessage' ? { error: { code: 'forbidden', retryable: false } } : undefined
  const edited = room.edit(idOf('mine'), { content: 'too late' })
  expect(shown()).toEqual(['too late'])
  await expect(edited).rejects.toMatchObject({ code: 'forbidden', message: 'refused by the fake server' })
  expect(shown()).toEqual(['mine'])
  expect(told).toEqual(['~too late', '~mine'])
})

test('complaint 5: an edit made offline survives reconnects and wins over an older edit of the server', async () => {
  const { server, clock, room, idOf, shown } = await givenRoom('mine')
  const id = idOf('mine')
  server.down = true
  server.socket.cut()
  const edited = room.edit(id, { content: 'pending' })
  const change = server.edit('general', id, { content: 'from the phone, before' })
  await clock.advance(30_000)
  expect(shown()).toEqual(['pending'])
  server.down = false
  server.override = ({ action }) => (action === 'editMessage' ? 'nothing' : undefined)
  await clock.advance(20_000)
  expect(server.asked('editMessage')).toHaveLength(1)
  // The sync has brought the older edit.
  expect(shown()).toEqual(['pending'])
  server.override = () => undefined
  server.socket.cut()
  await clock.advance(20_000)
  await edited
  expect(shown()).toEqual(['pending'])
  expect(server.room('general')).toMatchObject([{ content: 'pending' }])
  server.socket.events(change)
  expect(shown()).toEqual(['pending'])
})

test('two edits of one message are asked for one after the other', async () => {
  const { server, room, idOf, shown } = await givenRoom('mine')
  const id = idOf('mine')
  const edits = [room.edit(id, { content: 'first' }), room.edit(id, { content: 'second' })]
  expect(shown()).toEqual(['second'])
  await Promise.all(edits)
  expect(server.asked('editMessage').map(({ content }) => content)).toEqual(['first', 'second'])
  expect(server.room('general')).toMatchObject([{ content: 'second' }])
})

test('an own deletion is shown at once, told once, and taken back when it is refused', async () => {
  const { server, room, idOf, shown } = await givenRoom('one', 'two')
  const told = toldBy(room)
  await room.delete(idOf('one'))
  server.socket.events(server.logs.get('general')!.at(-1)!)
  expect(shown()).toEqual(['two'])
  expect(told).toEqual(['-1'])
  server.override = ({ action }) =>
    action === 'deleteMessage' ? { error: { code: 'forbidden', retryable: false } } : undefined
  await expect(room.delete(idOf('two'))).rejects.toMatchObject({ code: 'forbidden' })
  expect(shown()).toEqual(['two'])
  expect(told).toEqual(['-1', '-2', '~two'])
})

test('an own reaction is shown at once and counted once, whatever comes before the server has counted it', async () => {
  const { server, room, idOf } = await givenRoom('one')
  const id = idOf('one')
  const counts = () => room.messages[0]!.reactions?.map(({ reaction, count }) => `${reaction} ${count}`)
  await room.react(id, '👍')
  expect(counts()).toEqual(['👍 1'])
  // Counted before this user's reaction existed.
  server.socket.events(server.edit('general', id, { reactions: [{ reaction: '👍', count: 1, userIds: ['bob'] }] }))
  expect(counts()).toEqual(['👍 2'])
  server.socket.events(
    server.edit('general', id, { reactions: [{ reaction: '👍', count: 2, userIds: ['me', 'bob'] }] }),
  )
  expect(counts()).toEqual(['👍 2'])
  expect(room.hasReacted(room.messages[0]!, '👍')).toBe(true)
  await room.unreact(id, '👍')
  expect(counts()).toEqual(['👍 1'])
  expect(room.hasReacted(room.messages[0]!, '👍')).toBe(false)
})

test('a reaction that is taken back before the server has counted it stays away, and the other way round', async () => {
  const { server, room, idOf } = await givenRoom('one')
  const id = idOf('one')
  const counts = () => room.messages[0]!.reactions?.map(({ reaction, count }) => `${reaction} ${count}`) ?? []
  await room.react(id, '👍')
  await room.unreact(id, '👍')
  // The server has counted when both were done, and has found nothing new.
  server.socket.events(server.edit('general', id, { content: 'ONE' }))
  expect(counts()).toEqual([])
  server.socket.events(server.edit('general', id, { reactions: [{ reaction: '👍', count: 1, userIds: ['me'] }] }))
  await room.unreact(id, '👍')
  await room.react(id, '👍')
  server.socket.events(server.edit('general', id, { content: 'one' }))
  expect(counts()).toEqual(['👍 1'])
})

test('a reaction that is refused leaves the one before it as it was', async () => {
  const { server, room, idOf } = await givenRoom('one')
  const id = idOf('one')
  await room.react(id, '👍')
  server.override = ({ action }) =>
    action === 'removeReaction' ? { error: { code: 'forbidden', retryable: false } } : undefined
  await expect(room.unreact(id, '👍')).rejects.toMatchObject({ code: 'forbidden' })
  expect(room.messages[0]!.reactions).toMatchObject([{ reaction: '👍', count: 1 }])
})

test('an own reaction stays known when others’ names have pushed it out of the list, and events say nothing of it', async () => {
  const { server, room, idOf } = await givenRoom('one')
  const id = idOf('one')
  const userIds = Array.from({ length: 10 }, (_, i) => `user${i}`)
  server.edit('general', id, { reactions: [{ reaction: '👍', count: 11, userIds }], mine: ['👍'] })
  await room.history()
  expect(room.hasReacted(room.messages[0]!, '👍')).toBe(true)
  const { mine: _, ...message } = server.room('general')[0]!
  server.socket.events(
    server.log('general', {
      event: 'messageUpdated',
      message: { ...message, version: 2, reactions: [{ reaction: '👍', count: 12, userIds }] },
    }),
  )
  expect(room.hasReacted(room.messages[0]!, '👍')).toBe(true)
  expect(room.messages[0]!.reactions).toMatchObject([{ count: 12 }])
})

test('replies are in their thread, and counted at its root: what the server has counted and what has come since', async () => {
  const { server, room, idOf, shown } = await givenRoom('root')
  const root = idOf('root')
  const say = (content: string) => server.socket.events(server.keep('general', content, { threadId: root }))
  say('first')
  say('second')
  const thread = room.thread(root)
  expect(shown()).toEqual(['root'])
  expect(textsOf(thread.messages)).toEqual(['first', 'second'])
  expect(room.messages[0]!.thread).toMatchObject({ replies: 2, lastSeq: 3, lastUserIds: ['bob'] })
  server.room('general')[0]!.thread = { replies: 2, lastSeq: 3, lastAt: 1, lastUserIds: ['bob'] }
  await room.history()
  expect(room.messages[0]!.thread).toMatchObject({ replies: 2 })
  say('third')
  expect(room.messages[0]!.thread).toMatchObject({ replies: 3, lastSeq: 4 })
  server.socket.events(server.remove('general', idOf('first')))
  expect(room.messages[0]!.thread).toMatchObject({ replies: 2 })
  expect(textsOf(thread.messages)).toEqual(['second', 'third'])
})

test('a thread whose root was deleted is there after a page of history, which leaves the root out', async () => {
  const { server, room, clock } = await givenRoom()
  const root = server.keep('general', 'root')
  server.keep('general', 'first', { threadId: root.messageId })
  server.remove('general', root.messageId)
  server.override = ({ action }) =>
    action === 'getMessages'
      ? { data: { messages: [{ ...root, content: '', version: 1, deleted: { at: 1, by: 'bob' } }] } }
      : undefined
  await room.history()
  await clock.advance(100)
  expect(textsOf(room.messages)).toEqual(['deleted'])
  await room.history()
  expect(server.asked('getMessages')).toHaveLength(1)
})

test('a count of replies that was made before one was deleted, and comes after it, leaves the deleted one out', async () => {
  const { server, room, idOf } = await givenRoom('root')
  const root = idOf('root')
  const say = (content: string) => server.socket.events(server.keep('general', content, { threadId: root }))
  say('first')
  say('second')
  const counted = server.edit('general', root, {
    ...{ thread: { replies: 2, lastSeq: 3, lastAt: 1, lastUserIds: ['bob'] } },
    reactions: [{ reaction: '👍', count: 1, userIds: ['bob'] }],
  })
  server.socket.events(server.remove('general', idOf('second')), counted)
  expect(room.messages[0]).toMatchObject({ reactions: [{ count: 1 }], thread: { replies: 1 } })
})

test('a count of replies that was made after one was deleted, and comes before that, leaves the deleted one out', async () => {
  const { server, room, idOf } = await givenRoom('root')
  const root = idOf('root')
  const say = (content: string) => server.socket.events(server.keep('general', content, { threadId: root }))
  say('first')
  say('second')
  const deletion = server.remove('general', idOf('first'))
  const thread = { replies: 1, lastSeq: 3, lastAt: 1, lastUserIds: ['bob'] }
  server.socket.events(server.edit('general', root, { content: 'ROOT', thread }), deletion)
  expect(room.messages).toMatchObject([{ content: 'ROOT', thread: { replies: 1 } }])
})

/** Joins a room that has a root with two replies, of which this client reads only a page for the timeline. */
async function givenPageWithoutReplies(options: Partial<ChatClientOptions> = {}) {
  const given = await givenJoinedRoom(options, ['root', 'first', 'second'])
  const { server, room, clock } = given
  server.features = features
  server.socket.cut()
  await clock.advance(1_000)
  const [root, ...replies] = server.room('general')
  root!.thread = { replies: 2, lastSeq: 3, lastAt: 1, lastUserIds: ['bob'] }
  for (const reply of replies) reply.threadId = root!.messageId
  await room.history({ view: 'room' })
  const say = (content: string) => server.socket.events(server.keep('general', content, { threadId: root!.messageId }))
  return { ...given, thread: room.thread(root!.messageId), say }
}

test('after a page without replies a thread has the server’s count, and its list begins with what came since', async () => {
  const { room, thread, say } = await givenPageWithoutReplies()
  say('third')
  say('fourth')
  expect(room.messages).toMatchObject([{ content: 'root', thread: { replies: 4 } }])
  expect(textsOf(thread.messages)).toEqual(['third', 'fourth'])
  await thread.history()
  expect(textsOf(thread.messages)).toEqual(['first', 'second', 'third', 'fourth'])
  expect(room.messages).toMatchObject([{ content: 'root', thread: { replies: 4 } }])
})

test('a thread whose root was deleted before this client came, while somebody replied to it, is there', async () => {
  const { server, room, clock } = await givenRoom('one')
  const root = server.keep('general', 'root')
  const { version = 0 } = root
  server.socket.events(server.remove('general', root.messageId), server.keep('general', 'later', { seq: 3 }))
  await clock.advance(5_000)
  server.override = ({ action }) =>
    action === 'getMessages'
      ? { data: { messages: [{ ...root, content: '', version: version + 1, deleted: { at: 1, by: 'bob' } }] } }
      : undefined
  const say = (content: string) => server.socket.events(server.keep('general', content, { threadId: root.messageId }))
  say('first')
  say('second')
  await settled()
  expect(textsOf(room.messages)).toEqual(['one', 'deleted', 'later'])
  expect(room.messages[1]!.thread).toMatchObject({ replies: 2 })
  expect(textsOf(room.thread(root.messageId).messages)).toEqual(['first', 'second'])
  expect(server.asked('getMessages')).toMatchObject([{ messageIds: [root.messageId] }])
})

test('an old root whose count is too high is put right when the thread is read', async () => {
  const { server, room, thread } = await givenPageWithoutReplies()
  expect(room.messages).toMatchObject([{ thread: { replies: 2 } }])
  server.room('general').splice(1)
  await thread.history()
  expect(room.messages).toMatchObject([{ content: 'root' }])
  expect(room.messages[0]).not.toHaveProperty('thread')
})

test('after a jump, from which messages were forgotten on the way back, an old root has the server’s count', async () => {
  const { server, clock, room } = await givenJoinedRoom({}, ['root'])
  server.features = features
  await room.history()
  server.maxGap = 0
  server.socket.cut()
  const { messageId: threadId } = server.room('general')[0]!
  server.keep('general', 'reply', { threadId })
  server.room('general')[0]!.thread = { replies: 1, lastSeq: 2, lastAt: 1, lastUserIds: ['bob'] }
  for (let i = 0; i < 900; i++) server.keep('general', 'missed')
  await Promise.all([clock.advance(60_000), room.history()])
  await clock.advance(60_000)
  expect(room.messages[0]!.seq).toBeGreaterThan(2)
  for (;;) {
    const { hasMore } = await room.history({ view: 'room', limit: 100, before: room.messages[0]!.seq })
    if (!hasMore) break
  }
  expect(room.messages[0]).toMatchObject({ content: 'root', thread: { replies: 1 } })
})

test('replies of an erased user are no longer listed, and those that the server still counts are counted', async () => {
  const { server, room, idOf } = await givenRoom('root')
  const root = idOf('root')
  const say = (content: string, senderId: string) =>
    server.socket.events(server.keep('general', content, { threadId: root, senderId }))
  say('first', 'eve')
  say('second', 'bob')
  server.socket.events(server.log('general', { event: 'userErased', userId: 'eve' }))
  expect(room.messages).toMatchObject([{ thread: { replies: 1 } }])
  server.room('general')[0]!.thread = { replies: 2, lastSeq: 3, lastAt: 1, lastUserIds: ['bob'] }
  await room.history({ view: 'room' })
  expect(room.messages).toMatchObject([{ thread: { replies: 2 } }])
})

test('messages of an erased user are dropped from a page that is ahead of what was delivered', async () => {
  const { server, room } = await givenRoom('one')
  server.keep('general', 'two', { senderId: 'eve' })
  server.keep('general', 'three')
  await room.history()
  expect(textsOf(room.messages)).toEqual(['one', 'two', 'three'])
  server.socket.events(server.log('general', { event: 'userErased', userId: 'eve' }))
  expect(textsOf(room.messages)).toEqual(['one', 'three'])
})

test('a root on a page has the server’s count until its replies have been delivered', async () => {
  const { server, room } = await givenRoom('one')
  const { messageId: threadId } = server.keep('general', 'root')
  const replies = ['first', 'second'].map((content) => server.keep('general', content, { threadId }))
  server.room('general')[1]!.thread = { replies: 2, lastSeq: 4, lastAt: 1, lastUserIds: ['bob'] }
  await room.history({ view: 'room' })
  for (const event of [server.room('general')[1]!, ...replies]) {
    server.socket.events(event)
    expect(room.messages.at(-1)).toMatchObject({ content: 'root', thread: { replies: 2 } })
  }
})

test('a thread that was read has no gap where the room has one', async () => {
  const { server, clock, thread } = await givenPageWithoutReplies({ recoverLimit: 1 })
  await thread.history()
  expect(textsOf(thread.messages)).toEqual(['first', 'second'])
  server.maxGap = 0
  server.socket.cut()
  for (const content of ['third', 'fourth', 'fifth']) server.keep('general', content, { threadId: thread.id })
  await clock.advance(1_000)
  expect(textsOf(thread.messages)).toEqual(['fifth'])
  await thread.history({ before: thread.messages[0]!.seq })
  expect(textsOf(thread.messages)).toEqual(['first', 'second', 'third', 'fourth', 'fifth'])
})

/** Gives a room whose root has three replies, by the count that it was read with. They are known, or forgotten. */
async function givenCounted({ known }: { known: boolean }) {
  const given = await givenRoom('root')
  const { server, clock, room, idOf } = given
  const root = idOf('root')
  for (const content of ['first', 'second', 'third']) {
    server.socket.events(server.keep('general', content, { threadId: root }))
  }
  if (!known) {
    server.socket.events(server.edit('general', root, { content: 'root' }))
    server.socket.cut()
    for (let i = 0; i < 2; i++) server.edit('general', root, { content: 'root' })
    server.forgottenRevs = 2
    await clock.advance(1_000)
    expect(room.messages).toEqual([])
  }
  server.room('general')[0]!.thread = { replies: 3, lastSeq: 4, lastAt: 1, lastUserIds: ['bob'] }
  await room.history({ view: 'room' })
  const replies = () => room.messages[0]?.thread?.replies
  expect(replies()).toBe(3)
  const [first, second, third] = [idOf('first'), idOf('second'), idOf('third')]
  const remove = (...messageIds: string[]) =>
    server.socket.events(...messageIds.map((id) => server.remove('general', id)))
  return { ...given, root, first, second, third, replies, remove }
}

test.each([{ known: true }, { known: false }])(
  'a reply that is deleted is counted no more, before and after its root is deleted (replies known: $known)',
  async ({ known }) => {
    const { root, first, second, replies, remove, shown } = await givenCounted({ known })
    remove(first)
    expect(replies()).toBe(2)
    remove(root)
    expect(shown()).toEqual(['deleted'])
    expect(replies()).toBe(2)
    remove(second)
    expect(replies()).toBe(1)
  },
)

test.each([{ known: true }, { known: false }])(
  'a reply that is deleted after its root is counted no more, however often it is told (replies known: $known)',
  async ({ known }) => {
    const { server, room, root, first, replies, remove } = await givenCounted({ known })
    remove(root)
    expect(replies()).toBe(3)
    const deletion = server.remove('general', first)
    server.socket.events(deletion, deletion)
    expect(replies()).toBe(2)
    server.socket.events(deletion)
    expect(room.messages).toMatchObject([{ deleted: {}, thread: { replies: 2, lastSeq: 4 } }])
  },
)

test('what the server has counted anew is not corrected by a deletion that is told again', async () => {
  const { server, room, first, replies } = await givenCounted({ known: false })
  const deletion = server.remove('general', first)
  server.socket.events(deletion)
  server.room('general')[0]!.thread!.replies = 2
  await room.history({ view: 'room' })
  server.socket.events(deletion)
  expect(replies()).toBe(2)
})

test('a root whose last reply was deleted has no thread', async () => {
  const { first, second, third, room, remove } = await givenCounted({ known: false })
  remove(first, second, third)
  expect(room.messages).toMatchObject([{ content: 'root' }])
  expect(room.messages[0]).not.toHaveProperty('thread')
})

test('complaint 2: what changed during an absence is in an open thread too', async () => {
  const { server, clock, room, idOf } = await givenRoom('root')
  const root = idOf('root')
  server.socket.events(server.keep('general', 'first', { threadId: root }))
  server.socket.events(server.keep('general', 'second', { threadId: root }))
  const thread = room.thread(root)
  server.socket.cut()
  server.edit('general', idOf('first'), { content: 'FIRST' })
  server.remove('general', idOf('second'))
  await clock.advance(1_000)
  expect(textsOf(thread.messages)).toEqual(['FIRST'])
})

test('of a deleted message something is left where replies hang on it, and nothing of what it said', async () => {
  const { server, room, idOf, shown } = await givenRoom('root', 'other')
  server.socket.events(server.keep('general', 'reply', { threadId: idOf('root') }))
  const told = toldBy(room)
  server.socket.events(server.remove('general', idOf('root')))
  expect(shown()).toEqual(['deleted', 'other'])
  expect(told).toEqual(['-1'])
  expect(JSON.stringify(room.messages)).not.toContain('root')
  await expect(room.find([room.messages[0]!.messageId])).resolves.toEqual([])
})

test('pages of history that follow on are in messages, those elsewhere are not', async () => {
  const { server, room, shown } = await givenJoinedRoomOf(10)
  expect(shown()).toEqual([])
  await room.history({ limit: 3 })
  expect(shown()).toEqual(['8', '9', '10'])
  const { messages } = await room.history({ before: 4, limit: 2 })
  expect(textsOf(messages)).toEqual(['2', '3'])
  expect(shown()).toEqual(['8', '9', '10'])
  await room.history({ before: 8, limit: 3 })
  expect(shown()).toEqual(['5', '6', '7', '8', '9', '10'])
  server.socket.events(server.keep('general', '11'))
  expect(shown()).toEqual(['5', '6', '7', '8', '9', '10', '11'])
})

test('a page of history changes the list once, with all its messages', async () => {
  const { room, shown } = await givenJoinedRoomOf(10)
  const lists: string[][] = []
  room.on('messages', () => lists.push(shown()))
  await room.history({ limit: 3 })
  await room.history({ before: 8, limit: 3 })
  // Nothing of it is new.
  await room.history({ before: 8, limit: 3 })
  expect(lists).toEqual([
    ['8', '9', '10'],
    ['5', '6', '7', '8', '9', '10'],
  ])
})

async function givenJoinedRoomOf(count: number) {
  const given = await givenJoinedRoom(
    {},
    Array.from({ length: count }, (_, i) => `${i + 1}`),
  )
  return { ...given, shown: () => textsOf(given.room.messages) }
}

test('of messages that nobody has paged through at most 400 are kept', async () => {
  const { server, room } = await givenJoinedRoomOf(0)
  for (let i = 0; i < 1_000; i++) server.socket.events(server.keep('general', `${i}`))
  expect(room.messages.length).toBeGreaterThanOrEqual(200)
  expect(room.messages.length).toBeLessThanOrEqual(400)
  expect(room.messages.at(-1)).toMatchObject({ content: '999' })
})

test('whoever is shown out has nothing left of the room', async () => {
  const { server, room, shown } = await givenRoom('one')
  server.socket.events({ event: 'removed', chatRoomId: 'general', reason: 'kicked' })
  expect(shown()).toEqual([])
  expect(room.position).toBeUndefined()
})

test('an own role or mute that is told late does not undo a newer one', async () => {
  const { server, room } = await givenRoom('one')
  server.facts.set('general', { access: 'link', role: 'member', closed: false })
  await room.join()
  const roles: string[] = []
  room.on('memberUpdated', ({ role }) => roles.push(role))
  const told = (role: string, version: number) =>
    server.socket.events(server.log('general', { event: 'memberUpdated', userId: 'me', role, version }))
  told('moderator', 1)
  expect(room.role).toBe('moderator')
  told('member', 2)
  told('moderator', 1)
  expect(room.role).toBe('member')
  expect(roles).toEqual(['moderator', 'member', 'moderator'])
})

test('a role of a new membership is taken over, whose leaving another device has not told', async () => {
  const { server, room } = await givenRoom('one')
  server.facts.set('general', { access: 'link', role: 'member', closed: false })
  await room.join()
  const told = (role: string, version: number) =>
    server.socket.events(server.log('general', { event: 'memberUpdated', userId: 'me', role, version }))
  told('moderator', 2)
  const added = { event: 'roomAdded', chatRoomId: 'general', roomName: 'general', headSeq: 1 } as const
  server.socket.events({ ...added, access: 'link', role: 'member' })
  expect(room.role).toBe('member')
  told('moderator', 1)
  expect(room.role).toBe('moderator')
})

test('a message may be edited by who sent it, in the room’s time for it', async () => {
  const { server, clock, client, room, idOf } = await givenRoom('bob’s')
  server.facts.set('general', { access: 'link', role: 'member', closed: false })
  await room.join()
  await room.send({ content: 'mine' }).done
  const [bobs, mine] = room.messages as [MessageEvent, MessageEvent]
  expect(room.can('edit', bobs)).toBe(false)
  expect(room.can('edit', mine)).toBe(true)
  expect(room.can('deleteOwn', mine)).toBe(true)
  expect(room.can('deleteOwn', bobs)).toBe(false)
  expect(room.can('deleteAny', bobs)).toBe(false)
  expect(idOf('mine')).toBe(mine.messageId)
  const settings = { ...settingsOf('link'), editWindowSeconds: 60 }
  server.socket.events({ event: 'roomUpdated', chatRoomId: 'general', rev: 1, room: detailsOf('link', { settings }) })
  const isOver = mine.timestamp + 60_000 - client.serverNow
  await clock.advance(isOver - 1)
  expect(room.can('edit', mine)).toBe(true)
  await clock.advance(1)
  expect(room.can('edit', mine)).toBe(false)
  expect(room.can('deleteOwn', mine)).toBe(true)
})

test('a moderator may delete messages of those whose role is lower', async () => {
  const { server, room } = await givenRoom('bob’s')
  server.facts.set('general', { access: 'link', role: 'moderator', closed: false })
  await room.join()
  const [message] = room.messages as [MessageEvent]
  const roles = ['member', 'moderator', 'owner'] as const
  expect(roles.map((role) => room.can('deleteAny', { ...message, role }))).toEqual([true, false, false])
  expect(room.can('deleteAny', message)).toBe(true)
})

test('what a message has beside its content is sent, kept while it waits, and in the echo', async () => {
  const { server, clock, room } = await givenRoom('question')
  const replyTo = room.messages[0]!.messageId
  server.down = true
  server.socket.cut()
  const sent = room.send({ content: 'answer', replyTo, mentions: ['bob', 'me'] })
  const reply = room.thread(replyTo).send({ content: 'aside', inRoom: true })
  server.down = false
  await clock.advance(5_000)
  await Promise.all([sent.done, reply.done])
  expect(server.asked('sendMessage')).toMatchObject([
    { content: 'answer', replyTo, mentions: ['bob', 'me'] },
    { content: 'aside', threadId: replyTo, inRoom: true },
  ])
  expect(room.messages.slice(1)).toMatchObject([
    { content: 'answer', replyTo, mentions: ['bob'] },
    { content: 'aside', threadId: replyTo, inRoom: true },
  ])
})

/** A cache in memory. */
function givenCache(saved: Record<string, RoomSnapshot> = {}) {
  const kept = new Map(Object.entries(saved))
  const load = (id: string) => kept.get(id)
  const save = (id: string, snapshot?: RoomSnapshot) => {
    if (snapshot) kept.set(id, structuredClone(snapshot))
    else kept.delete(id)
  }
  return { kept, cache: { load, save } }
}

test('with a cache a room begins where it was: what was kept is there before the connection, and what was missed after', async () => {
  const { kept, cache } = givenCache()
  const first = await givenJoinedRoom({ cache }, ['one', 'two'])
  await first.room.history()
  await first.clock.advance(1_000)
  first.client.disconnect()
  expect(kept.get('general')).toMatchObject({ seq: 2, messages: [{ content: 'one' }, { content: 'two' }] })

  const { server, client, clock } = givenClient({ cache })
  server.features = features
  for (const content of ['one', 'two', 'three']) server.keep('general', content)
  server.edit('general', server.room('general')[0]!.messageId, { content: 'uno' })
  const room = client.room('general')
  const told = toldBy(room)
  await settled()
  expect(textsOf(room.messages)).toEqual(['one', 'two'])
  await client.connect()
  await clock.advance(5_000)
  expect(textsOf(room.messages)).toEqual(['uno', 'two', 'three'])
  expect(told.sort()).toEqual(['+three', '~uno'])
  expect(kept.get('general')).toMatchObject({ seq: 3, rev: 1, messages: [{ content: 'uno' }, {}, {}] })
  await room.leave()
  await clock.advance(1_000)
  expect(kept.size).toBe(0)
})

test('a cache keeps the count of replies as it is shown', async () => {
  const { kept, cache } = givenCache()
  const { server, room, client, clock } = await givenJoinedRoom({ cache }, ['root'])
  const { messageId: threadId } = server.room('general')[0]!
  const reply = server.keep('general', 'reply', { threadId })
  server.socket.events(reply, server.keep('general', 'another', { threadId }))
  server.room('general')[0]!.thread = { replies: 2, lastSeq: 3, lastAt: 1, lastUserIds: ['bob'] }
  await room.history()
  server.socket.events(server.remove('general', reply.messageId))
  await clock.advance(1_000)
  client.disconnect()
  expect(kept.get('general')).toMatchObject({ messages: [{ content: 'root', thread: { replies: 1 } }, {}, {}] })
})

test('a cache knows from where on it has the replies of threads', async () => {
  const { kept, cache } = givenCache()
  const { clock, say, client, thread } = await givenPageWithoutReplies({ cache })
  say('third')
  await clock.advance(1_000)
  client.disconnect()
  expect(kept.get('general')).toMatchObject({ allFrom: 4 })

  const later = givenClient({ cache }).client.room('general')
  await settled()
  expect(later.messages).toMatchObject([{ content: 'root', thread: { replies: 3 } }])
  expect(textsOf(later.thread(thread.id).messages)).toEqual(['third'])
})

test('what a cache has of another history, or cannot give, does not stand in the way', async () => {
  const old = { seq: 20, rev: 7, messages: [] }
  const { cache } = givenCache({ general: old })
  const { server, client, clock, errors } = givenClient({ cache })
  server.keep('general', 'new')
  const room = client.room('general')
  await client.connect()
  await clock.advance(5_000)
  expect(room.position).toBe(1)
  server.socket.events(server.keep('general', 'next'))
  expect(textsOf(room.messages)).toEqual(['next'])

  const broken = givenClient({ cache: { load: () => Promise.reject(new Error('no disk')), save: () => {} } })
  broken.server.keep('general', 'one')
  await broken.client.connect()
  expect(broken.client.room('general').joined).toBe(true)
  expect([...errors, ...broken.errors]).toMatchObject([{ message: 'no disk' }])
})
