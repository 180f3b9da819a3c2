import { database, tableName } from '../support/own-table.ts'
import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { importArchive } from '../../scripts/import/import-archive.ts'
import { readLine } from '../../scripts/shared/archive/schema.ts'
import { getRoom } from '../../src/entities/chat-room.ts'
import { ChatRoomDetails, getDetails, noteMemberCount } from '../../src/entities/chat-room-details.ts'
import { openJobs } from '../../src/entities/job.ts'
import { getMembership } from '../../src/entities/membership.ts'
import { getMessages, messagesBetween } from '../../src/entities/message.ts'
import { client } from '../../src/entities/table.ts'
import { everyReply } from '../../src/entities/thread-reply.ts'
import { roomsOfUser } from '../../src/entities/user-room.ts'
import { loadStack } from '../../terraform/stack.ts'
import { intercept } from '../support/intercept.ts'
import { costOf, metered } from '../support/meter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { unique } from '../support/runtime.ts'
import { archiveIn, memberLine, messageLine, roomLine } from './archives.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const folder = temporaryFolder()

const run = async (path: string, { dryRun = false } = {}) => {
  const refused: string[] = []
  const counts = await importArchive(path, {
    dryRun,
    onRefused: (reason) => refused.push(reason),
    onProgress: () => {},
  })
  return { ...counts, reasons: refused }
}

const seqs = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

test('rows come with their own times, whatever the order of the lines, and the next message after them', async () => {
  const room = unique('old')
  const path = await archiveIn(folder, [
    messageLine(room, 2, { threadId: '0000000000000001', metadata: { from: 'elsewhere' }, mentions: ['bob'] }),
    messageLine(room, 1),
    memberLine(room, 'ada', { role: 'owner', founding: true }),
    roomLine(room),
  ])
  expect(await run(path)).toEqual({ lines: 4, written: 4, there: 0, refused: 0, leftOut: 0, reasons: [] })
  const { rows } = await messagesBetween(room, { first: 1, last: 9, limit: 9, order: 'asc' })
  expect(rows).toMatchObject([
    { content: 'old 1', timestamp: Date.UTC(2020, 0, 1) + 1, imported: true },
    { content: 'old 2', metadata: '{"from":"elsewhere"}', mentions: '["bob"]', imported: true },
  ])
  expect(await getRoom(room)).toMatchObject({ headSeq: 2, createdAt: Date.UTC(2020, 0, 1) })
  expect(await getMembership(room, 'ada')).toMatchObject({ role: 'owner', founding: true })
  expect((await roomsOfUser('ada', { limit: 50 })).rooms).toContainEqual(expect.objectContaining({ chatRoomId: room }))
  expect(await everyReply({ chatRoomId: room, threadId: '0000000000000001' })).toHaveLength(1)
})

test('what was cut off goes on at its batch, and a second run writes nothing', async () => {
  const room = unique('old')
  const path = await archiveIn(folder, [
    roomLine(room, { headSeq: 250 }),
    ...seqs(250).map((n) => messageLine(room, n)),
  ])
  let [puts, plugged] = [0, true]
  intercept(client, async ({ operation }, send) => {
    if (operation === 'PutItem' && ++puts > 150 && plugged) throw new Error('the plug was pulled')
    return send()
  })
  await expect(run(path)).rejects.toThrow('the plug was pulled')
  expect(existsSync(`${path}.progress`)).toBe(true)
  ;[puts, plugged] = [0, false]
  const counts = await run(path)
  expect(counts).toMatchObject({ lines: 251, refused: 0 })
  expect(counts.written + counts.there).toBe(251)
  // The first batch of 100 lines, without the archive's and the room's line, was saved as done.
  expect(puts).toBe(250 - 98)
  expect(existsSync(`${path}.progress`)).toBe(false)
  expect(await getMessages(room, [1, 150, 250])).toHaveLength(3)
  expect(await run(path)).toMatchObject({ written: 0, there: 251, refused: 0 })
})

test('it costs what docs/archive.md says: a unit for a message, two for a reply, six for a member', async () => {
  const room = unique('old')
  const writesOf = async (...lines: object[]) => {
    const path = await archiveIn(folder, [roomLine(room, { headSeq: 50 }), ...lines])
    return costOf(await metered(client, () => run(path))).writes
  }
  const alone = await writesOf()
  // If the room exists, its row and its head are read.
  const again = await writesOf()
  expect([alone, again]).toEqual([1, 2])
  const root = { threadId: '0000000000000001' }
  expect(await writesOf(...seqs(20).map((seq) => messageLine(room, seq)))).toBe(again + 20)
  expect(await writesOf(...seqs(10).map((n) => messageLine(room, 20 + n, root)))).toBe(again + 20)
  expect(await writesOf(...seqs(10).map((n) => memberLine(room, `user${n}`)))).toBe(again + 60)
})

