import { describe, expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
await entitiesOf(chat)
const { Change, changesAfter } = await import('../../src/entities/change.ts')

const say = (client: RawClient, chatRoomId: string, content: string) =>
  client.request({ action: 'sendMessage', chatRoomId, content })

const edit = (client: RawClient, chatRoomId: string, messageId: string, content: string) =>
  client.request({ action: 'editMessage', chatRoomId, messageId, content })

/** Creates a room of two users with three messages of the first. */
async function givenMessages() {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const ids: string[] = []
  for (const content of ['one', 'two', 'three']) ids.push((await say(ada, room, content)).messageId)
  return { room, ada, bob, bobId: userIds[1], ids }
}

/** Returns what another connection of this user gets of the room by `sync`. */
async function synced(userId: string, room: string, more: Record<string, unknown> = {}) {
  const client = await connect(chat, userId)
  const { rooms } = await client.request({ action: 'sync', ...more })
  return rooms.find(({ chatRoomId }) => chatRoomId === room)!
}

describe('complaint 1: what changed while one was away', () => {
  test('comes with sync and joinRoom, each message once and as it is now', async () => {
    const { room, ada, bob, bobId, ids } = await givenMessages()
    await edit(ada, room, ids[0]!, 'one, first edit')
    await edit(ada, room, ids[1]!, 'two, edited')
    await edit(ada, room, ids[0]!, 'one, second edit')
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: ids[2] })
    await settled(chat)
    const back = await synced(bobId, room, { rooms: { [room]: 3 }, revs: { [room]: 0 } })
    const { headRev, changesRecovered, changes } = back
    expect({ recovered: back.recovered, events: back.events, changesRecovered }).toEqual({
      recovered: true,
      events: [],
      changesRecovered: true,
    })
    const seen = changes.map((change) =>
      change.event === 'messageUpdated' ? [change.message.content, change.message.version] : change.event,
    )
    expect(seen.sort()).toEqual([['one, second edit', 2], ['two, edited', 1], 'messageDeleted'].sort())
    expect(changes.map(({ rev }) => rev)).toEqual(changes.map(({ rev }) => rev).sort((a, b) => a - b))
    const asked = await bob.request({ action: 'getChanges', chatRoomId: room, after: 0 })
    expect(asked).toEqual({ changes, headRev, recovered: true, hasMore: false })
    const joined = await bob.request({ action: 'joinRoom', chatRoomId: room, lastRev: headRev - 1 })
    expect(joined).toMatchObject({ headRev, changesRecovered: true, changes: [changes.at(-1)] })
  })

  test('complaint 3: a message that is new and was edited already is told once, edited', async () => {
    const { room, ada, bobId, ids } = await givenMessages()
    await edit(ada, room, ids[2]!, 'three, edited')
    await settled(chat)
    const back = await synced(bobId, room, { rooms: { [room]: 2 }, revs: { [room]: 0 } })
    expect(back).toMatchObject({ recovered: true, changesRecovered: true, headRev: 1, changes: [] })
    expect(back.events).toMatchObject([{ content: 'three, edited', version: 1 }])
  })

  test('of a room without changes all is known; without a rev, or beyond the head, nothing is', async () => {
    const { room, ada, bobId, ids } = await givenMessages()
    const nothing = { headRev: 0, changesRecovered: true, changes: [] }
    expect(await synced(bobId, room)).toMatchObject(nothing)
    expect(await synced(bobId, room, { revs: { [room]: 0 } })).toMatchObject(nothing)
    await edit(ada, room, ids[0]!, 'edited')
    await settled(chat)
    const unknown = { headRev: 1, changesRecovered: false, changes: [] }
    for (const revs of [{}, { [room]: 2 }]) expect(await synced(bobId, room, { revs })).toMatchObject(unknown)
    expect(await synced(bobId, room, { revs: { [room]: 1 } })).toMatchObject({ ...nothing, headRev: 1 })
    const { rooms } = await ada.request({ action: 'listRooms' })
    expect(rooms).toMatchObject([{ chatRoomId: room, headSeq: 3, headRev: 1 }])
    expect(await ada.request({ action: 'getChanges', chatRoomId: room, after: 2 })).toEqual({
      changes: [],
      headRev: 1,
      recovered: false,
      hasMore: false,
    })
  })

  test('is not recovered where the log has been forgotten in part', async () => {
    const { room, ada, bobId, ids } = await givenMessages()
    for (const id of ids) await edit(ada, room, id, 'edited')
    await settled(chat)
    const [first] = await changesAfter(room, { after: 0, head: 1, limit: 1 })
    const place = String(first!.rev).padStart(16, '0')
    await Change.delete({ partition: `changes#${room}`, place }).go()
    const head = (await ada.request({ action: 'getChanges', chatRoomId: room, after: 1 })).headRev
    expect(await synced(bobId, room, { revs: { [room]: 0 } })).toMatchObject({
      headRev: head,
      changesRecovered: false,
      changes: [],
    })
    const lost = { changes: [], headRev: head, recovered: false, hasMore: false }
    expect(await ada.request({ action: 'getChanges', chatRoomId: room, after: 0 })).toEqual(lost)
    for (const rev of [2, 3]) {
      await Change.delete({ partition: `changes#${room}`, place: String(rev).padStart(16, '0') }).go()
    }
    // No part of the log is left.
    expect(await ada.request({ action: 'getChanges', chatRoomId: room, after: 0 })).toEqual(lost)
  })

  test('comes in pages, and sync takes none of it when it does not fit', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada] = clients
    const large = 'x'.repeat(16_000)
    const ids: string[] = []
    for (let i = 0; i < 6; i++) ids.push((await say(ada, room, large)).messageId)
    for (const id of ids) await edit(ada, room, id, `${large}.`)
    await settled(chat)
    expect(await synced(userIds[1], room, { rooms: { [room]: 6 }, revs: { [room]: 0 } })).toMatchObject({
      changesRecovered: false,
      changes: [],
    })
    const seen: string[] = []
    let pages = 0
    for (let after = 0, hasMore = true; hasMore; pages++) {
      const page = await ada.request({ action: 'getChanges', chatRoomId: room, after })
      expect(page.recovered).toBe(true)
      expect(page.headRev).toBeGreaterThan(after)
      for (const change of page.changes) if (change.event === 'messageUpdated') seen.push(change.message.messageId)
      after = page.headRev
      hasMore = page.hasMore
    }
    expect({ seen, pages }).toEqual({ seen: ids, pages: 2 })
    const short = await ada.request({ action: 'getChanges', chatRoomId: room, after: 1, limit: 1 })
    expect(short).toMatchObject({ headRev: 2, hasMore: true, changes: [{ rev: 2 }] })
  })

  test('says nothing of messages from before one’s join, where the room shows none of those', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    const [ada] = clients
    await ada.request({ action: 'updateRoom', chatRoomId: room, settings: { history: 'joined' } })
    // The room's details and its messages come from different shards. This waits, so that the details are the first
    // change.
    await settled(chat)
    const before = await say(ada, room, 'before')
    const zoe = await online(chat, unique('zoe'))
    await zoe.request({ action: 'joinRoom', chatRoomId: room })
    const after = await say(ada, room, 'after')
    await edit(ada, room, before.messageId, 'before, edited')
    await edit(ada, room, after.messageId, 'after, edited')
    // Two changes of one message in one batch would be one change in the log.
    await settled(chat)
    await ada.request({ action: 'addReaction', chatRoomId: room, messageId: before.messageId, reaction: '👍' })
    // The stream writes the summary, whose record comes after that of the reaction.
    const head = async () => (await ada.request({ action: 'getChanges', chatRoomId: room, after: 1 })).headRev
    await expect.poll(head).toBe(4)
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: before.messageId })
    await expect.poll(head).toBe(5)
    await settled(chat)
    const told = zoe.events.filter(({ event }) => event === 'messageUpdated' || event === 'messageDeleted')
    expect(told).toMatchObject([{ message: { content: 'after, edited' } }])
    expect(JSON.stringify(zoe.events)).not.toContain('before')
    const { changes, headRev } = await zoe.request({ action: 'getChanges', chatRoomId: room, after: 1 })
    expect(headRev).toBe(5)
    expect(changes).toMatchObject([{ message: { content: 'after, edited' } }])
    const messageIds = [before.messageId, after.messageId]
    const { messages } = await zoe.request({ action: 'getMessages', chatRoomId: room, messageIds })
    expect(messages).toMatchObject([{ content: 'after, edited' }])
  })
})

