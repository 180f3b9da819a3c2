import { describe, expect, test } from 'vitest'
import { givenBackend } from '../support/backend.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const MAX = 3
const chat = await useChat({ environment: { MAX_ROOM_MEMBERS: String(MAX) } })
const { ChatRoom } = await entitiesOf(chat)
const { RoomSize } = await import('../../src/entities/room-size.ts')
const { openJobs } = await import('../../src/entities/job.ts')
const { janitor } = await import('../../src/janitor/handler.ts')
const { SETTLED_MS } = await import('../../src/janitor/purge-room.ts')

const FULL = {
  code: 'limit_reached',
  message: `unable to add the member; a room has ${MAX} at most`,
  retryable: false,
}

test('a room with as many members as it may have takes no more, however they come', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cyd')
  const [ada, bob] = clients
  const eve = await online(chat, unique('eve'))
  const add = (userIds: string[]) => ada.ask({ action: 'addMembers', chatRoomId: room, userIds })
  expect(await eve.refused({ action: 'joinRoom', chatRoomId: room })).toEqual(FULL)
  const { invite } = await ada.request({ action: 'createInvite', chatRoomId: room })
  expect(await eve.refused({ action: 'joinRoom', invite })).toEqual(FULL)
  expect(await add([unique('zed')])).toMatchObject({ type: 'error', error: FULL })
  const backend = await givenBackend(chat, 'shop')
  expect(await backend.ask('addMembers', { chatRoomId: room, userIds: ['zed'] })).toEqual({ status: 409, error: FULL })
  // A user who is a member already needs no place.
  expect(await add([userIds[1]])).toMatchObject({ data: { added: [], already: [userIds[1]] } })
  expect(await bob.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ chatRoomId: room })
  await bob.request({ action: 'leaveRoom', chatRoomId: room })
  expect(await eve.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ chatRoomId: room })
})

test('of several, either all find a place or none; a room can’t be made with more', async () => {
  const ada = await online(chat, unique('ada'))
  const members = [unique('bob'), unique('cyd'), unique('dan')]
  expect(await ada.refused({ action: 'createRoom', roomName: 'Four', members })).toEqual(FULL)
  const { chatRoomId } = await ada.request({ action: 'createRoom', roomName: 'Two', members: members.slice(0, 1) })
  expect(await ada.refused({ action: 'addMembers', chatRoomId, userIds: members.slice(1) })).toEqual(FULL)
  expect((await ada.request({ action: 'getRoom', chatRoomId })).members).toHaveLength(2)
  const { added } = await ada.request({ action: 'addMembers', chatRoomId, userIds: members.slice(0, 2) })
  expect(added).toEqual([members[1]])
})

test('the limit is announced', async () => {
  expect((await (await online(chat, unique('ada'))).request({ action: 'sync' })).limits).toMatchObject({
    roomMembers: MAX,
  })
})

describe('a large room, whose members are counted,', () => {
  /** Marks a room as counted, as a room with more than 1,000 members is. This one has one member. */
  async function givenCounted(members: number, countedAt: number) {
    const { room, clients } = await givenRoom(chat, 'ada')
    await ChatRoom.patch({ chatRoomId: room }).set({ counted: true }).go()
    await RoomSize.put({ chatRoomId: room, members, countedAt }).go()
    const count = async () => (await RoomSize.get({ chatRoomId: room }).go({ consistent: true })).data
    return { room, ada: clients[0], count }
  }

  test('counts who comes, and refuses who is one too many', async () => {
    const { room, ada, count } = await givenCounted(2, Date.now())
    const eve = await online(chat, unique('eve'))
    await eve.request({ action: 'joinRoom', chatRoomId: room })
    expect(await count()).toMatchObject({ members: 3 })
    await eve.request({ action: 'joinRoom', chatRoomId: room })
    expect(await count()).toMatchObject({ members: 3 })
    expect(await ada.refused({ action: 'addMembers', chatRoomId: room, userIds: [unique('zed')] })).toEqual(FULL)
    expect(await (await online(chat, unique('zed'))).refused({ action: 'joinRoom', chatRoomId: room })).toEqual(FULL)
  })

  test('is counted again by the janitor, at most every ten minutes, once somebody was refused', async () => {
    const { room, ada, count } = await givenCounted(MAX, Date.now() - 10 * 60_000)
    const userIds = [unique('bob'), unique('cyd')]
    const add = { action: 'addMembers', chatRoomId: room, userIds } as const
    expect(await ada.refused(add)).toEqual(FULL)
    expect(await ada.refused(add)).toEqual(FULL)
    const jobs = (await openJobs(10)).filter(({ args }) => args === JSON.stringify({ chatRoomId: room }))
    expect(jobs).toMatchObject([{ kind: 'countMembers' }])
    let now = Date.now()
    const run = () => janitor({ clock: () => now })({}, { getRemainingTimeInMillis: () => 300_000 })
    await run()
    now += SETTLED_MS
    await run()
    expect(await count()).toMatchObject({ members: 1, countedAt: now })
    expect(await ada.request(add)).toMatchObject({ added: userIds })
    expect(await ada.refused({ ...add, userIds: [unique('zed')] })).toEqual(FULL)
    expect((await openJobs(10)).filter(({ args }) => args === jobs[0]!.args)).toEqual([])
    expect(await ada.request(add)).toMatchObject({ already: userIds })
  })
})