describe('the number of members', () => {
  const listed = { roomName: 'Old talk', settings: {} }
  const detailsLine = (chatRoomId: string, more: object = {}) => ({
    type: 'roomDetails',
    chatRoomId,
    changes: 3,
    ...more,
  })

  test('of a public room is that of the memberships, whatever the archive says', async () => {
    const room = unique('old')
    const path = await archiveIn(folder, [
      memberLine(room, 'ada'),
      detailsLine(room, { ...listed, memberCount: 7 }),
      roomLine(room, { access: 'p' }),
      memberLine(room, 'bob'),
    ])
    expect(await run(path)).toMatchObject({ lines: 4, written: 4 })
    expect(await getDetails(room)).toMatchObject({ memberCount: 2, changes: 3, listed: 'public' })
  })

  test('of a large room is counted by the janitor', async () => {
    const room = unique('old')
    await run(await archiveIn(folder, [roomLine(room, { counted: true }), detailsLine(room, { memberCount: 4_000 })]))
    expect(await openJobs(100)).toContainEqual(
      expect.objectContaining({ kind: 'countMembers', args: JSON.stringify({ chatRoomId: room }) }),
    )
    expect(await getDetails(room)).toMatchObject({ memberCount: 4_000 })
  })

  test('that was noted when somebody joined during the import is no details; those of users stay', async () => {
    const [noted, changed] = [unique('old'), unique('old')]
    await noteMemberCount(noted, 1)
    await ChatRoomDetails.put({ chatRoomId: changed, changes: 1, settings: '{}', topic: 'New' }).go()
    const path = await archiveIn(folder, [
      ...[noted, changed].flatMap((id) => [
        roomLine(id, { access: 'p' }),
        detailsLine(id, { ...listed, topic: 'Old' }),
      ]),
      memberLine(noted, 'ada'),
    ])
    expect(await run(path)).toMatchObject({ written: 4, there: 1 })
    expect(await getDetails(noted)).toMatchObject({ topic: 'Old', changes: 3, memberCount: 1, imported: true })
    expect(await getDetails(changed)).toMatchObject({ topic: 'New', changes: 1 })
    expect(await run(path)).toMatchObject({ written: 0, there: 5 })
  })
})

test('a room that is somebody else’s, a place that is taken and a room that is not there are refused', async () => {
  const [theirs, taken, none] = [unique('old'), unique('old'), unique('old')]
  await run(await archiveIn(folder, [roomLine(theirs, { createdBy: 'eve' }), roomLine(taken), messageLine(taken, 1)]))
  const path = await archiveIn(folder, [
    roomLine(theirs),
    messageLine(theirs, 1),
    memberLine(theirs, 'ada'),
    messageLine(taken, 1, { senderId: 'bob' }),
    messageLine(none, 1),
  ])
  expect(await run(path)).toMatchObject({
    ...{ written: 0, refused: 5 },
    reasons: [`${theirs}: another room has this id`, 'another message is at 0000000000000001'],
  })
  expect((await messagesBetween(theirs, { first: 1, last: 9, limit: 9, order: 'asc' })).rows).toEqual([])
  expect(await getRoom(none)).toBeUndefined()
})

describe('a bad line', () => {
  const bad: [line: unknown, reason: string][] = [
    [{ type: 'message', chatRoomId: 'a room' }, 'message.chatRoomId: must be 1 to 64 of'],
    [{ ...messageLine('a', 1), content: 'x'.repeat(16_385) }, 'message.content: is longer than 16384 bytes'],
    [{ ...messageLine('a', 1), messageId: '1' }, 'message.messageId: must be 16 digits'],
    [{ ...messageLine('a', 1), kind: 'hologram' }, 'message.kind: Invalid option'],
    [{ ...messageLine('a', 1), colour: 'red' }, 'message: Unrecognized key: "colour"'],
    [{ ...messageLine('a', 1), originConnectionId: 'c' }, 'message: Unrecognized key: "originConnectionId"'],
    [{ type: 'sessions' }, 'type must be one of archive, room,'],
    [{ type: 'toString' }, 'type must be one of archive, room,'],
    [{ type: 'archive', version: 2, of: 'all' }, 'archive.version'],
    ['{', 'it is not JSON'],
  ]
  test.each(bad)('is named: %j', (line, reason) => {
    expect(() => readLine(typeof line === 'string' ? line : JSON.stringify(line))).toThrow(reason)
  })

  test('is found before anything is written, by its number', async () => {
    const room = unique('old')
    const path = await archiveIn(folder, [roomLine(room), ...seqs(150).map((n) => messageLine(room, n)), { type: 'x' }])
    await expect(run(path)).rejects.toThrow('unable to import; line 153: type must be one of')
    expect(await getRoom(room)).toBeUndefined()
    await expect(run(path, { dryRun: true })).rejects.toThrow('line 153')
  })

  test('so is the lack of the first', async () => {
    const path = await archiveIn(folder, [])
    const { writeFile } = await import('node:fs/promises')
    await writeFile(path, JSON.stringify(roomLine('a')))
    await expect(run(path)).rejects.toThrow('line 1: an archive begins with its archive line')
  })
})

test('a file that is in a folder only needs the folder', async () => {
  const room = unique('old')
  const path = await archiveIn(folder, [roomLine(room), messageLine(room, 1, { kind: 'file', file: 'a.png' })])
  await expect(run(path)).rejects.toThrow('unable to import the file a.png; name its folder with --files')
})
