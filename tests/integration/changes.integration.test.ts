import { describe, expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { scan } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()

const say = (client: RawClient, chatRoomId: string, content: string, more = {}) =>
  client.request({ action: 'sendMessage', chatRoomId, content, ...more })

const notFound = (what: string) => ({
  code: 'message_not_found',
  message: `unable to ${what} the message; there is none`,
  retryable: false,
})
const forbidden = {
  code: 'forbidden',
  message: 'unable to do this in this room; it takes a higher role',
  retryable: false,
}

/** Creates a room of an owner, a moderator and two members, with a message of the first member. */
async function givenMessage(content = 'hello') {
  const { room, clients, userIds } = await givenRoom(chat, 'owner', 'mod', 'bob', 'zoe')
  const [owner, mod, bob, zoe] = clients
  const [ownerId, modId, bobId] = userIds
  await owner.request({ action: 'setRole', chatRoomId: room, userId: modId, role: 'moderator' })
  await owner.event('memberUpdated')
  const { messageId, seq } = await say(bob, room, content, { clientMessageId: 'c1' })
  const edit = (client: RawClient, more: Record<string, unknown>) =>
    client.request({ action: 'editMessage', chatRoomId: room, messageId, content: 'hi', ...more })
  return { room, owner, mod, bob, zoe, ownerId, modId, bobId, messageId, seq, edit }
}

const changesOf = (client: RawClient, room: string, after = 0) =>
  client.request({ action: 'getChanges', chatRoomId: room, after })

const history = async (client: RawClient, room: string, more = {}) =>
  (await client.request({ action: 'getHistory', chatRoomId: room, ...more })).messages

describe('an edit', () => {
  test('is told to everybody, the editing connection too, and is what history, sync and getMessages show', async () => {
    const { room, bob, zoe, bobId, messageId, seq, edit } = await givenMessage()
    const { editedAt, ...reply } = await edit(bob, { content: 'hello, all', metadata: { order: 7 } })
    expect(reply).toEqual({ chatRoomId: room, messageId, seq, version: 1, changed: true })
    const message = {
      ...{ event: 'message', chatRoomId: room, seq, messageId, kind: 'text', senderId: bobId, clientMessageId: 'c1' },
      ...{
        content: 'hello, all',
        metadata: { order: 7 },
        version: 1,
        editedAt,
        timestamp: expect.any(Number) as number,
      },
    }
    for (const client of [bob, zoe]) {
      const { rev, ...event } = await client.event('messageUpdated')
      expect(event).toEqual({ event: 'messageUpdated', chatRoomId: room, message })
      // The first change was the role.
      expect(rev).toBe(2)
    }
    expect(await history(zoe, room)).toEqual([message])
    const { messages } = await zoe.request({ action: 'getMessages', chatRoomId: room, messageIds: [messageId] })
    expect(messages).toEqual([message])
    expect((await changesOf(zoe, room, 1)).changes).toEqual([
      { event: 'messageUpdated', chatRoomId: room, rev: 2, message },
    ])
  })

  test('that is there already is a success without a write, whatever has come in between', async () => {
    const { room, bob, zoe, edit } = await givenMessage()
    const first = await edit(bob, { ifEditedAt: 0 })
    const { changed, ...same } = first
    expect(changed).toBe(true)
    expect(await edit(bob, { ifEditedAt: 0 })).toEqual({ ...same, changed: false })
    expect(await edit(bob, { content: 'hi' })).toEqual({ ...same, changed: false })
    await settled(chat)
    expect(zoe.events.filter(({ event }) => event === 'messageUpdated')).toHaveLength(1)
    expect(await changesOf(zoe, room, 2)).toEqual({ changes: [], headRev: 2, recovered: true, hasMore: false })
  })

  test('what is left out is kept; metadata replaces', async () => {
    const { room, bob, edit } = await givenMessage()
    await edit(bob, { content: 'one', metadata: { a: 1 } })
    await edit(bob, { content: 'two' })
    expect(await history(bob, room)).toMatchObject([{ content: 'two', metadata: { a: 1 } }])
    await edit(bob, { content: 'two', metadata: { b: 2, c: { d: 1, e: [] } } })
    const again = await edit(bob, { content: 'two', metadata: { c: { e: [], d: 1 }, b: 2 } })
    expect(again.changed).toBe(false)
    expect(await history(bob, room)).toMatchObject([
      { content: 'two', metadata: { b: 2, c: { d: 1, e: [] } }, version: 3 },
    ])
  })

  test('of sixteen at once, who don’t ask about the others, all are done', async () => {
    const { bob, edit } = await givenMessage()
    const edits = await Promise.all(Array.from({ length: 16 }, (_, i) => edit(bob, { content: `edit ${i}` })))
    expect(edits.map(({ changed }) => changed)).toEqual(Array<boolean>(16).fill(true))
  })

  test('of what somebody has edited in between is a conflict for who asks for that', async () => {
    const { bob, edit } = await givenMessage()
    const { editedAt } = await edit(bob, { content: 'one' })
    expect((await edit(bob, { content: 'two', ifEditedAt: editedAt })).editedAt).toBeGreaterThan(editedAt)
    for (const ifEditedAt of [0, editedAt]) {
      await expect(edit(bob, { content: 'three', ifEditedAt })).rejects.toThrow(
        '"code":"conflict","message":"unable to edit the message; it was edited meanwhile"',
      )
    }
  })

  test('is the sender’s own: not a moderator’s, nor the owner’s, but a backend’s', async () => {
    const { room, owner, mod, zoe, messageId } = await givenMessage()
    const frame = { action: 'editMessage', chatRoomId: room, messageId, content: 'words in a mouth' }
    const message = "unable to edit the message; it is another user's"
    for (const client of [owner, mod, zoe]) expect(await client.refused(frame)).toEqual({ ...forbidden, message })
    const backend = await givenBackend(chat, unique('shop'))
    expect(
      await backend.request('editMessage', { chatRoomId: room, messageId, content: 'from the shop' }),
    ).toMatchObject({
      version: 1,
      changed: true,
    })
    expect((await zoe.event('messageUpdated')).message.content).toBe('from the shop')
  })

  test('complaint 26: needs what a send needs: no mute, no closed room; and a window of the room’s, but for a backend', async () => {
    const { room, owner, bob, bobId, messageId, edit } = await givenMessage()
    const frame = { action: 'editMessage', chatRoomId: room, messageId, content: 'late' }
    await owner.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 60 })
    expect(await bob.refused(frame)).toMatchObject({ code: 'muted', retryAfterMs: expect.any(Number) as number })
    await owner.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 0 })
    await owner.request({ action: 'closeRoom', chatRoomId: room, closed: true })
    expect(await bob.refused(frame)).toMatchObject({ code: 'room_closed' })
    await owner.request({ action: 'closeRoom', chatRoomId: room, closed: false })
    await edit(bob, { content: 'in time' })
    await owner.request({ action: 'updateRoom', chatRoomId: room, settings: { editWindowSeconds: 0 } })
    const message = 'unable to edit the message; the time to edit it is over'
    expect(await bob.refused(frame)).toEqual({ ...forbidden, message })
    // A retry of an edit that was in time still succeeds.
    expect(await edit(bob, { content: 'in time' })).toMatchObject({ changed: false })
    const backend = await givenBackend(chat, unique('shop'))
    const asBob = { chatRoomId: room, messageId, content: 'late', asUserId: bobId }
    expect(await backend.request('editMessage', asBob)).toMatchObject({ changed: true })
    await owner.request({ action: 'updateRoom', chatRoomId: room, settings: { editWindowSeconds: 3_600 } })
    expect(await edit(bob, { content: 'in time again' })).toMatchObject({ changed: true })
  })

  test('of nothing, or to nothing, is refused', async () => {
    const { room, bob, messageId } = await givenMessage()
    const frame = { action: 'editMessage', chatRoomId: room, messageId, content: 'hi' }
    expect(await bob.refused({ ...frame, messageId: '0000000000000099' })).toEqual(notFound('edit'))
    expect(await bob.refused({ ...frame, content: ' \n' })).toEqual({
      code: 'invalid_request',
      message: 'unable to edit the message; nothing would be left of it',
      retryable: false,
      details: [{ path: 'content', problem: 'shows nothing' }],
    })
    await bob.request({ action: 'deleteMessage', chatRoomId: room, messageId })
    expect(await bob.refused(frame)).toEqual(notFound('edit'))
  })
})

