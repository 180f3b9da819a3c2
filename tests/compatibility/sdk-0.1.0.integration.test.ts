import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ChatClient } from '../../client/node.ts'
import { ChatClient as BrowserClientOf010 } from '../fixtures/version-0.1.0/index.js'
import { ChatClient as NodeClientOf010 } from '../fixtures/version-0.1.0/node.js'
import { clientOf } from '../client/online.ts'
import { hear, listen, status } from '../client/listen.ts'
import { givenRoom } from '../support/given-room.ts'
import { quietLog } from '../support/quiet-log.ts'
import { settled, unique } from '../support/runtime.ts'
import { subscriptionItemsOf } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'
import { png } from '../support/upload-form.ts'

const chat = await useChat({ log: quietLog })

const node010 = (userId: string) => clientOf(chat, userId, {}, NodeClientOf010)
const browser010 = (userId: string) =>
  clientOf(chat, userId, { createSocket: (url, protocols) => new WebSocket(url, protocols) }, BrowserClientOf010)
const today = (userId: string) => clientOf(chat, userId)

/** Cuts every connection of the runtime, and waits until the client has noticed. */
async function cut(client: ChatClient): Promise<void> {
  const noticed = status(client, 'disconnected')
  for (const connectionId of chat.gateway.connectionIds()) chat.gateway.terminate(connectionId)
  await noticed
}

describe.each([
  ['both of 0.1.0, the second as in a browser', node010, browser010],
  ['the first of 0.1.0, the second of today', node010, today],
  ['the first of today, the second of 0.1.0', today, node010],
])('two clients, %s', (_, clientOfAda, clientOfBob) => {
  /** Ada and Bob, both connected, in a room that ada created. */
  async function givenTwo() {
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = [clientOfAda(adaId), clientOfBob(bobId)]
    await Promise.all([ada.connect(), bob.connect()])
    const adas = await ada.createRoom({ chatRoomId: unique('room'), roomName: 'Theirs' })
    const bobs = bob.room(adas.id)
    await bobs.join()
    return { ada, bob, adas, bobs, adaId, bobId }
  }

  test('talk, and read what was said', async () => {
    const { adas, bobs, adaId, bobId } = await givenTwo()
    const [hers, his] = [hear(adas), hear(bobs)]
    await adas.send({ content: 'hello' }).done
    await his.until('hello')
    await bobs.broadcast({ content: 'hello yourself' }).done
    await hers.until('hello yourself')
    expect(hers.contents()).toEqual(['hello', 'hello yourself'])
    expect(his.contents()).toEqual(['hello', 'hello yourself'])
    const { messages, hasMore } = await bobs.history()
    expect(messages).toMatchObject([
      { seq: 1, senderId: adaId, content: 'hello' },
      { seq: 2, senderId: bobId, content: 'hello yourself' },
    ])
    expect(hasMore).toBe(false)
    expect(await adas.members()).toEqual([adaId, bobId].sort())
  })

  test('see each other type', async () => {
    const { adas, bobs, adaId } = await givenTwo()
    const typing = listen(bobs, 'typing')
    adas.typing.keystroke()
    await typing.until((userIds) => userIds.includes(adaId))
    await adas.send({ content: 'done' }).done
    await typing.until((userIds) => userIds.length === 0)
  })

  test('send a file, and get it', async () => {
    const { adas, bobs } = await givenTwo()
    const messages = listen(bobs, 'message')
    const { messageId } = await adas.upload(new File([png], 'dot.png', { type: 'image/png' }))
    expect(await messages.until(({ kind }) => kind === 'file')).toMatchObject({ messageId, file: { size: png.length } })
    const { fileUrl } = await bobs.fileUrl(messageId)
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer())).toEqual(Buffer.from(png))
  })

  test('lose their connections and recover the gap, twice, each message once', async () => {
    const { bob, adas, bobs } = await givenTwo()
    const his = hear(bobs)
    for (const round of ['a', 'b']) {
      await adas.send({ content: `${round} before` }).done
      await his.until(`${round} before`)
      const back = status(bob, 'connected')
      await cut(bob)
      const meanwhile = ['one', 'two', 'three'].map((content) => adas.send({ content: `${round} ${content}` }))
      await Promise.all([back, ...meanwhile.map(({ done }) => done)])
      await his.until(`${round} three`)
    }
    const expected = ['a', 'b'].flatMap((round) => ['before', 'one', 'two', 'three'].map((word) => `${round} ${word}`))
    expect(his.contents()).toEqual(expected)
  })

  test('are told of a room that they are added to, and what is said in it', async () => {
    const { ada, bob, bobId } = await givenTwo()
    const added = new Promise<string>((resolve) => bob.on('roomAdded', ({ id }) => resolve(id)))
    const room = await ada.createRoom({ roomName: 'Another', members: [bobId] })
    expect(await added).toBe(room.id)
    const his = hear(bob.room(room.id))
    await room.send({ content: 'welcome' }).done
    await his.until('welcome')
  })

  test('leave: who left is gone from the members, receives nothing more, and is subscribed to nothing', async () => {
    const { bob, adas, bobs, adaId, bobId } = await givenTwo()
    const his = hear(bobs)
    const left = listen(adas, 'memberLeft')
    await bobs.leave()
    expect(await left.until(() => true)).toMatchObject({ userId: bobId })
    expect(await adas.members()).toEqual([adaId])
    await adas.send({ content: 'alone' }).done
    await settled(chat)
    expect(his.contents()).toEqual([])
    const subscriptions = await subscriptionItemsOf(chat)
    expect(subscriptions.filter(({ UserId }) => UserId === bobId)).toEqual([])
    bob.disconnect()
    await bob.connect()
    expect(bob.rooms.map(({ id }) => id)).not.toContain(adas.id)
  })
})