describe('rooms and members', () => {
  test('what a room is, its pins too, is told to everybody with its version', async () => {
    const { room, ada, bob, ids } = await givenMessages()
    const { room: details } = await ada.request({ action: 'updateRoom', chatRoomId: room, topic: 'Tea' })
    expect(details.memberCount).toBe(2)
    for (const client of [ada, bob]) {
      expect(await client.event('roomUpdated')).toEqual({
        event: 'roomUpdated',
        chatRoomId: room,
        rev: 1,
        room: { ...details, memberCount: 2 },
      })
    }
    await ada.request({ action: 'pinMessage', chatRoomId: room, messageId: ids[0] })
    const pinned = await bob.event('roomUpdated', ({ room: { version } }) => version === 2)
    expect(pinned.room).toMatchObject({ pins: [ids[0]] })
    const { rev } = await bob.event('messageUpdated')
    expect([pinned.rev, rev].toSorted()).toEqual([2, 3])
    await ada.request({ action: 'closeRoom', chatRoomId: room, closed: true })
    expect((await bob.event('roomUpdated', (event) => event.rev === 4)).room).toMatchObject({
      closed: true,
      version: 3,
    })
    const { changes } = await bob.request({ action: 'getChanges', chatRoomId: room, after: 0 })
    expect(changes).toMatchObject([
      { event: 'messageUpdated', rev },
      { event: 'roomUpdated', rev: 4, room: { topic: 'Tea', closed: true, version: 3 } },
    ])
  })

  test('a message says who has pinned it and when, until it is unpinned', async () => {
    const { room, ada, bob, ids } = await givenMessages()
    const message = { chatRoomId: room, messageId: ids[0]! }
    const before = Date.now()
    await ada.request({ action: 'pinMessage', ...message })
    const told = await bob.event('messageUpdated', ({ message: { version } }) => version === 1)
    const by = told.message.senderId
    expect(told.message.pinned).toEqual({ by, at: expect.any(Number) as number })
    expect(told.message.pinned!.at).toBeGreaterThanOrEqual(before)
    const read = async () =>
      (await bob.request({ action: 'getMessages', chatRoomId: room, messageIds: [ids[0]!] })).messages
    expect(await read()).toMatchObject([{ pinned: told.message.pinned }])
    await ada.request({ action: 'pinMessage', ...message })
    await ada.request({ action: 'unpinMessage', ...message })
    const { message: unpinned } = await bob.event('messageUpdated', (event) => event.message.version === 2)
    expect(unpinned.pinned).toBeUndefined()

    await ada.request({ action: 'pinMessage', ...message })
    await ada.request({ action: 'deleteMessage', ...message })
    await ada.request({ action: 'unpinMessage', ...message })
    expect(await ada.refused({ action: 'pinMessage', ...message })).toMatchObject({
      code: 'message_not_found',
      message: 'unable to pin the message; there is none',
    })
  })

  test('a member’s role and mute are told with the membership’s version', async () => {
    const { room, ada, bob, bobId } = await givenMessages()
    await ada.request({ action: 'setRole', chatRoomId: room, userId: bobId, role: 'moderator' })
    const { mutedUntil } = await ada.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 60 })
    const changed = { event: 'memberUpdated', chatRoomId: room, userId: bobId, role: 'moderator' }
    for (const client of [ada, bob]) {
      const last = await client.event('memberUpdated', ({ version }) => version === 2)
      expect(last).toEqual({ ...changed, rev: expect.any(Number) as number, mutedUntil, version: 2 })
    }
    await ada.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 0 })
    const free = await bob.event('memberUpdated', ({ version }) => version === 3)
    expect(free).toEqual({ ...changed, rev: expect.any(Number) as number, version: 3 })
  })

  test('neither a block nor a deleted room is told as a change', async () => {
    const [ada, eve] = [unique('ada'), unique('eve')]
    const [one, other] = await Promise.all([online(chat, ada), online(chat, eve)])
    const { chatRoomId } = await one.request({ action: 'sendMessage', recipientId: eve, content: 'hello' })
    await one.request({ action: 'blockUser', userId: eve })
    const { room, ada: owner, bob } = await givenMessages()
    await owner.request({ action: 'deleteRoom', chatRoomId: room })
    await bob.event('removed')
    await settled(chat)
    const told = [...one.events, ...other.events, ...bob.events].filter((event) => 'rev' in event)
    expect(told).toEqual([])
    expect(await one.request({ action: 'getChanges', chatRoomId, after: 0 })).toMatchObject({ headRev: 0 })
  })
})
