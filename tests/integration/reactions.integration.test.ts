import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()

/** Creates a room of ada, bob and cleo, with a message of ada. */
async function givenMessage() {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cleo')
  const [ada, bob, cleo] = clients
  const { messageId, seq } = await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  const react = (client: RawClient, reaction = '👍') =>
    client.request({ action: 'addReaction', chatRoomId: room, messageId, reaction })
  const unreact = (client: RawClient, reaction = '👍') =>
    client.request({ action: 'removeReaction', chatRoomId: room, messageId, reaction })
  return { room, ada, bob, cleo, userIds, messageId, seq, react, unreact }
}

const historyOf = async (client: RawClient, chatRoomId: string) =>
  (await client.request({ action: 'getHistory', chatRoomId })).messages

describe('a reaction', () => {
  test('is told to everybody, who reacted too, with the message as it is now', async () => {
    const { room, ada, bob, userIds, messageId, react } = await givenMessage()
    expect(await react(bob)).toEqual({ chatRoomId: room, messageId, reaction: '👍', changed: true })
    for (const client of [ada, bob]) {
      const { message } = await client.event('messageUpdated')
      expect(message).toMatchObject({
        messageId,
        content: 'hello',
        version: 1,
        reactions: [{ reaction: '👍', count: 1, userIds: [userIds[1]] }],
      })
      // Complaint 8: an event to everybody has nothing that is specific to one user.
      expect(message).not.toHaveProperty('mine')
    }
  })

  test('that is there already, or is taken back twice, is a success that changes nothing', async () => {
    const { ada, bob, react, unreact } = await givenMessage()
    expect([await react(bob), await react(bob)].map(({ changed }) => changed)).toEqual([true, false])
    await ada.event('messageUpdated', ({ message }) => message.reactions !== undefined)
    expect([await unreact(bob), await unreact(bob)].map(({ changed }) => changed)).toEqual([true, false])
    const { message } = await ada.event('messageUpdated', ({ message }) => message.reactions === undefined)
    expect(message.version).toBe(2)
  })

  test('is known by its normal form, and may have what ends a key', async () => {
    const { room, ada, bob, userIds, messageId, react } = await givenMessage()
    const [, bobId] = userIds
    await react(bob, 'e\u0301')
    expect((await react(bob, '\u00e9')).changed).toBe(false)
    expect((await react(bob, '#️⃣')).changed).toBe(true)
    expect((await react(bob, '100%')).changed).toBe(true)
    const all = await ada.request({ action: 'getReactions', chatRoomId: room, messageId })
    expect(all.reactions.map(({ reaction, userId }) => [reaction, userId]).sort()).toEqual(
      ['\u00e9', '#️⃣', '100%'].map((reaction) => [reaction, bobId]).sort(),
    )
    const some = await ada.request({ action: 'getReactions', chatRoomId: room, messageId, reaction: '#️⃣' })
    expect(some).toEqual({ reactions: [{ reaction: '#️⃣', userId: bobId, timestamp: expect.any(Number) as number }] })
  })

  test('is recovered by who was away: complaint 1', async () => {
    const { room, ada, bob, userIds, messageId, seq, react } = await givenMessage()
    await react(bob)
    await ada.event('messageUpdated')
    const again = await online(chat, userIds[2])
    const { rooms } = await again.request({ action: 'sync', rooms: { [room]: seq }, revs: { [room]: 0 } })
    expect(rooms.find(({ chatRoomId }) => chatRoomId === room)).toMatchObject({
      changesRecovered: true,
      changes: [{ event: 'messageUpdated', message: { messageId, reactions: [{ reaction: '👍', count: 1 }] } }],
    })
  })

  test('edits nothing, and makes nothing unread: complaint 9', async () => {
    const { room, ada, bob, cleo, seq, react } = await givenMessage()
    await cleo.request({ action: 'markRead', reads: { [room]: seq } })
    await react(bob)
    await ada.event('messageUpdated')
    const [message] = await historyOf(ada, room)
    expect(message).toMatchObject({ version: 1, reactions: [{ count: 1 }] })
    expect(message).not.toHaveProperty('editedAt')
    // Nothing for ada, whose message it is, nor for cleo, who had read it; and the room has no newer message.
    const { rooms } = await cleo.request({ action: 'sync' })
    expect(rooms).toMatchObject([{ chatRoomId: room, headSeq: seq }])
    for (const client of [ada, cleo]) {
      const unread = await client.request({ action: 'getUnread', heads: { [room]: seq + 1 } })
      expect(unread.rooms[room]).toMatchObject({ count: 0, mentions: 0 })
    }
  })

  test('goes with the message: nothing of it is left, and nobody reacts to what is gone', async () => {
    const { room, ada, bob, messageId, react } = await givenMessage()
    await react(bob)
    await ada.event('messageUpdated')
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId })
    await bob.event('messageDeleted')
    expect(await bob.refused({ action: 'addReaction', chatRoomId: room, messageId, reaction: '👍' })).toEqual({
      code: 'message_not_found',
      message: 'unable to act upon the message; there is none',
      retryable: false,
    })
    const { messages } = await ada.request({ action: 'getHistory', chatRoomId: room, include: ['deleted'] })
    expect(messages[0]).not.toHaveProperty('reactions')
  })

  test('is one of 50 different ones at most', async () => {
    const { room, ada, bob, messageId, react } = await givenMessage()
    for (let i = 0; i < 50; i++) await react(bob, `r${i}`)
    await ada.event('messageUpdated', ({ message }) => message.reactions?.length === 50)
    expect(await bob.refused({ action: 'addReaction', chatRoomId: room, messageId, reaction: 'r50' })).toEqual({
      code: 'limit_reached',
      message: 'unable to react; a message has 50 different reactions at most',
      retryable: false,
    })
    // A reaction that others already use is not a new one.
    expect((await react(ada, 'r7')).changed).toBe(true)
  })
})

