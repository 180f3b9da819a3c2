import { describe, expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenBackend } from '../support/backend.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { onlineAs } from '../support/scoped.ts'
import { connect, online, settled, settledAfter, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
const { ChatRoom, Present, Connection, presentKey } = await entitiesOf(chat)

const enter = (client: RawClient, chatRoomId: string, data?: object) =>
  client.request({ action: 'enterPresence', chatRoomId, ...(data && { data }) })

const leave = (client: RawClient, chatRoomId: string) => client.request({ action: 'leavePresence', chatRoomId })

const presentIn = (client: RawClient, chatRoomId: string) => client.request({ action: 'getPresence', chatRoomId })

const presentIds = async (client: RawClient, chatRoomId: string) =>
  (await presentIn(client, chatRoomId)).present.map(({ userId }) => userId)

/** Returns the presence events that a connection received, in order. */
const told = (client: RawClient) =>
  client.events.flatMap((event) =>
    event.event === 'presenceEntered' || event.event === 'presenceUpdated' || event.event === 'presenceLeft'
      ? [`${event.event} ${event.userId}`]
      : [],
  )

/** Returns the row of a user who is present, as after a renewal. */
const presentRow = (chatRoomId: string, userId: string, connectionId: string, now = Date.now()) => ({
  ...presentKey({ chatRoomId, userId, connectionId }),
  ...{ since: now, changedAt: now, until: now + 300_000, joinId: 'j', session: `00#${connectionId}` },
  ...{ renewedAt: now, expiresAt: Math.ceil(now / 1_000) + 301 },
})

const connectionOf = async (client: RawClient): Promise<string> =>
  (await client.request({ action: 'sync' })).connectionId

describe('whoever is present', () => {
  test('is listed, and those who are present themselves are told, the one who enters included', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cleo')
    const [ada, bob, cleo] = clients
    const before = Date.now()
    const { until, everyMs } = await enter(ada, room)
    expect(until - before).toBeGreaterThanOrEqual(300_000)
    expect(until - Date.now()).toBeLessThanOrEqual(300_000)
    expect(everyMs).toBe(120_000)
    await ada.event('presenceEntered')
    await enter(bob, room, { reading: true })
    const entered = await ada.event('presenceEntered', ({ userId }) => userId === userIds[1])
    await settled(chat)
    expect(entered).toEqual({
      event: 'presenceEntered',
      chatRoomId: room,
      userId: userIds[1],
      data: { reading: true },
      since: expect.any(Number) as number,
      at: expect.any(Number) as number,
    })
    expect(entered.at).toBeGreaterThanOrEqual(entered.since)
    expect(told(ada)).toEqual([`presenceEntered ${userIds[0]}`, `presenceEntered ${userIds[1]}`])
    expect(told(bob)).toEqual([`presenceEntered ${userIds[1]}`])
    expect(told(cleo)).toEqual([])
    expect(await presentIn(cleo, room)).toEqual({
      present: [
        { userId: userIds[0], since: expect.any(Number) as number },
        { userId: userIds[1], data: { reading: true }, since: entered.since },
      ],
      count: 2,
      capped: false,
    })
  })

  test('and leaves is listed no longer, and is to be hidden 15 s later', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await enter(ada, room)
    await enter(bob, room)
    await ada.event('presenceEntered', ({ userId }) => userId === userIds[1])
    const before = Date.now()
    expect(await leave(bob, room)).toEqual({})
    expect(await leave(bob, room)).toEqual({})
    const left = await ada.event('presenceLeft')
    expect(left).toEqual({
      event: 'presenceLeft',
      chatRoomId: room,
      userId: userIds[1],
      at: expect.any(Number) as number,
      effectiveAt: left.at + 15_000,
    })
    expect(left.at).toBeGreaterThanOrEqual(before)
    expect(await presentIds(bob, room)).toEqual([userIds[0]])
    await settled(chat)
    expect(told(ada).filter((one) => one.startsWith('presenceLeft'))).toHaveLength(1)
  })

  test('and renews that tells nobody; other data is told, and is kept when it is left out', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await enter(ada, room)
    const first = await enter(bob, room, { at: 'top', of: 1 })
    // In one batch with the next change, only the latter would be delivered.
    await ada.event('presenceEntered', ({ userId }) => userId === userIds[1])
    await enter(bob, room)
    const last = await enter(bob, room, { of: 1, at: 'top' })
    expect(last.until).toBeGreaterThanOrEqual(first.until)
    await enter(bob, room, { at: 'end' })
    const updated = await ada.event('presenceUpdated')
    await settled(chat)
    expect(updated).toMatchObject({ userId: userIds[1], data: { at: 'end' } })
    expect(told(ada).filter((one) => one.endsWith(userIds[1]))).toEqual([
      `presenceEntered ${userIds[1]}`,
      `presenceUpdated ${userIds[1]}`,
    ])
    await enter(bob, room, {})
    await ada.event('presenceUpdated', ({ data }) => Object.keys(data ?? {}).length === 0)
  })
})

