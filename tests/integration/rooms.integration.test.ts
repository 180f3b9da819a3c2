import { expect, test } from 'vitest'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import { append, entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
const entities = await entitiesOf(chat)

const forged = (id: string) => Buffer.from(id).toString('base64url')

test('getRoom returns the room, its members by id and its head', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'bob', 'ada')
  await append(entities, room, userIds[0], ['one', 'two'])
  expect(await clients[1].request({ action: 'getRoom', chatRoomId: room })).toEqual({
    chatRoomId: room,
    roomName: 'A room',
    members: [...userIds].sort(),
    headSeq: 2,
    access: 'link',
    role: 'member',
    room: {
      chatRoomId: room,
      roomName: 'A room',
      access: 'link',
      settings: settingsOf('link'),
      pins: [],
      closed: false,
      createdBy: userIds[0],
      createdAt: expect.any(Number) as number,
      memberCount: 2,
      version: 0,
    },
  })
})

test('getRoom tells those outside the same, whether or not the room exists', async () => {
  const { room } = await givenRoom(chat, 'ada')
  const eve = await online(chat, unique('eve'))
  const [real, unreal] = await Promise.all(
    [room, unique('none')].map((chatRoomId) => eve.refused({ action: 'getRoom', chatRoomId })),
  )
  expect(real!.code).toBe('not_a_member')
  expect(unreal).toEqual(real)
})

test('listRooms returns the user’s rooms by id, and nobody else’s', async () => {
  const ada = await online(chat, unique('ada'))
  await givenRoom(chat, 'eve')
  const rooms = [unique('b'), unique('a'), unique('C')]
  for (const chatRoomId of rooms) await ada.request({ action: 'createRoom', chatRoomId, roomName: chatRoomId })
  await append(entities, rooms[1]!, 'ada', ['one'])
  expect(await ada.request({ action: 'listRooms' })).toEqual({
    rooms: [rooms[2]!, rooms[1]!, rooms[0]!].map((chatRoomId) => ({
      chatRoomId,
      roomName: chatRoomId,
      headSeq: chatRoomId === rooms[1] ? 1 : 0,
      headRev: 0,
    })),
  })
})

test.for([
  { limit: 1, pages: [1, 1, 1, 1, 1] },
  { limit: 2, pages: [2, 2, 1] },
  { limit: 5, pages: [5] },
  { limit: 100, pages: [5] },
])('listRooms in pages of $limit gives every room once, and no cursor with the last page', async ({ limit, pages }) => {
  const ada = await online(chat, unique('ada'))
  const rooms = Array.from({ length: 5 }, (_, i) => `${unique('room')}-${i}`).sort()
  for (const chatRoomId of rooms) await ada.request({ action: 'createRoom', chatRoomId, roomName: 'A room' })
  const sizes: number[] = []
  const listed: string[] = []
  let cursor: string | undefined
  do {
    const page = await ada.request({ action: 'listRooms', limit, ...(cursor === undefined ? {} : { cursor }) })
    sizes.push(page.rooms.length)
    listed.push(...page.rooms.map(({ chatRoomId }) => chatRoomId))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  expect(listed).toEqual(rooms)
  expect(sizes).toEqual(pages)
})

test.for(['A', 'room', '~', '~~~', '\u{10ffff}x', '#', '$chatroom_1', '\u0000'])(
  'a cursor forged to %j moves the start within what the user may read, or is refused',
  async (id) => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada')
    const cursor = forged(id)
    const answers = await Promise.all([
      clients[0].ask({ action: 'listRooms', cursor }),
      clients[0].ask({ action: 'sync', cursor }),
      clients[0].ask({ action: 'getRoom', chatRoomId: room, cursor }),
    ])
    for (const answer of answers) {
      if (answer.type === 'error') {
        expect(answer.error).toMatchObject({
          code: 'invalid_request',
          message: 'unable to page on; the cursor is not one of ours',
          details: [{ path: 'cursor' }],
        })
      } else if (answer.type === 'reply') {
        const data = answer.data as { rooms?: { chatRoomId: string }[]; members?: string[] }
        for (const { chatRoomId } of data.rooms ?? []) expect(chatRoomId).toBe(room)
        for (const member of data.members ?? []) expect(member).toBe(userIds[0])
      }
    }
  },
)

test.for(['%', 'QQ==', 'Q', 'not base64!', Buffer.from([0xff, 0xfe]).toString('base64url')])(
  'a cursor %j that was never given out is refused',
  async (cursor) => {
    const { room, clients } = await givenRoom(chat, 'ada')
    for (const frame of [{ action: 'listRooms' }, { action: 'sync' }, { action: 'getRoom', chatRoomId: room }]) {
      expect(await clients[0].refused({ ...frame, cursor })).toMatchObject({
        code: 'invalid_request',
        message: 'unable to page on; the cursor is not one of ours',
        details: [{ path: 'cursor' }],
      })
    }
  },
)

test('members with the longest ids are paged as any others', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada')
  const longest = Array.from({ length: 90 }, (_, i) => `${'𝒳'.repeat(126)}${String(i).padStart(2, '0')}`)
  await entities.Membership.put(longest.map((userId) => row(room, userId))).go()
  expect(await membersByPage(clients[0], room)).toEqual({ pages: 2, members: [userIds[0], ...longest] })
})

test('more than 1,000 members are paged, each one once', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada')
  const others = Array.from({ length: 1_004 }, (_, i) => `member-${String(i).padStart(4, '0')}`)
  // None of them is online, so the stream has nothing to do.
  chat.mapping.pause()
  await entities.Membership.put(others.map((userId) => row(room, userId))).go({ concurrency: 4 })

  expect(await membersByPage(clients[0], room)).toEqual({ pages: 2, members: [userIds[0], ...others] })
  const first = await clients[0].request({ action: 'getRoom', chatRoomId: room })
  expect(first.members).toHaveLength(1_000)
  const joined = await clients[0].request({ action: 'joinRoom', chatRoomId: room })
  expect(joined.members).toEqual(first.members)
  expect(joined.nextCursor).toBe(first.nextCursor)
})

const row = (chatRoomId: string, userId: string) =>
  ({ chatRoomId, userId, role: 'member', joinedAt: 1, joinId: 'join', joinedSeq: 0, founding: true }) as const

async function membersByPage(client: Awaited<ReturnType<typeof online>>, chatRoomId: string) {
  const members: string[] = []
  let pages = 0
  let cursor: string | undefined
  do {
    const page = await client.request({ action: 'getRoom', chatRoomId, ...(cursor === undefined ? {} : { cursor }) })
    members.push(...page.members)
    cursor = page.nextCursor
    pages++
  } while (cursor !== undefined)
  return { pages, members }
}
