import { afterAll, afterEach, expect, inject, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { startFaultyDynamoDb } from '../support/faulty-dynamodb.ts'
import { quietLog } from '../support/quiet-log.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const faulty = await startFaultyDynamoDb(inject('dynamodbEndpoint'))
afterAll(() => faulty.close())
const chat = await useChat({ environment: { AWS_ENDPOINT_URL_DYNAMODB: faulty.endpoint }, log: quietLog })
afterEach(() => {
  faulty.fault = undefined
})

/** Creates `count` rooms of ada, with bob in them, who has just connected. */
async function givenRooms(count: number) {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const ada = await online(chat, adaId)
  const rooms = Array.from({ length: count }, (_, i) => `${unique('room')}-${i}`).sort()
  await Promise.all(
    rooms.map((chatRoomId) => ada.request({ action: 'createRoom', chatRoomId, roomName: 'A room', members: [bobId] })),
  )
  await settled(chat)
  const bob = await connect(chat, bobId)
  const say = (chatRoomId: string, content: string) => ada.request({ action: 'sendMessage', chatRoomId, content })
  return { bob, bobId, rooms, say }
}

const idsOf = ({ rooms }: { rooms: { chatRoomId: string }[] }) => rooms.map(({ chatRoomId }) => chatRoomId)

/** Returns the rooms of the page at this cursor and of all later pages. */
async function pagesFrom(client: RawClient, cursor: string | undefined, limit: number): Promise<string[][]> {
  if (cursor === undefined) return []
  const reply = await client.request({ action: 'sync', cursor, limit })
  return [idsOf(reply), ...(await pagesFrom(client, reply.nextCursor, limit))]
}

test('a page has as many rooms as the client asks for', async () => {
  const { bob, rooms } = await givenRooms(5)
  const first = await bob.request({ action: 'sync', limit: 2 })
  expect(idsOf(first)).toEqual(rooms.slice(0, 2))
  expect(await pagesFrom(bob, first.nextCursor, 2)).toEqual([rooms.slice(2, 4), rooms.slice(4)])
  expect(idsOf(await bob.request({ action: 'sync', limit: 5 }))).toEqual(rooms)
})

test('named rooms are recovered and live at once, in the order of their names, and the pages have the others', async () => {
  const { bob, rooms, say } = await givenRooms(5)
  for (const content of ['one', 'two']) await say(rooms[3]!, content)
  const only = [rooms[3]!, unique('none'), rooms[1]!, rooms[3]!]
  const first = await bob.request({ action: 'sync', only, rooms: { [rooms[3]!]: 1 } })
  expect(first.rooms).toMatchObject([
    { chatRoomId: rooms[3], recovered: true, headSeq: 2, events: [{ content: 'two' }] },
    { chatRoomId: rooms[1], recovered: true, headSeq: 0, events: [] },
  ])
  await say(rooms[1]!, 'live')
  await bob.messages(rooms[1]!, ['live'])
  await say(rooms[0]!, 'not subscribed yet')
  await settled(chat)
  expect(bob.contents(rooms[0]!)).toEqual([])

  expect(await pagesFrom(bob, first.nextCursor, 2)).toEqual([[rooms[0]], [rooms[2]], [rooms[4]]])
  for (const room of rooms) await say(room, 'to all')
  for (const room of rooms) await bob.messages(room, ['to all'])
})

test('of the named rooms there are as many as the client asks for, and the pages have the others', async () => {
  const { bob, rooms } = await givenRooms(4)
  const only = [unique('none'), rooms[2]!, rooms[1]!, rooms[3]!]
  const first = await bob.request({ action: 'sync', only, limit: 2 })
  expect(idsOf(first)).toEqual([rooms[2], rooms[1]])
  expect(await pagesFrom(bob, first.nextCursor, 4)).toEqual([[rooms[0], rooms[3]]])
})

test('rooms can be named between two pages; no room is listed or written twice', async () => {
  const { bob, rooms } = await givenRooms(6)
  const written: string[] = []
  faulty.fault = ({ operation, input }) => {
    const items = JSON.stringify(operation === 'BatchWriteItem' || operation === 'PutItem' ? input : '')
    written.push(...[...items.matchAll(/"subscriptions#([^"]+)"/g)].map(([, id]) => id!))
    return undefined
  }
  const first = await bob.request({ action: 'sync', limit: 2 })
  const named = await bob.request({ action: 'sync', cursor: first.nextCursor, only: [rooms[5]!] })
  expect(idsOf(named)).toEqual([rooms[5]])
  const again = await bob.request({ action: 'sync', cursor: named.nextCursor, only: [rooms[3]!] })
  expect(await pagesFrom(bob, again.nextCursor, 2)).toEqual([[rooms[2]], [rooms[4]]])
  expect(written.sort()).toEqual(rooms)
})

test('a room that was left and joined again after it was named is on its page', async () => {
  const { bob, rooms } = await givenRooms(2)
  const { nextCursor } = await bob.request({ action: 'sync', only: [rooms[1]!] })
  await bob.request({ action: 'leaveRoom', chatRoomId: rooms[1]! })
  await bob.request({ action: 'joinRoom', chatRoomId: rooms[1]! })
  expect(await pagesFrom(bob, nextCursor, 5)).toEqual([rooms])
})

test('a cursor after named rooms hides nothing on another connection', async () => {
  const { bob, bobId, rooms, say } = await givenRooms(2)
  const { nextCursor } = await bob.request({ action: 'sync', only: [rooms[0]!] })
  const other = await connect(chat, bobId)
  expect(await pagesFrom(other, nextCursor, 5)).toEqual([rooms])
  await say(rooms[0]!, 'live')
  await other.messages(rooms[0]!, ['live'])
})

test('naming rooms takes the session over, and what they miss meanwhile is on their page', async () => {
  const { bob, bobId, rooms, say } = await givenRooms(3)
  const sessionId = unique('session')
  await bob.request({ action: 'sync', sessionId })
  const next = await connect(chat, bobId)
  const { nextCursor } = await next.request({ action: 'sync', sessionId, only: [rooms[2]!] })
  await say(rooms[2]!, 'to the new one')
  await next.messages(rooms[2]!, ['to the new one'])
  await say(rooms[0]!, 'to neither, perhaps')
  await settled(chat)
  const page = await next.request({ action: 'sync', cursor: nextCursor, rooms: { [rooms[0]!]: 0 } })
  expect(page.rooms[0]).toMatchObject({ recovered: true, events: [{ content: 'to neither, perhaps' }] })
  expect(bob.contents(rooms[2]!)).toEqual([])
})

test('named rooms that the table throttles are on a later page; when none is left, sync is unavailable', async () => {
  const { bob, rooms } = await givenRooms(4)
  const isThrottled = (put: object) => /"subscriptions#[^"]+-[01]"/.test(JSON.stringify(put))
  faulty.fault = ({ operation, input }) => {
    if (operation !== 'BatchWriteItem') return undefined
    const [[table, puts]] = Object.entries(input.RequestItems as Record<string, object[]>) as [[string, object[]]]
    const refused = puts.filter(isThrottled)
    const taken = puts.filter((put) => !isThrottled(put))
    const UnprocessedItems = refused.length === 0 ? {} : { [table]: refused }
    if (taken.length === 0) return { status: 200, body: { UnprocessedItems } }
    return { input: { ...input, RequestItems: { [table]: taken } }, answer: { UnprocessedItems } }
  }
  const [one, two] = rooms.filter((room) => /-[01]$/.test(room)) as [string, string]
  const others = rooms.filter((room) => room !== one && room !== two)
  const first = await bob.request({ action: 'sync', only: [one, ...others, two] })
  expect(idsOf(first)).toEqual(others)
  const refused = await bob.refused({ action: 'sync', only: [one, two] })
  expect(refused).toMatchObject({ code: 'unavailable', message: 'unable to subscribe; the table is throttled' })
  faulty.fault = undefined
  expect(await pagesFrom(bob, first.nextCursor, 5)).toEqual([[one, two]])
})