describe('complaint 15: a user with two devices', () => {
  test('is one person: comes with the first and goes with the last', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, bob, phone] = clients
    await enter(ada, room)
    await Promise.all([enter(bob, room), enter(phone, room)])
    await ada.event('presenceEntered', ({ userId }) => userId === userIds[1])
    await settled(chat)
    expect(await presentIds(ada, room)).toEqual([userIds[0], userIds[1]].sort())
    await leave(bob, room)
    await settled(chat)
    expect(told(ada)).toEqual([`presenceEntered ${userIds[0]}`, `presenceEntered ${userIds[1]}`])
    expect(await presentIds(ada, room)).toContain(userIds[1])
    await leave(phone, room)
    await ada.event('presenceLeft', ({ userId }) => userId === userIds[1])
  })

  test('shows what the one says that said something last', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, bob, phone] = clients
    await enter(ada, room)
    await enter(bob, room, { on: 'desk' })
    await ada.event('presenceEntered', ({ userId }) => userId === userIds[1])
    const { since } = (await presentIn(ada, room)).present.find(({ userId }) => userId === userIds[1])!
    await enter(phone, room, { on: 'phone' })
    expect(await ada.event('presenceUpdated')).toMatchObject({ userId: userIds[1], data: { on: 'phone' }, since })
    await leave(phone, room)
    await ada.event('presenceUpdated', ({ data }) => data?.on === 'desk')
    expect((await presentIn(ada, room)).present).toContainEqual({ userId: userIds[1], data: { on: 'desk' }, since })
  })
})

describe('what a user with two devices shows was set last, whichever has set it', () => {
  /** Ada and two devices of bob's. `shown` returns what ada reads of bob, `heard` what she was told. */
  async function givenTwoDevices() {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, phone, laptop] = clients
    await enter(ada, room)
    await enter(phone, room, { on: 'phone' })
    const { since } = await ada.event('presenceEntered', ({ userId }) => userId === userIds[1])
    const shown = async () => {
      const bob = (await presentIn(ada, room)).present.find(({ userId }) => userId === userIds[1])
      return bob && [bob.data, bob.since - since]
    }
    const heard = async () => {
      await settled(chat)
      return ada.events.flatMap((event) =>
        event.event.startsWith('presence') && 'userId' in event && event.userId === userIds[1]
          ? [`${event.event} ${'data' in event ? JSON.stringify(event.data) : ''}`]
          : [],
      )
    }
    return { room, phone, laptop, shown, heard }
  }
  const entered = 'presenceEntered {"on":"phone"}'

  test('a device that enters without data keeps the former data, also when the other has left', async () => {
    const { room, phone, laptop, shown, heard } = await givenTwoDevices()
    await enter(laptop, room)
    expect(await shown()).toEqual([{ on: 'phone' }, 0])
    // If the other device leaves before the stream has read who is here, the user is announced again.
    expect(await heard()).toEqual([entered])
    await leave(phone, room)
    expect(await heard()).toEqual([entered])
    expect(await shown()).toEqual([{ on: 'phone' }, 0])
    await enter(phone, room)
    expect(await heard()).toEqual([entered])
    await leave(laptop, room)
    expect(await heard()).toEqual([entered])
    expect(await shown()).toEqual([{ on: 'phone' }, 0])
  })

  test('a device that sets again what it said before is shown; a renewal is not, nor what is shown', async () => {
    const { room, phone, laptop, shown, heard } = await givenTwoDevices()
    await enter(laptop, room, { on: 'laptop' })
    const said = [entered, 'presenceUpdated {"on":"laptop"}']
    expect(await heard()).toEqual(said)
    await enter(phone, room)
    await enter(laptop, room, { on: 'laptop' })
    expect(await heard()).toEqual(said)
    await enter(phone, room, { on: 'phone' })
    expect(await heard()).toEqual([...said, 'presenceUpdated {"on":"phone"}'])
    expect(await shown()).toEqual([{ on: 'phone' }, 0])
    await enter(laptop, room)
    await enter(phone, room, { on: 'phone' })
    await leave(laptop, room)
    expect(await heard()).toEqual([...said, 'presenceUpdated {"on":"phone"}'])
  })

  test('since when it holds stays the same when the first device leaves', async () => {
    const { room, phone, laptop, shown } = await givenTwoDevices()
    await enter(laptop, room, { on: 'laptop' })
    await leave(phone, room)
    expect(await shown()).toEqual([{ on: 'laptop' }, 0])
    await enter(phone, room)
    await leave(laptop, room)
    expect(await shown()).toEqual([{ on: 'laptop' }, 0])
  })
})

