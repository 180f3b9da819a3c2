import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { noteChanges } from '../../src/changes/note-changes.ts'
import { readEntries } from '../../src/changes/read-changes.ts'
import { changesAfter } from '../../src/entities/change.ts'
import { getRoom } from '../../src/entities/chat-room.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { Message, messageIdOf } from '../../src/entities/message.ts'
import { client } from '../../src/entities/table.ts'
import { logChanges } from '../../src/streams/log-changes.ts'
import { loadStack } from '../../terraform/stack.ts'
import { intercept } from '../support/intercept.ts'
import { ownSession } from '../support/subscribe-rows.ts'
import { unique } from '../support/runtime.ts'
import { message } from './records.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

/** Creates a room with this many messages, each of them changed. */
async function givenRoom(messages: number): Promise<string> {
  const chatRoomId = unique('room')
  const session = ownSession({ userId: 'ada', connectionId: 'ada=', expiresAt: 2_000_000_000 })
  await createRoom({
    chatRoomId,
    roomName: 'A',
    createdBy: 'ada',
    createdAt: 0,
    owner: 'ada',
    members: ['ada'],
    session,
  })
  for (let seq = 1; seq <= messages; seq++) await Message.put({ ...message(chatRoomId, seq), version: 1 }).go()
  return chatRoomId
}

let sequence = 0
const changeOf = (chatRoomId: string, seq: number) => ({
  sequenceNumber: String((sequence += 1)),
  chatRoomId,
  changed: { what: 'm', id: messageIdOf(seq) } as const,
  quiet: false,
})

/** Refuses the requests for which this returns true. */
function refuse(isRefused: (input: string) => boolean): void {
  intercept(client, async ({ input }, send) => {
    if (isRefused(JSON.stringify(input))) throw new Error('refused')
    return send()
  })
}

const none = () => {
  throw new Error('nothing should have failed')
}

test('a message that is changed three times in a batch is told once, with its newest record', async () => {
  const room = await givenRoom(2)
  const records = [changeOf(room, 1), changeOf(room, 2), changeOf(room, 1), changeOf(room, 1)]
  const deliveries = await logChanges(records, none)
  const told = [...deliveries].map(([{ event }, sequenceNumber]) => [
    event.event === 'messageUpdated' && [event.rev, event.message.seq],
    sequenceNumber,
  ])
  expect(told).toEqual([
    [[1, 1], records[3]!.sequenceNumber],
    [[2, 2], records[1]!.sequenceNumber],
  ])
  expect((await getRoom(room))?.headRev).toBe(2)
})

test('what is gone by then gets no number', async () => {
  const room = await givenRoom(1)
  expect((await logChanges([changeOf(room, 1), changeOf(room, 7)], none)).size).toBe(1)
  expect(await changesAfter(room, { after: 0, head: 1_000, limit: 10 })).toEqual([
    { rev: 1, what: 'm', id: messageIdOf(1) },
  ])
})

test.each([
  ['whose log can’t be written', (room: string) => (input: string) => input.includes(`changes#${room}`)],
  [
    'that can’t be told how far its log goes',
    (room: string) => (input: string) => /HeadRev_u|headRev_u/.test(input) && input.includes(room),
  ],
])('a room %s fails alone', async (_, isRefused) => {
  const [broken, sound] = await Promise.all([givenRoom(2), givenRoom(1)])
  refuse(isRefused(broken))
  const records = [changeOf(broken, 1), changeOf(sound, 1), changeOf(broken, 2)]
  const failed: string[] = []
  const deliveries = await logChanges(records, (of) => failed.push(...of.map(({ sequenceNumber }) => sequenceNumber)))
  expect([...deliveries.keys()].map(({ event }) => event.chatRoomId)).toEqual([sound])
  expect(failed).toEqual([records[0]!.sequenceNumber, records[2]!.sequenceNumber])
})

test('what is noted, and not yet said on the room, is no part of a page: nobody’s position passes the room’s head', async () => {
  const room = await givenRoom(2)
  await logChanges([changeOf(room, 1)], none)
  refuse((input) => /HeadRev_u|headRev_u/.test(input) && input.includes(room))
  await logChanges([changeOf(room, 2)], () => undefined)
  const head = (await getRoom(room))!.headRev!
  expect([head, (await changesAfter(room, { after: 0, head: 1_000, limit: 10 })).length]).toEqual([1, 2])
  const { rows, hasMore } = await readEntries(room, { after: 0, head, limit: 10 })
  expect([rows.map(({ rev }) => rev), hasMore]).toEqual([[1], false])
})

test('several that append to one room at once leave no hole, and give no number twice', async () => {
  const room = await givenRoom(0)
  const changes = [1, 2, 3].map((seq) => ({ what: 'm' as const, id: messageIdOf(seq) }))
  const noted = await Promise.all([1, 2, 3].map(() => noteChanges(room, changes, Date.now())))
  const revs = noted.flatMap(({ noted }) => noted.map(({ rev }) => rev)).sort((a, b) => a - b)
  expect(revs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect((await changesAfter(room, { after: 0, head: 1_000, limit: 100 })).map(({ rev }) => rev)).toEqual(revs)
  expect((await getRoom(room))?.headRev).toBe(9)
})

test('more than fit into a transaction are appended in several', async () => {
  const room = await givenRoom(0)
  const changes = Array.from({ length: 150 }, (_, i) => ({ what: 'm' as const, id: messageIdOf(i + 1) }))
  const { noted } = await noteChanges(room, changes, Date.now())
  expect(noted.map(({ rev }) => rev)).toEqual(changes.map((_, i) => i + 1))
  expect((await changesAfter(room, { after: 0, head: 1_000, limit: 200 })).map(({ id }) => id)).toEqual(
    changes.map(({ id }) => id),
  )
})

test('a log whose head others move each time is unavailable after five tries', async () => {
  const room = await givenRoom(0)
  let tries = 0
  intercept(client, async ({ input: asked }, send) => {
    const input = JSON.stringify(asked)
    const isAppend = input.includes('TransactItems') && input.includes(`changes#${room}`)
    if (isAppend && tries < 100) {
      const mine = tries
      tries = 100
      await noteChanges(room, [{ what: 'r', id: '' }], Date.now())
      tries = mine + 1
    }
    return send()
  })
  await expect(noteChanges(room, [{ what: 'u', id: 'ada' }], Date.now())).rejects.toMatchObject({
    code: 'unavailable',
    message: 'unable to note the changes; others have noted some five times meanwhile',
  })
  expect(tries).toBe(5)
})
