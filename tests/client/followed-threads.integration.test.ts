import { expect, test } from 'vitest'
import type { ChatClient, Thread } from '../../client/index.ts'
import { settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { hear, status } from './listen.ts'
import { clientOf } from './online.ts'

const chat = await useChat({ followups: { maximumBatchingWindowInSeconds: 0 } })

/** Waits until this number of threads is unread. */
const unreadThreads = (client: ChatClient, wanted: number): Promise<void> =>
  new Promise((resolve) => {
    const stop = client.on('unreadThreads', () => look())
    const look = () => {
      if (client.unreadThreads !== wanted) return
      stop()
      resolve()
    }
    look()
  })

/** Waits until the thread has this number of unread replies. */
const unreadIn = (thread: Thread, wanted: number): Promise<void> =>
  new Promise((resolve) => {
    const stop = thread.on('unread', () => look())
    const look = () => {
      if (thread.unread?.count !== wanted) return
      stop()
      resolve()
    }
    look()
  })

/** Waits until the server has counted the replies and noted who follows their threads. */
async function settle(): Promise<void> {
  await chat.followups.idle()
  await settled(chat)
}

/** Ada on two devices and bob, in a room with a root message of ada's. */
async function givenThread() {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, phone, bob] = [clientOf(chat, adaId), clientOf(chat, adaId), clientOf(chat, bobId)]
  await Promise.all([ada.connect(), bob.connect()])
  const room = await ada.createRoom({ roomName: 'Theirs', members: [bobId] })
  const { messageId } = await room.send({ content: 'root' }).done
  await phone.connect()
  await bob.room(room.id).join({ after: 0 })
  const threadOf = (client: ChatClient) => client.room(room.id).thread(messageId)
  /** Sends a reply of bob's, and waits until ada has it. */
  const reply = async (content: string) => {
    const heard = hear(room)
    await threadOf(bob).send({ content }).done
    await heard.until(content)
  }
  return { ada, phone, bob, room, messageId, threadOf, reply }
}

test('replies in a thread that the user started are unread, and counted apart from those of the room', async () => {
  const { ada, bob, room, threadOf, reply } = await givenThread()
  await unreadThreads(ada, 0)
  await reply('one')
  await unreadThreads(ada, 1)
  await reply('two')
  await unreadIn(threadOf(ada), 2)
  expect(room.unread?.count ?? 0).toBe(0)
  expect(ada.unreadThreads).toBe(1)
  // Nobody's own replies are unread.
  await unreadIn(threadOf(bob), 0)
  expect(bob.unreadThreads).toBe(0)
})

test('a thread is marked as read without being opened, on all devices, and stays so', async () => {
  const { ada, phone, room, messageId, threadOf, reply } = await givenThread()
  await reply('one')
  await settle()
  await Promise.all([unreadThreads(ada, 1), unreadThreads(phone, 1)])
  // As in a list of threads: its replies were never loaded.
  const { threads } = await ada.threads()
  expect(threads).toMatchObject([{ chatRoomId: room.id, root: { messageId }, unread: { count: 1, exact: true } }])
  threadOf(ada).markRead()
  expect([ada.unreadThreads, threadOf(ada).unread?.count]).toEqual([0, 0])
  await unreadThreads(phone, 0)
  const later = clientOf(chat, ada.userId!)
  await later.connect()
  await unreadIn(later.room(room.id).thread(messageId), 0)
  await reply('two')
  await Promise.all([ada, phone, later].map((client) => unreadThreads(client, 1)))
  expect(threadOf(phone).unread).toMatchObject({ count: 1, exact: true })
})

test('what was unread before the client started, or came while it was away, is counted by the server', async () => {
  const { ada, phone, threadOf, reply } = await givenThread()
  await reply('one')
  await settle()
  await unreadIn(threadOf(phone), 1)
  phone.disconnect()
  await reply('two')
  threadOf(ada).markRead()
  await reply('three')
  await settle()
  const connected = status(phone, 'connected')
  ada.disconnect()
  await Promise.all([phone.connect(), connected])
  await unreadIn(threadOf(phone), 1)
})

test('a reply that is deleted is not unread, and a thread that is not followed never is', async () => {
  const { ada, bob, threadOf, reply } = await givenThread()
  await unreadThreads(ada, 0)
  await reply('one')
  await reply('two')
  await unreadIn(threadOf(ada), 2)
  await bob.room(ada.rooms[0]!.id).delete(threadOf(bob).messages.at(-1)!.messageId)
  await unreadIn(threadOf(ada), 1)
  await threadOf(ada).follow(false)
  expect([threadOf(ada).unread, ada.unreadThreads]).toEqual([undefined, 0])
  await reply('three')
  expect(ada.unreadThreads).toBe(0)
  await settle()
  await threadOf(ada).follow()
  await unreadIn(threadOf(ada), 2)
})

test('nothing is left of the threads of a room that the user has left', async () => {
  const { ada, room, threadOf, reply } = await givenThread()
  await reply('one')
  await unreadThreads(ada, 1)
  await room.leave()
  expect([threadOf(ada).unread, ada.unreadThreads]).toEqual([undefined, 0])
})