describe('a connection that ends', () => {
  test('by kill −9, a closed tab or a lost network, takes its presence along in all rooms', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    const other = (await ada.request({ action: 'createRoom', roomName: 'Other', members: [userIds[1]] })).chatRoomId
    for (const one of [room, other]) {
      await enter(ada, one)
      await enter(bob, one)
      await ada.event('presenceEntered', (event) => event.chatRoomId === one && event.userId === userIds[1])
    }
    const before = Date.now()
    bob.socket.terminate()
    for (const one of [room, other]) {
      const left = await ada.event('presenceLeft', ({ chatRoomId }) => chatRoomId === one)
      expect(left).toMatchObject({ userId: userIds[1], effectiveAt: left.at + 15_000 })
      expect(left.at).toBeGreaterThanOrEqual(before)
      expect(await presentIds(ada, one)).toEqual([userIds[0]])
    }
  })

  test('and is replaced by one that enters before the end is known is not told of: no flapping', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await enter(ada, room)
    await enter(bob, room)
    await ada.event('presenceEntered', ({ userId }) => userId === userIds[1])
    const again = await online(chat, userIds[1])
    await enter(again, room)
    await settled(chat)
    bob.socket.terminate()
    await bob.closed
    await settled(chat)
    expect(told(ada)).toEqual([`presenceEntered ${userIds[0]}`, `presenceEntered ${userIds[1]}`])
    // If the old connection is gone before the event about the new one is sent, the user is announced again.
    const third = await online(chat, userIds[1])
    await enter(third, room)
    again.socket.terminate()
    await again.closed
    await settled(chat)
    expect(told(ada)).not.toContain(`presenceLeft ${userIds[1]}`)
    expect(await presentIds(ada, room)).toEqual(userIds.slice(0, 2))
  })

  test('and re-enters within the grace is told with a later moment: it was never hidden', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await enter(ada, room)
    await enter(bob, room)
    bob.socket.terminate()
    const left = await ada.event('presenceLeft')
    const again = await online(chat, userIds[1])
    await enter(again, room)
    const back = await ada.event('presenceEntered', ({ userId, at }) => userId === userIds[1] && at > left.at)
    expect(back.at).toBeLessThan(left.effectiveAt)
  })

  test('without a word, in a sleeping laptop, is listed until its lease has ended, and no longer', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await enter(ada, room)
    await enter(bob, room)
    await settled(chat)
    const { place } = presentKey({ chatRoomId: room, userId: userIds[1], connectionId: await connectionOf(bob) })
    const { partition } = presentKey({ chatRoomId: room, userId: '', connectionId: '' })
    // Sets the row as if five minutes had passed. A user who looks at the room asks every other minute, so the change
    // is seen within seven.
    await Present.patch({ partition, place })
      .set({ until: Date.now() - 1, renewedAt: 1 })
      .go()
    expect(await presentIds(ada, room)).toEqual([userIds[0]])
    // The connection wakes up.
    await enter(bob, room)
    await ada.until(() => told(ada).filter((one) => one === `presenceEntered ${userIds[1]}`).length === 2 || undefined)
    expect(await presentIds(ada, room)).toContain(userIds[1])
  })

  test('may be present in 20 rooms, and no more', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada')
    const [ada] = clients
    await enter(ada, room)
    const connectionId = await connectionOf(ada)
    const others = Array.from({ length: 19 }, (_, i) => `room-${i}`)
    await Connection.patch({ connectionId })
      .set({ presentIn: [room, ...others] })
      .go()
    for (const other of others) await Present.put(presentRow(other, userIds[0], connectionId)).go()
    const { chatRoomId } = await ada.request({ action: 'createRoom', roomName: 'One more' })
    expect(await ada.refused({ action: 'enterPresence', chatRoomId })).toEqual({
      code: 'limit_reached',
      message: 'unable to enter; a connection is present in 20 rooms at most',
      retryable: false,
    })
    await enter(ada, room, { still: 'here' })
    await leave(ada, room)
    await enter(ada, chatRoomId)
  })

  test.each(['leaves rooms', 'is kicked out of rooms', 'sleeps until TTL has deleted it'])(
    'and %s has the places there free again',
    async (how) => {
      const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
      const [ada, bob] = clients
      const connectionId = await connectionOf(bob)
      const key = { userId: userIds[1], connectionId }
      const made = { action: 'createRoom', roomName: 'Other', access: 'link', members: [userIds[1]] } as const
      const other = (await ada.request(made)).chatRoomId
      await enter(bob, room)
      await enter(bob, other)
      const more = Array.from({ length: 18 }, (_, i) => `room-${i}`)
      await Connection.patch({ connectionId })
        .set({ presentIn: [room, other, ...more] })
        .go()
      for (const one of more) await Present.put(presentRow(one, userIds[1], connectionId)).go()
      const { chatRoomId } = await bob.request({ action: 'createRoom', roomName: 'One more' })
      expect((await bob.refused({ action: 'enterPresence', chatRoomId })).code).toBe('limit_reached')
      if (how.startsWith('leaves')) await bob.request({ action: 'leaveRoom', chatRoomId: other })
      else if (how.startsWith('is'))
        await ada.request({ action: 'removeMember', chatRoomId: other, userId: userIds[1] })
      else await Present.delete(presentKey({ ...key, chatRoomId: other })).go()
      await settled(chat)
      await enter(bob, chatRoomId)
      const { data } = await Connection.get({ connectionId }).go({ consistent: true })
      expect([...data!.presentIn!].sort()).toEqual([chatRoomId, room, ...more].sort())
      // A presence that is recorded in the connection's row ends with the connection.
      await enter(ada, room)
      bob.socket.terminate()
      await ada.event('presenceLeft', ({ userId }) => userId === userIds[1])
      await settled(chat)
      for (const one of [chatRoomId, room]) {
        expect((await Present.get(presentKey({ ...key, chatRoomId: one })).go({ consistent: true })).data).toBeNull()
      }
    },
  )
})