test.each([
  ['in Node', node010],
  ['in a browser', browser010],
])(
  'a client of 0.1.0 %s reads a room with edits, deletions, reactions and threads, and misses no message',
  async (_, clientOfBob) => {
    const { room, clients } = await givenRoom(chat, 'ada')
    const [ada] = clients
    const say = async (content: string) =>
      (await ada.request({ action: 'sendMessage', chatRoomId: room, content })).messageId
    const change = { action: 'editMessage', chatRoomId: room } as const
    const bob = clientOfBob(unique('bob'))
    await bob.connect()
    const bobs = bob.room(room)
    await bobs.join()
    const his = hear(bobs)
    const lost: unknown[] = []
    bobs.on('discontinuity', (event) => lost.push(event))
    const [one, two] = [await say('one'), await say('two')]
    await his.until('two')
    await ada.request({ ...change, messageId: one, content: 'one, edited' })
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: two })
    await ada.request({ action: 'updateRoom', chatRoomId: room, topic: 'Tea' })
    await ada.request({ action: 'addReaction', chatRoomId: room, messageId: one, reaction: '👍' })
    const reply = { content: 'a reply', threadId: one, replyTo: one, mentions: [unique('who')] }
    await ada.request({ action: 'sendMessage', chatRoomId: room, ...reply })
    await say('three')
    await his.until('three')
    const back = status(bob, 'connected')
    bob.disconnect()
    const four = await say('four')
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: four })
    const five = await say('five')
    await ada.request({ ...change, messageId: five, content: 'five, edited' })
    // Otherwise the old client may receive the first version of the message, and keep it permanently.
    await settled(chat)
    await Promise.all([bob.connect(), back])
    await his.until('five, edited')
    await say('six')
    await his.until('six')
    expect(his.contents()).toEqual(['one', 'two', 'a reply', 'three', 'five, edited', 'six'])
    expect(lost).toEqual([])
    const { messages } = await bobs.history()
    expect(messages.map(({ content }) => content)).toEqual(['one, edited', 'a reply', 'three', 'five, edited', 'six'])
  },
)
