import { afterAll, afterEach, expect, inject, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { type Fault, startFaultyDynamoDb } from '../support/faulty-dynamodb.ts'
import { quietLog } from '../support/quiet-log.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const faulty = await startFaultyDynamoDb(inject('dynamodbEndpoint'))
afterAll(() => faulty.close())
const chat = await useChat({ environment: { AWS_ENDPOINT_URL_DYNAMODB: faulty.endpoint }, log: quietLog })
afterEach(() => {
  faulty.fault = undefined
})

const PARTITION = 'subscriptions#'

interface Put {
  PutRequest?: { Item?: { pk?: { S?: string } } }
}

/** Creates `count` rooms of ada, with bob in them, who is offline. */
async function givenRooms(count: number) {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const ada = await online(chat, adaId)
  const rooms = Array.from({ length: count }, (_, i) => `${unique('room')}-${i}`).sort()
  await Promise.all(
    rooms.map((chatRoomId) => ada.request({ action: 'createRoom', chatRoomId, roomName: 'A room', members: [bobId] })),
  )
  await settled(chat)
  return { ada, bobId, rooms }
}

/**
 * Makes the table throttle the subscription of each room as often as `times` returns.
 *
 * @returns how often the subscription of each room was written
 */
function throttle(times: (chatRoomId: string) => number): Map<string, number> {
  const seen = new Map<string, number>()
  const written = new Map<string, number>()
  const count = (map: Map<string, number>, id: string) => map.set(id, (map.get(id) ?? 0) + 1).get(id)!
  faulty.fault = ({ operation, input }): Fault => {
    // The last remaining room is written by a single put.
    const { pk } = (input.Item ?? {}) as { pk?: { S?: string } }
    if (operation === 'PutItem' && pk?.S?.startsWith(PARTITION)) count(written, pk.S.slice(PARTITION.length))
    if (operation !== 'BatchWriteItem') return undefined
    const [[table, puts]] = Object.entries(input.RequestItems as Record<string, Put[]>) as [[string, Put[]]]
    const roomOf = (put: Put) => put.PutRequest!.Item!.pk!.S!.slice(PARTITION.length)
    const refused = puts.filter((put) => count(seen, roomOf(put)) <= times(roomOf(put)))
    const taken = puts.filter((put) => !refused.includes(put))
    for (const put of taken) count(written, roomOf(put))
    const UnprocessedItems = refused.length === 0 ? {} : { [table]: refused }
    if (taken.length === 0) return { status: 200, body: { UnprocessedItems } }
    return { input: { ...input, RequestItems: { [table]: taken } }, answer: { UnprocessedItems } }
  }
  return written
}

/** Returns all pages, as lists of room ids. */
async function pagesOf(client: RawClient): Promise<string[][]> {
  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const reply = await client.request({ action: 'sync', ...(cursor === undefined ? {} : { cursor }) })
    pages.push(reply.rooms.map(({ chatRoomId }) => chatRoomId))
    cursor = reply.nextCursor
  } while (cursor !== undefined)
  return pages
}

test.for([
  { what: 'the first room and others', isThrottled: (i: number) => i % 3 === 0, first: 0 },
  { what: 'rooms in the middle', isThrottled: (i: number) => i === 20 || i > 40, first: 20 },
])(
  'when the table throttles $what, the page is shorter, and all are subscribed in the end, each written once',
  async ({ isThrottled, first }) => {
    const { ada, bobId, rooms } = await givenRooms(53)
    const written = throttle((room) => (isThrottled(rooms.indexOf(room)) ? 7 : 0))
    const bob = await connect(chat, bobId)
    const pages = await pagesOf(bob)
    expect(pages[0]).toEqual(rooms.slice(0, first))
    expect(pages.flat()).toEqual(rooms)
    expect([...written].filter(([, times]) => times > 1)).toEqual([])
    expect(written.size).toBe(53)

    faulty.fault = undefined
    for (const room of [rooms[0]!, rooms[1]!, rooms[20]!, rooms[42]!, rooms[52]!]) {
      await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'live' })
      await bob.messages(room, ['live'])
    }
  },
)

test('a page that makes no progress is unavailable, and can be repeated on the same connection', async () => {
  const { bobId, rooms } = await givenRooms(3)
  const written = throttle(() => 5)
  const bob = await connect(chat, bobId)
  expect((await bob.refused({ action: 'sync' })).code).toBe('unavailable')
  expect(await pagesOf(bob)).toEqual([rooms])
  expect([...written.values()]).toEqual([1, 1, 1])
})

test('the cursor of a shorter page skips nothing on another connection', async () => {
  const { ada, bobId, rooms } = await givenRooms(3)
  throttle((room) => (room === rooms[0] ? 5 : 0))
  const [bob, other] = [await connect(chat, bobId), await connect(chat, bobId)]
  const { nextCursor } = await bob.request({ action: 'sync' })
  await other.request({ action: 'sync', cursor: nextCursor! })
  faulty.fault = undefined
  await ada.request({ action: 'sendMessage', chatRoomId: rooms[1]!, content: 'live' })
  await other.messages(rooms[1]!, ['live'])
})