test('counts never differ from the rows, whatever is added and taken back at once: complaint 7', async () => {
  const { room, ada, bob, cleo, messageId, react, unreact } = await givenMessage()
  const clients = [ada, bob, cleo]
  await Promise.all(
    Array.from({ length: 60 }, (_, i) => {
      const client = clients[i % 3]!
      return i % 4 === 3 ? unreact(client, `r${i % 5}`) : react(client, `r${i % 5}`)
    }),
  )
  await settled(chat)
  const { reactions: rows } = await ada.request({ action: 'getReactions', chatRoomId: room, messageId })
  const [message] = await historyOf(ada, room)
  const counts = Object.fromEntries(message!.reactions!.map(({ reaction, count }) => [reaction, count]))
  const counted: Record<string, number> = {}
  for (const { reaction } of rows) counted[reaction] = (counted[reaction] ?? 0) + 1
  expect(counts).toEqual(counted)
})

test('whose list is clipped is told in replies what is their own, and in no event: complaint 8', async () => {
  const { room, ada, bob, messageId, react } = await givenMessage()
  await react(ada)
  await react(ada, 'tea')
  // Later than ada's, so that they aren't named.
  const rows = Array.from({ length: 10 }, (_, i) => {
    return { chatRoomId: room, messageId, reaction: '👍', userId: `fan-${i}`, at: Date.now() + i }
  })
  await Promise.all(
    rows.map(({ userId, ...row }) => {
      const Item = marshall({
        ...{ pk: `reactions#${room}#${messageId}`, sk: `👍#${userId}`, __edb_e__: 'Reaction', __edb_v__: '1' },
        ...{ ChatRoomId: room, MessageId: messageId, Reaction: '👍', UserId: userId, At: row.at },
      })
      return chat.dynamodb.send(new PutItemCommand({ TableName: chat.tableName, Item }))
    }),
  )
  await settled(chat)
  const of = async (client: RawClient) => {
    const { messages } = await client.request({ action: 'getMessages', chatRoomId: room, messageIds: [messageId] })
    return [(await historyOf(client, room))[0]!, messages[0]!].map(({ reactions, mine }) => ({
      clipped: reactions![0]!.count - reactions![0]!.userIds.length,
      mine,
    }))
  }
  const own = { clipped: 1, mine: ['👍', 'tea'] }
  expect(await of(ada)).toEqual([own, own])
  expect(await of(bob)).toEqual([{ clipped: 1 }, { clipped: 1 }])
  const { changes } = await ada.request({ action: 'getChanges', chatRoomId: room, after: 0 })
  expect(JSON.stringify(changes)).not.toContain('"mine"')
})