describe('a deletion', () => {
  test('is told to everybody, and leaves an empty place', async () => {
    const { room, bob, zoe, bobId, messageId, seq } = await givenMessage('a secret')
    await say(bob, room, 'after it')
    const { deletedAt, ...reply } = await bob.request({ action: 'deleteMessage', chatRoomId: room, messageId })
    expect(reply).toEqual({ chatRoomId: room, messageId, seq, version: 1, changed: true })
    const told = { event: 'messageDeleted', chatRoomId: room, rev: 2, seq, messageId, version: 1 }
    for (const client of [bob, zoe]) {
      expect(await client.event('messageDeleted')).toEqual({ ...told, deletedAt, deletedBy: bobId })
    }
    expect(await history(zoe, room)).toMatchObject([{ content: 'after it' }])
    expect(await history(zoe, room, { include: ['deleted'], limit: 1, after: 0 })).toEqual([
      {
        ...{ event: 'message', chatRoomId: room, seq, messageId, kind: 'text', senderId: bobId, content: '' },
        ...{ timestamp: expect.any(Number) as number, version: 1, deleted: { at: deletedAt, by: bobId } },
      },
    ])
    const byId = { action: 'getMessages', chatRoomId: room, messageIds: [messageId] } as const
    expect((await zoe.request(byId)).messages).toEqual([])
    expect((await zoe.request({ ...byId, include: ['deleted'] })).messages).toHaveLength(1)
    await settled(chat)
    expect(JSON.stringify(await scan(chat))).not.toContain('a secret')
  })

  test('complaint 6: of a message that is sent once more after that, nothing comes back', async () => {
    const { room, bob, zoe, messageId, seq } = await givenMessage('gone')
    await bob.request({ action: 'deleteMessage', chatRoomId: room, messageId })
    const again = await say(bob, room, 'gone', { clientMessageId: 'c1' })
    expect(again).toMatchObject({ messageId, seq, duplicate: true })
    await settled(chat)
    expect(await history(zoe, room)).toEqual([])
    expect(zoe.contents(room)).toEqual(['gone'])
  })

  test('of what is deleted already is a success with the first one’s moment', async () => {
    const { room, mod, bob, messageId } = await givenMessage()
    const { changed, ...first } = await bob.request({ action: 'deleteMessage', chatRoomId: room, messageId })
    expect(changed).toBe(true)
    for (const client of [bob, mod]) {
      const again = await client.request({ action: 'deleteMessage', chatRoomId: room, messageId })
      expect(again).toEqual({ ...first, changed: false })
    }
    const { entries } = await mod.request({ action: 'getAudit', chatRoomId: room })
    expect(entries.filter(({ action }) => action === 'delete')).toEqual([])
  })

  test('of another’s is a moderator’s, of lower ranks only, and is noted without the content', async () => {
    const { room, owner, mod, zoe, modId, bobId, messageId } = await givenMessage('spam, spam')
    const frame = { action: 'deleteMessage', chatRoomId: room, messageId } as const
    expect(await zoe.refused(frame)).toEqual(forbidden)
    const ofOwner = await say(owner, room, 'the rules')
    expect(await mod.refused({ ...frame, messageId: ofOwner.messageId })).toEqual(forbidden)
    await mod.request({ ...frame, reason: 'unwanted' })
    const { entries } = await mod.request({ action: 'getAudit', chatRoomId: room, limit: 1 })
    expect(entries).toEqual([
      { at: expect.any(Number) as number, by: modId, action: 'delete', userId: bobId, messageId, reason: 'unwanted' },
    ])
    expect(await zoe.event('messageDeleted')).toMatchObject({ messageId, deletedBy: modId })
  })

  test('of a sender who has left is a moderator’s too; of a direct room the server’s only', async () => {
    const { room, mod, bob, messageId } = await givenMessage()
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    expect(await mod.request({ action: 'deleteMessage', chatRoomId: room, messageId })).toMatchObject({ changed: true })
    const [ada, eve] = [unique('ada'), unique('eve')]
    const [one, other] = await Promise.all([online(chat, ada), online(chat, eve)])
    const { chatRoomId, ...sent } = await one.request({ action: 'sendMessage', recipientId: eve, content: 'psst' })
    const frame = { action: 'deleteMessage', chatRoomId, messageId: sent.messageId }
    const message = 'unable to do this in a direct room; its two have the same rights'
    expect(await other.refused(frame)).toEqual({ ...forbidden, message })
    const backend = await givenBackend(chat, unique('shop'))
    expect(await backend.request('deleteMessage', { chatRoomId, messageId: sent.messageId })).toMatchObject({
      changed: true,
    })
    expect(await other.event('messageDeleted')).toMatchObject({ deletedBy: backend.sub })
  })

  test('a muted member deletes their own; in a closed room moderators only do', async () => {
    const { room, owner, mod, bob, bobId, messageId } = await givenMessage()
    const other = await say(bob, room, 'another')
    const own = await say(mod, room, 'the moderator’s')
    const frame = { action: 'deleteMessage', chatRoomId: room, messageId } as const
    await owner.request({ action: 'closeRoom', chatRoomId: room, closed: true })
    expect(await bob.refused(frame)).toMatchObject({ code: 'room_closed' })
    await mod.request(frame)
    expect(await mod.request({ ...frame, messageId: own.messageId })).toMatchObject({ changed: true })
    await owner.request({ action: 'closeRoom', chatRoomId: room, closed: false })
    await owner.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 60 })
    expect(await bob.request({ ...frame, messageId: other.messageId })).toMatchObject({ changed: true })
  })
})