describe('complaint 14: presence stays small', () => {
  test('where the room’s settings switch it off what is there ends, and is not back when they switch it on', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    for (const client of clients) await enter(client, room)
    const { partition } = presentKey({ chatRoomId: room, userId: '', connectionId: '' })
    const rows = Array.from({ length: 120 }, (_, i) => presentRow(room, `guest-${i}`, `c${i}=`))
    await Present.put(rows).go({ concurrent: 4 })
    expect(await presentIds(ada, room)).toHaveLength(122)
    await ada.request({ action: 'updateRoom', chatRoomId: room, settings: { presence: false } })
    await settledAfter(chat)
    expect((await Present.query.room({ partition }).go({ consistent: true })).data).toEqual([])
    await ada.request({ action: 'updateRoom', chatRoomId: room, settings: { presence: true } })
    expect(await presentIds(bob, room)).toEqual([])
    await enter(bob, room)
    expect(await presentIds(bob, room)).toEqual([userIds[1]])
  })

  test('where the room’s settings switch it off it succeeds, and nobody is shown or told', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await enter(bob, room)
    await ada.request({ action: 'updateRoom', chatRoomId: room, settings: { presence: false } })
    expect(await presentIn(bob, room)).toEqual({ present: [], count: 0, capped: false })
    const seen = told(bob).length
    expect(await enter(ada, room)).toMatchObject({ everyMs: 120_000 })
    await leave(bob, room)
    await settled(chat)
    expect(told(bob)).toHaveLength(seen)
    expect(await presentIn(ada, room)).toEqual({ present: [], count: 0, capped: false })
  })

  test('in a huge room it is off by itself', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    await ChatRoom.patch({ chatRoomId: room }).set({ size: 'h' }).go()
    await enter(clients[0], room)
    await settled(chat)
    expect(told(clients[0])).toEqual([])
    expect(await presentIn(clients[0], room)).toEqual({ present: [], count: 0, capped: true })
  })

  test('a token that makes guests shows nobody; the role of a guest does', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await ada.request({ action: 'setRole', chatRoomId: room, userId: userIds[1], role: 'guest' })
    const viewer = await onlineAs(chat, unique('viewer'), 'guest')
    await viewer.request({ action: 'joinRoom', chatRoomId: room })
    await enter(ada, room)
    expect(await enter(viewer, room)).toMatchObject({ everyMs: 120_000 })
    await enter(bob, room)
    await ada.event('presenceEntered', ({ userId }) => userId === userIds[1])
    await settled(chat)
    expect(told(ada)).toEqual([`presenceEntered ${userIds[0]}`, `presenceEntered ${userIds[1]}`])
    expect(told(viewer)).toEqual([])
    expect(await presentIds(viewer, room)).toEqual(userIds)
    expect(await leave(viewer, room)).toEqual({})
  })

  test('of more than 200 who are present 200 are listed, and nobody is told of others', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await enter(ada, room)
    await settled(chat)
    const rows = Array.from({ length: 200 }, (_, i) => presentRow(room, `guest-${i}`, `c${i}=`))
    await Present.put(rows).go({ concurrent: 4 })
    await settled(chat)
    const seen = told(ada).length
    await enter(bob, room)
    await settled(chat)
    expect(told(ada)).toHaveLength(seen)
    const { present, count, capped } = await presentIn(ada, room)
    expect([present.length, count, capped]).toEqual([200, 200, true])
  })

  test('whoever is in the room and not present is told nothing', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'cleo')
    for (const client of clients.slice(0, 2)) await enter(client, room)
    await settled(chat)
    expect(told(clients[2])).toEqual([])
  })
})

