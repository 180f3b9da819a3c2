import { describe, expect, test } from 'vitest'
import type { RoomEvent } from '../../src/protocol/events.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { outcomeOf } from '../support/scoped.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()

const MESSAGES_PER_SECOND = 100
const MESSAGES = 200

/** Sends a hundred messages per second from several connections. Calls `midway` when half of them are sent. */
async function flow(clients: readonly RawClient[], chatRoomId: string, midway: () => Promise<void>) {
  const sends: Promise<unknown>[] = []
  let half: Promise<void> | undefined
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const i = sends.length
      const client = clients[i % clients.length]!
      sends.push(client.request({ action: 'sendMessage', chatRoomId, content: `${i}` }))
      if (sends.length === MESSAGES / 2) half = midway()
      if (sends.length < MESSAGES) return
      clearInterval(timer)
      resolve()
    }, 1_000 / MESSAGES_PER_SECOND)
  })
  await Promise.all([...sends, half])
}

/** Returns the events of the room that a connection has received. */
const eventsOf = ({ events }: RawClient, room: string) =>
  events.filter((event): event is RoomEvent => 'chatRoomId' in event && event.chatRoomId === room)

describe('while a hundred messages a second flow', () => {
  test.for([
    ['removeMember', 'kicked'],
    ['banMember', 'banned'],
  ] as const)(
    'complaint 16: nothing that is written after an acknowledged %s reaches the user: removed is the last',
    async ([action, reason]) => {
      const { room, clients, userIds } = await givenRoom(chat, 'ada', 'eve', 'eve', 'kim')
      const [ada, eve, other, kim] = clients
      const eveId = userIds[1]
      const during = await Promise.all([connect(chat, eveId), connect(chat, eveId), connect(chat, eveId)])
      let acknowledgedAt = Infinity
      await flow([ada, kim], room, async () => {
        // Three connections of the user sync while the kick is in progress.
        const syncs = during.map((client) => client.request({ action: 'sync', rooms: { [room]: 0 } }))
        await ada.request({ action, chatRoomId: room, userId: eveId })
        acknowledgedAt = Date.now()
        await Promise.all(syncs)
      })
      await settled(chat)
      expect(eventsOf(kim, room).filter(({ event }) => event === 'message').length).toBeGreaterThanOrEqual(MESSAGES / 2)
      const got = [eve, other, ...during].map((client) => eventsOf(client, room))
      expect(got[0]!.filter(({ event }) => event === 'message').length).toBeGreaterThan(0)
      for (const events of got) {
        const late = events.filter((event) => 'timestamp' in event && event.timestamp > acknowledgedAt)
        expect(late).toEqual([])
      }
      for (const events of got.slice(0, 2)) {
        expect(events.at(-1)).toEqual({ event: 'removed', chatRoomId: room, reason })
        expect(events.filter(({ event }) => event === 'removed')).toHaveLength(1)
      }
      // The replies of the syncs have nothing from after the kick, either.
      for (const client of during) {
        const [reply] = client.frames.flatMap((frame) => (frame.type === 'reply' ? [frame.data] : []))
        const { rooms } = reply as { rooms: { events: { timestamp: number }[] }[] }
        for (const { events } of rooms) {
          expect(events.filter(({ timestamp }) => timestamp > acknowledgedAt)).toEqual([])
        }
        expect(await outcomeOf(client, { action: 'getHistory', chatRoomId: room })).toBe('not_a_member')
      }
    },
  )
})

describe('a deleted room', () => {
  const notAMember = { code: 'not_a_member', retryable: false }

  test('is gone with the reply, for everybody and in every list; its members are told, and only its id stays', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, bob, other] = clients
    const sent = { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'one' } as const
    const { messageId } = await bob.request(sent)
    await ada.request({ action: 'updateRoom', chatRoomId: room, access: 'public' })
    const { invite } = await ada.request({ action: 'createInvite', chatRoomId: room })
    await settled(chat)
    expect(await ada.request({ action: 'deleteRoom', chatRoomId: room })).toEqual({})
    for (const client of [ada, bob]) {
      for (const frame of [
        { action: 'getRoom' },
        { action: 'getHistory' },
        { action: 'listMembers' },
        { action: 'getFileUrl', messageId },
        { action: 'leaveRoom' },
        { action: 'typingIndicator' },
        { action: 'broadcastMessage', content: 'hello' },
        { action: 'addMembers', userIds: [userIds[1]] },
        { action: 'handleFileUpload', fileName: 'a.txt', contentType: 'text/plain', size: 1 },
        { action: 'updateRoom', roomName: 'Again' },
        { action: 'removeMember', userId: userIds[1] },
        { action: 'getAudit' },
        { action: 'deleteRoom' },
      ]) {
        expect(await client.refused({ ...frame, chatRoomId: room }), frame.action).toMatchObject(notAMember)
      }
      // This includes retries of earlier sends.
      expect(await client.refused(sent)).toMatchObject(notAMember)
      expect(await client.refused({ action: 'joinRoom', chatRoomId: room })).toEqual({
        code: 'room_not_found',
        message: 'unable to join; there is no such room',
        retryable: false,
      })
      expect((await client.request({ action: 'listRooms' })).rooms).toEqual([])
      expect((await client.request({ action: 'sync', rooms: { [room]: 0 } })).rooms).toEqual([])
      expect((await client.request({ action: 'sync', only: [room] })).rooms).toEqual([])
    }
    const eve = await online(chat, unique('eve'))
    expect(await outcomeOf(eve, { action: 'joinRoom', invite })).toBe('room_not_found')
    expect((await eve.request({ action: 'listPublicRooms', prefix: 'A room' })).rooms).toEqual([])
    const again = { action: 'createRoom', chatRoomId: room, roomName: 'Mine' }
    for (const client of [ada, eve]) expect(await outcomeOf(client, again)).toBe('conflict')
    await settled(chat)
    const removed = { event: 'removed', chatRoomId: room, reason: 'roomDeleted' }
    for (const client of [ada, bob, other]) {
      expect(eventsOf(client, room).filter(({ event }) => event === 'removed')).toEqual([removed])
      expect(eventsOf(client, room).at(-1)).toEqual(removed)
    }
    expect(eve.events).toEqual([])
  })

  test('takes no message of those that were on their way', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    const sends = Array.from({ length: 20 }, (_, i) =>
      bob.ask({ action: 'sendMessage', chatRoomId: room, content: `${i}` }),
    )
    await ada.request({ action: 'deleteRoom', chatRoomId: room })
    const outcomes = (await Promise.all(sends)).map((answer) => (answer.type === 'error' ? answer.error.code : 'ok'))
    expect(outcomes.filter((outcome) => outcome !== 'ok' && outcome !== 'not_a_member')).toEqual([])
    expect(await outcomeOf(bob, { action: 'sendMessage', chatRoomId: room, content: 'late' })).toBe('not_a_member')
  })
})