describe('whoever is no member any more', () => {
  test.each(['leaves', 'is kicked', 'is banned'])('%s: present no more', async (how) => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, bob, phone] = clients
    for (const client of clients) await enter(client, room)
    await settled(chat)
    if (how === 'leaves') await bob.request({ action: 'leaveRoom', chatRoomId: room })
    else {
      const action = how === 'is kicked' ? 'removeMember' : 'banMember'
      await ada.request({ action, chatRoomId: room, userId: userIds[1] })
    }
    await ada.event('presenceLeft', ({ userId }) => userId === userIds[1])
    const seen = [bob, phone].map((client) => told(client).length)
    await enter(ada, room, { after: how })
    await ada.event('presenceUpdated')
    await settled(chat)
    expect([bob, phone].map((client) => told(client).length)).toEqual(seen)
    expect(await presentIds(ada, room)).toEqual([userIds[0]])
    // A user who was present may still leave.
    for (const client of [bob, phone]) expect(await leave(client, room)).toEqual({})
    for (const action of ['enterPresence', 'leavePresence', 'getPresence']) {
      expect((await bob.refused({ action, chatRoomId: room })).code).toBe('not_a_member')
    }
  })

  test('is told nothing, though a row of theirs is still there', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    for (const client of clients) await enter(client, room)
    const key = presentKey({ chatRoomId: room, userId: userIds[1], connectionId: await connectionOf(bob) })
    const { data: row } = await Present.get(key).go()
    await ada.request({ action: 'removeMember', chatRoomId: room, userId: userIds[1] })
    await settled(chat)
    // Written by an `enterPresence` that had read the membership before it ended.
    await Present.put(row!).go()
    await settled(chat)
    const seen = told(bob).length
    await enter(ada, room, { news: 1 })
    await ada.event('presenceUpdated')
    await settled(chat)
    expect(told(bob)).toHaveLength(seen)
  })
})

test('a backend reads who is present and online, and is neither itself', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  await enter(clients[0], room)
  const backend = await givenBackend(chat, unique('shop'))
  expect(await backend.request('getPresence', { chatRoomId: room })).toMatchObject({
    present: [{ userId: userIds[0] }],
  })
  for (const action of ['enterPresence', 'leavePresence']) {
    expect((await backend.ask(action, { chatRoomId: room })).error?.code).toBe('unknown_action')
  }
  const there = { rooms: { [room]: { userIds: [...userIds].sort(), capped: false } } }
  expect(await backend.request('getOnline', { chatRoomIds: [room], asUserId: userIds[0] })).toEqual(there)
  expect(await backend.request('getOnline', { chatRoomIds: [room, unique('none'), room] })).toEqual(there)
})

test('an admin knows who is online where others may not look, but for direct rooms; a backend there too', async () => {
  const { clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const say = { action: 'sendMessage', recipientId: userIds[1], content: 'hello' } as const
  const direct = (await clients[0].request(say)).chatRoomId
  const made = { action: 'createRoom', roomName: 'Ours', access: 'private' } as const
  const ours = (await clients[0].request(made)).chatRoomId
  await settled(chat)
  const alone = { [ours]: { userIds: [userIds[0]], capped: false } }
  const backend = await givenBackend(chat, unique('shop'))
  const chatRoomIds = [ours, direct]
  expect(await backend.request('getOnline', { chatRoomIds })).toEqual({
    rooms: { ...alone, [direct]: { userIds: [...userIds].sort(), capped: false } },
  })
  const admin = await onlineAs(chat, unique('admin'), 'admin')
  expect(await admin.request({ action: 'getOnline', chatRoomIds })).toEqual({ rooms: alone })
  const eve = await online(chat, unique('eve'))
  expect(await eve.request({ action: 'getOnline', chatRoomIds })).toEqual({ rooms: {} })
})

test('who was present when they were blocked still sees themselves, and nobody else', async () => {
  const { clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const said = await ada.request({ action: 'sendMessage', recipientId: userIds[1], content: 'hello' })
  await bob.event('roomAdded')
  for (const client of clients) await enter(client, said.chatRoomId)
  await settled(chat)
  await bob.request({ action: 'blockUser', userId: userIds[0] })
  expect(await presentIds(ada, said.chatRoomId)).toEqual([userIds[0]])
  expect(await presentIds(bob, said.chatRoomId)).toEqual([userIds[1]])
  const heard = told(ada).length
  await leave(bob, said.chatRoomId)
  await settled(chat)
  expect(told(ada)).toHaveLength(heard)
  await bob.request({ action: 'unblockUser', userId: userIds[0] })
  await enter(bob, said.chatRoomId)
  expect(await presentIds(ada, said.chatRoomId)).toEqual([...userIds].sort())
})

describe('who is online', () => {
  const onlineIn = async (client: RawClient, ...chatRoomIds: string[]) =>
    (await client.request({ action: 'getOnline', chatRoomIds })).rooms

  const onlineEvents = (client: RawClient) => client.events.filter(({ event }) => event === 'online')

  /** Two users in their direct room. */
  async function givenTwo() {
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = [await online(chat, adaId), await online(chat, bobId)]
    // Nobody in a room is told that a user came online before the room existed.
    await settled(chat)
    const { chatRoomId } = await ada.request({ action: 'sendMessage', recipientId: bobId, content: 'hello' })
    await bob.event('roomAdded')
    await settled(chat)
    return { ada, bob, adaId, bobId, chatRoomId }
  }

  test('is who has a connection that has synced, in rooms that one is in', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob', 'cleo')
    const [ada, bob, phone] = clients
    const eve = await online(chat, unique('eve'))
    const all = [...new Set(userIds)].sort()
    expect(await onlineIn(ada, room, unique('none'))).toEqual({ [room]: { userIds: all, capped: false } })
    expect(await onlineIn(eve, room)).toEqual({})
    await bob.close()
    await settled(chat)
    expect((await onlineIn(ada, room))[room]!.userIds).toEqual(all)
    await phone.close()
    await settled(chat)
    expect((await onlineIn(ada, room))[room]!.userIds).toEqual(all.filter((id) => id !== userIds[1]))
    await connect(chat, userIds[1])
    expect((await onlineIn(ada, room))[room]!.userIds).not.toContain(userIds[1])
  })

  test('is told in direct rooms, with the first connection and with the end of the last', async () => {
    const { ada, bob, adaId, bobId, chatRoomId } = await givenTwo()
    const phone = await online(chat, bobId)
    await settled(chat)
    expect(onlineEvents(ada)).toEqual([])
    await phone.close()
    await settled(chat)
    expect(onlineEvents(ada)).toEqual([])
    await bob.close()
    const offline = await ada.event('online')
    expect(offline).toEqual({
      event: 'online',
      chatRoomId,
      userId: bobId,
      online: false,
      at: expect.any(Number) as number,
      effectiveAt: offline.at + 15_000,
    })
    expect(await onlineIn(ada, chatRoomId)).toEqual({ [chatRoomId]: { userIds: [adaId], capped: false } })
    const again = await online(chat, bobId)
    const back = await ada.event('online', (event) => event.online)
    expect(back).toMatchObject({ userId: bobId, effectiveAt: back.at })
    expect(back.at).toBeGreaterThan(offline.at)
    await settled(chat)
    expect(onlineEvents(again)).toEqual([])
  })

  test('is not told when a client comes back with its session', async () => {
    const { ada, bobId } = await givenTwo()
    const tab = await connect(chat, bobId)
    await tab.request({ action: 'sync', sessionId: 'tab-1' })
    const next = await connect(chat, bobId)
    await next.request({ action: 'sync', sessionId: 'tab-1' })
    await tab.close()
    await settled(chat)
    expect(onlineEvents(ada)).toEqual([])
  })

  test.each(['the one who asks', 'the other'])('is not known where %s has blocked', async (who) => {
    const { ada, bob, adaId, bobId, chatRoomId } = await givenTwo()
    if (who === 'the other') await bob.request({ action: 'blockUser', userId: adaId })
    else await ada.request({ action: 'blockUser', userId: bobId })
    expect(await onlineIn(ada, chatRoomId)).toEqual({ [chatRoomId]: { userIds: [adaId], capped: false } })
    await enter(bob, chatRoomId)
    expect(await presentIn(ada, chatRoomId)).toEqual({ present: [], count: 0, capped: false })
    await enter(ada, chatRoomId, { at: 'top' })
    await enter(ada, chatRoomId, { at: 'end' })
    await settled(chat)
    // Each sees themselves, as without a block, because nobody is told of a block.
    expect(await presentIds(ada, chatRoomId)).toEqual([adaId])
    expect(await presentIds(bob, chatRoomId)).toEqual([bobId])
    expect(new Set(told(ada).map((one) => one.split(' ')[1]))).toEqual(new Set([adaId]))
    expect(told(bob)).toEqual([`presenceEntered ${bobId}`])
    await bob.close()
    await online(chat, bobId)
    await settled(chat)
    expect(onlineEvents(ada)).toEqual([])
  })
})
