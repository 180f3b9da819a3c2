import { database, tableName } from '../support/own-table.ts'
import { ownBucket } from '../support/own-bucket.ts'
import { paginateScan } from '@aws-sdk/client-dynamodb'
import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { auditItem, putAudit } from '../../src/entities/audit.ts'
import { Ban } from '../../src/entities/ban.ts'
import { ChatRoom, getRoom, takeBackSeq } from '../../src/entities/chat-room.ts'
import { ChatRoomDetails, getDetails } from '../../src/entities/chat-room-details.ts'
import { addMember, Membership } from '../../src/entities/membership.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { inviteItem, putInvite } from '../../src/entities/invite.ts'
import { finishJob, getJob, Job, jobItem, openJobs } from '../../src/entities/job.ts'
import { Message, messageIdOf } from '../../src/entities/message.ts'
import { RoomSize, startCounting } from '../../src/entities/room-size.ts'
import { SendGuard } from '../../src/entities/send-guard.ts'
import { client } from '../../src/entities/table.ts'
import { Typing } from '../../src/entities/typing.ts'
import { Upload } from '../../src/entities/upload.ts'
import { bucket } from '../../src/files/bucket-settings.ts'
import { deleteMessages } from '../../src/janitor/delete-messages.ts'
import { janitor } from '../../src/janitor/handler.ts'
import { SETTLED_MS } from '../../src/janitor/purge-room.ts'
import type { Step } from '../../src/janitor/step.ts'
import { getJob as readJob } from '../../src/http/actions/get-job.ts'
import { requirePlaceForMembers } from '../../src/rooms/room-size.ts'
import { truncateRoom } from '../../src/rooms/truncate-room.ts'
import { updateRoom } from '../../src/rooms/update-room.ts'
import { s3 } from '../../src/files/s3-client.ts'
import { loadStack } from '../../terraform/stack.ts'
import { unique } from '../support/runtime.ts'
import { intercept } from '../support/intercept.ts'
import { subscribeRows } from '../support/subscribe-rows.ts'

const NOW = Date.now()
const AFTER = NOW + SETTLED_MS
const inTime = { getRemainingTimeInMillis: () => 300_000 }
const fast = { writes: 40_000 }

beforeAll(() => createTable(database, loadStack().table, tableName))
afterAll(() => ownBucket.close())
beforeEach(async () => {
  for (const job of await openJobs(100)) await finishJob(job, 0, NOW)
})

/** Creates a room with a row of every kind, and a file in two versions, one of them hidden. */
async function givenRoom(chatRoomId = unique('room'), messages = 2) {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const expiresAt = Math.ceil(NOW / 1_000) + 7_200
  const [by, at, userId] = [ada, NOW, bob]
  await createRoom({ chatRoomId, roomName: 'Secret', createdBy: ada, createdAt: NOW, owner: ada, members: [ada] })
  await ChatRoom.patch({ chatRoomId })
    .set({ setup: 'pending', pendingMembers: [bob] })
    .go()
  const joinId = 'j1'
  await addMember({ chatRoomId, userId: bob, role: 'member', joinedAt: NOW, joinId, joinedSeq: 0 })
  await subscribeRows([{ chatRoomId, connectionId: 'c1=', userId: bob, joinId, expiresAt }])
  const common = { chatRoomId, senderId: bob, content: 'hello', timestamp: NOW }
  const uploadId = unique('upload')
  const file = { ...common, kind: 'file', messageId: messageIdOf(messages), uploadId } as const
  const texts = Array.from({ length: messages - 1 }, (_, i) => {
    return { ...common, kind: 'text', messageId: messageIdOf(i + 1), clientMessageId: `c${i + 1}` } as const
  })
  await Message.put([...texts, file]).go()
  const guard = { chatRoomId, senderId: bob, contentHash: 'h', timestamp: NOW }
  await SendGuard.put(texts.map(({ clientMessageId, messageId }) => ({ ...guard, clientMessageId, messageId }))).go()
  const objectKey = `rooms/${chatRoomId}/${uploadId}/0f`
  const upload = { uploadId, chatRoomId, uploaderId: bob, objectKey, fileName: 'a', contentType: 'text/plain' }
  await Upload.put({ ...upload, size: 1, caption: '', status: 'completed' }).go()
  for (const Body of ['1', '2']) await s3.send(new PutObjectCommand({ Bucket: bucket, Key: objectKey, Body }))
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: objectKey }))
  await Typing.put({ chatRoomId, userId, isTyping: true, toldAt: at, until: at, expiresAt }).go()
  await Ban.put({ chatRoomId, userId: 'mal', by, at }).go()
  await putInvite(inviteItem({ chatRoomId, role: 'member', by, createdAt: at, until: at + 60_000 }))
  await putAudit(auditItem({ chatRoomId, at, by, action: 'kick', userId }))
  return chatRoomId
}

/** Deletes a room as the action does. */
async function deleteRoom(chatRoomId: string) {
  const audit = auditItem({ chatRoomId, at: NOW, by: 'ada', action: 'deleteRoom' })
  await updateRoom(chatRoomId, { deleted: true }, audit, () => Promise.resolve())
}

/** Returns what is left of a room. */
async function leftOf(chatRoomId: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  for await (const page of paginateScan({ client: database }, { TableName: tableName, ConsistentRead: true })) {
    items.push(...(page.Items ?? []).map((item) => unmarshall(item)))
  }
  return items.filter((item) => new RegExp(`${chatRoomId}(?![-\\w])`).test(JSON.stringify(item)))
}

/**
 * Returns the outcome of the work if no request is answered after this number.
 *
 * @param isSent whether the first of the requests that aren't answered arrives nevertheless
 */
async function cutAfter(requests: number, work: () => Promise<unknown>, isSent = false): Promise<unknown> {
  let left = requests
  const cut = async <Request, Answer>(send: (request: Request) => Promise<Answer>, request: Request) => {
    const nth = left--
    if (nth > 0) return send(request)
    if (nth === 0 && isSent) await send(request)
    throw new Error('cut off')
  }
  const end = client.use((request, send) => cut(send, request))
  s3.middlewareStack.add((send) => (args) => cut(send, args), { step: 'initialize', name: 'cut', priority: 'high' })
  const ended = await work().catch((error: unknown) => error)
  end()
  s3.middlewareStack.remove('cut')
  return ended
}

const entitiesIn = (items: Record<string, unknown>[]) => items.map((item) => item.__edb_e__).sort()

async function filesOf(chatRoomId: string) {
  const Prefix = `rooms/${chatRoomId}/`
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix }))
  return Versions.length + DeleteMarkers.length
}

const tombstone = (chatRoomId: string) => [
  {
    pk: `$tabletalk#chatRoomId_${chatRoomId}`,
    sk: '$roster#ChatRoom_1',
    __edb_e__: 'ChatRoom',
    __edb_v__: '1',
    ChatRoomId: chatRoomId,
    RoomName: '',
    HeadSeq: 0,
    CreatedBy: expect.any(String) as string,
    CreatedAt: NOW,
    Gate: 'd',
    DeletedAt: NOW,
  },
]

describe('a room that was deleted', () => {
  test('leaves its row, whose id stays taken, and nothing else; rooms with similar ids stay as they are', async () => {
    const room = await givenRoom()
    const other = await givenRoom(`${room}-2`)
    const before = await leftOf(other)
    await deleteRoom(room)
    expect(await janitor({ ...fast, clock: () => AFTER })({}, inTime)).toEqual({})
    expect(await leftOf(room)).toEqual(tombstone(room))
    expect(await filesOf(room)).toBe(0)
    expect(await openJobs(10)).toEqual([])
    expect(await leftOf(other)).toEqual(before)
    expect(await filesOf(other)).toBe(3)
    const again = { chatRoomId: room, roomName: 'Mine', createdBy: 'eve', createdAt: NOW, members: ['eve'] }
    expect(await createRoom(again)).toBeUndefined()
  })

  test('keeps its subscriptions while its members are being told, and loses then what came late', async () => {
    const room = await givenRoom()
    await deleteRoom(room)
    expect(await janitor({ ...fast, clock: () => AFTER - 1 })({}, inTime)).toEqual({ next: AFTER })
    expect(entitiesIn(await leftOf(room))).toEqual(['ChatRoom', 'Invite', 'Job', 'Subscription'])
    const zoe = { userId: 'zoe', role: 'member', joinedAt: NOW, joinId: 'j2', joinedSeq: 0 } as const
    await addMember({ chatRoomId: room, ...zoe })
    expect(await janitor({ ...fast, clock: () => AFTER })({}, inTime)).toEqual({})
    expect(await leftOf(room)).toEqual(tombstone(room))
  })

  test('is gone on with wherever a run is cut off', async () => {
    const room = await givenRoom()
    await deleteRoom(room)
    const run = janitor({ ...fast, clock: () => AFTER - 1 })
    const ends: unknown[] = []
    // Every other run gets one request further, and continues what earlier runs have done.
    for (let requests = 1; ends.at(-1) === undefined || ends.at(-1) instanceof Error; requests++) {
      ends.push(await cutAfter(Math.ceil(requests / 2), () => run({}, inTime)))
    }
    expect(ends.length).toBeGreaterThan(20)
    expect(entitiesIn(await leftOf(room))).toEqual(['ChatRoom', 'Invite', 'Job', 'Subscription'])
    expect(await filesOf(room)).toBe(0)
    await janitor({ ...fast, clock: () => AFTER })({}, inTime)
    expect(await leftOf(room)).toEqual(tombstone(room))
  })

  test('may be purged twice at once', async () => {
    const room = await givenRoom()
    await deleteRoom(room)
    const run = () => janitor({ ...fast, clock: () => AFTER })({}, inTime)
    expect(await Promise.all([run(), run()])).toEqual([{}, {}])
    expect(await leftOf(room)).toEqual(tombstone(room))
  })
})

describe('the members of a large room', () => {
  const MEMBERS = 1_001
  const memberOf = (chatRoomId: string, userId: string) =>
    ({ chatRoomId, userId, role: 'member', joinedAt: NOW, joinId: 'j1', joinedSeq: 0 }) as const

  /** Creates a room with two pages of members, and no counter yet. */
  async function givenLarge() {
    const chatRoomId = unique('large')
    await ChatRoom.put({ chatRoomId, roomName: 'Large', createdBy: 'ada', createdAt: NOW }).go()
    const rows = Array.from({ length: MEMBERS }, (_, i) => memberOf(chatRoomId, `member-${i}`))
    await Membership.put(rows).go({ concurrent: 4 })
    let members = MEMBERS
    /** Looks for a place as a join does. Returns what it does next. */
    const join = async () => {
      await requirePlaceForMembers((await getRoom(chatRoomId))!, [`member-${members}`], NOW, true)
      return async () => {
        await addMember(memberOf(chatRoomId, `member-${members}`))
        members++
      }
    }
    const start = () => Job.put(jobItem('countMembers', { chatRoomId }, NOW)).go()
    const counter = async () => (await RoomSize.get({ chatRoomId }).go({ consistent: true })).data?.members
    const forget = async () => {
      await RoomSize.delete({ chatRoomId }).go()
      await ChatRoom.patch({ chatRoomId }).remove(['counted']).go()
    }
    return { chatRoomId, members: () => members, join, start, counter, forget }
  }

  const run = (now: number) => janitor({ ...fast, clock: () => now })({}, inTime)

  /** Runs the janitor each minute until there is no job. */
  async function finish(now: number): Promise<void> {
    for (; (await openJobs(1)).length > 0; now += SETTLED_MS) await run(now)
  }

  /** The run that begins the count, and the one that ends it a minute later. */
  const runs = [NOW, AFTER]

  describe.each([
    ['that is not sent', false],
    ['whose answer is lost', true],
  ])('are counted by a job that is cut off at any request, one %s,', (_, isSent) => {
    test('and none twice or not at all', async () => {
      const { start, counter, forget } = await givenLarge()
      let cuts = 0
      for (const [i, at] of runs.entries()) {
        let end: unknown
        for (let requests = 0; requests === 0 || end instanceof Error; requests++) {
          await forget()
          await start()
          for (const earlier of runs.slice(0, i)) await run(earlier)
          end = await cutAfter(requests, () => run(at), isSent)
          await finish(at + SETTLED_MS)
          expect(await counter(), `run ${i}, cut off after ${requests} requests`).toBe(MEMBERS)
          cuts += end instanceof Error ? 1 : 0
        }
      }
      expect(cuts).toBeGreaterThan(15)
    })

    test('and who joins meanwhile is counted once, or twice until the next count', async () => {
      const { start, counter, forget, join, members } = await givenLarge()
      for (const [i, at] of runs.entries()) {
        let end: unknown
        for (let requests = 0; requests === 0 || end instanceof Error; requests++) {
          await forget()
          await start()
          const place = `run ${i}, cut off after ${requests} requests`
          const before = members()
          const early = await join()
          for (const earlier of runs.slice(0, i)) await run(earlier)
          // Who saw the room before it was counted is in the table within a minute, and the count waits for them.
          if (i === 1) await run(at - 1)
          await early()
          await (
            await join()
          )()
          end = await cutAfter(requests, () => run(at), isSent)
          await (
            await join()
          )()
          await finish(at + SETTLED_MS)
          expect(await counter(), place).toBeGreaterThanOrEqual(members())
          expect(await counter(), place).toBeLessThanOrEqual(members() + members() - before)
          await start()
          await finish(at + 10 * SETTLED_MS)
          expect(await counter(), place).toBe(members())
        }
      }
    })
  })

  test('are counted by the same job though a join has found meanwhile that the room is large', async () => {
    const { chatRoomId, start, counter } = await givenLarge()
    await start()
    await run(NOW)
    await startCounting(chatRoomId, 1_000)
    await run(AFTER)
    expect(await openJobs(1)).toEqual([])
    expect(await counter()).toBe(MEMBERS)
  })

  test('are counted by whichever of two jobs ends first; the other ends too, and notes the same number', async () => {
    const { chatRoomId, start, counter, join } = await givenLarge()
    await start()
    await run(NOW)
    await start()
    await run(NOW + SETTLED_MS / 2)
    await run(AFTER)
    await (
      await join()
    )()
    await ChatRoomDetails.delete({ chatRoomId }).go()
    await run(AFTER + SETTLED_MS / 2)
    expect(await openJobs(1)).toEqual([])
    expect(await counter()).toBe(MEMBERS + 1)
    expect(await getDetails(chatRoomId)).toMatchObject({ memberCount: MEMBERS })
  })

  test('are not counted again within ten minutes', async () => {
    const { chatRoomId, start } = await givenLarge()
    await RoomSize.put({ chatRoomId, members: 7, countedAt: NOW, shown: 7, moves: 0 }).go()
    await start()
    const { next } = await run(AFTER)
    expect(next).toBe(NOW + 10 * 60_000)
    expect((await run(next! - 1)).next).toBe(next)
    await run(next!)
    await run(next! + SETTLED_MS)
    expect(await openJobs(1)).toEqual([])
    expect(await getDetails(chatRoomId)).toMatchObject({ memberCount: MEMBERS })
  })

  test('may be counted twice at once, and are never thought to be fewer while they are counted again', async () => {
    const { chatRoomId, start, counter } = await givenLarge()
    await start()
    await run(NOW)
    expect(await Promise.all([run(AFTER), run(AFTER)])).toContainEqual({})
    await finish(AFTER + SETTLED_MS)
    expect(await counter()).toBe(MEMBERS)
    const seen = new Set<unknown>()
    intercept(client, async ({ operation, input }, send) => {
      await send()
      if (operation === 'UpdateItem' && JSON.stringify(input).includes(chatRoomId)) seen.add(await counter())
    })
    await start()
    await finish(AFTER + 5 * SETTLED_MS)
    expect([...seen]).toEqual([MEMBERS])
  })
})

/** Creates test jobs, each with its own number of steps. */
async function givenJobs(...names: string[]) {
  for (const [i, name] of names.entries()) await Job.put(jobItem('purgeRoom', { name }, NOW + i)).go()
}

const nameOf = ({ args }: { args: string }): string => (JSON.parse(args) as { name: string }).name

describe('a run', () => {
  test('asks once for jobs and writes nothing when there are none', async () => {
    const asked: string[] = []
    intercept(client, ({ operation }, send) => {
      asked.push(operation)
      return send()
    })
    expect(await janitor(fast)({}, inTime)).toEqual({})
    expect(asked).toEqual(['Query'])
  })

  test('gives each job its turn, of a thousand items, and saves how far it is', async () => {
    await givenJobs('a', 'b')
    const turns: string[] = []
    const purgeRoom = async (job: { args: string; cursor?: string | undefined }): Promise<Step> => {
      const step = Number(job.cursor ?? 0) + 1
      turns.push(`${nameOf(job)}${step}`)
      return step === 4 ? { done: 400 } : { cursor: String(step), done: 400 }
    }
    expect(await janitor({ ...fast, steps: { purgeRoom } })({}, inTime)).toEqual({})
    expect(turns).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'a4', 'b4'])
    expect(await openJobs(10)).toEqual([])
  })

  test('ends in time, and the next one goes on', async () => {
    await givenJobs('a')
    let steps = 0
    const purgeRoom = async ({ cursor = '0' }: { cursor?: string | undefined }): Promise<Step> => {
      steps++
      return { cursor: String(Number(cursor) + 1), done: 1 }
    }
    const context = { getRemainingTimeInMillis: () => (steps < 5 ? 30_001 : 30_000) }
    await janitor({ ...fast, steps: { purgeRoom } })({}, context)
    expect(await openJobs(2)).toMatchObject([{ cursor: '5', done: 5 }])
    await janitor({ ...fast, steps: { purgeRoom: async () => ({ done: 1 }) } })({}, inTime)
    expect(await openJobs(2)).toEqual([])
  })

  test('in which a job fails does the others, fails, and leaves that job for the next', async () => {
    await givenJobs('bad', 'good')
    const purgeRoom = async (job: { args: string }): Promise<Step> => {
      if (nameOf(job) === 'bad') throw new Error('broken')
      return { done: 1 }
    }
    await expect(janitor({ ...fast, steps: { purgeRoom } })({}, inTime)).rejects.toThrow(
      'unable to finish 1 jobs; the log says why',
    )
    expect((await openJobs(10)).map(nameOf)).toEqual(['bad'])
    await expect(janitor({ ...fast, steps: {} })({}, inTime)).rejects.toThrow('unable to finish 1 jobs')
    expect(await openJobs(10)).toHaveLength(1)
  })

  test('writes no faster than it may', async () => {
    const room = await givenRoom(undefined, 20)
    await deleteRoom(room)
    const startedAt = performance.now()
    await janitor({ writes: 200, clock: () => AFTER })({}, inTime)
    // 20 messages, 19 guards, and about 25 other units. Nothing waits after the last of them.
    expect(performance.now() - startedAt).toBeGreaterThan(150)
    expect(await leftOf(room)).toEqual(tombstone(room))
  })
})

describe('what a banned user has said', () => {
  const SINCE = NOW - 600_000

  /** Writes messages of two users, a minute apart, oldest first. The last one is from now. */
  async function givenTalk(count: number) {
    const room = unique('room')
    await createRoom({ chatRoomId: room, roomName: 'A', createdBy: 'ada', createdAt: NOW, owner: 'ada', members: [] })
    await ChatRoom.patch({ chatRoomId: room }).set({ headSeq: count }).go()
    const rows = Array.from({ length: count }, (_, i) => ({
      ...({ chatRoomId: room, messageId: messageIdOf(i + 1), kind: 'text', content: `message ${i + 1}` } as const),
      ...{ senderId: i % 2 === 0 ? 'mal' : 'bob', timestamp: NOW - (count - 1 - i) * 6_000 },
    }))
    await Message.put(rows).go()
    await Job.put(jobItem('deleteMessages', { chatRoomId: room, userId: 'mal', since: SINCE, by: 'ada' }, NOW)).go()
    const wanted = rows.map(({ messageId, senderId, timestamp, content }) =>
      senderId === 'mal' && timestamp >= SINCE ? [messageId, '', 'ada', 1] : [messageId, content, undefined, undefined],
    )
    const stored = async () => {
      const { data } = await Message.query.room({ chatRoomId: room }).go({ pages: 'all' })
      return data.map(({ messageId, content, deletedBy, version }) => [messageId, content, deletedBy, version])
    }
    return { wanted, stored }
  }

  const run = () => janitor({ ...fast, clock: () => NOW })({}, inTime)

  test('is deleted as far back as was said, once, and nothing of others', async () => {
    const { wanted, stored } = await givenTalk(230)
    expect(wanted.filter(([, , by]) => by === 'ada').length).toBe(50)
    expect(await run()).toEqual({})
    expect(await stored()).toEqual(wanted)
    expect(await openJobs(10)).toEqual([])
  })

  test('is looked for in turns, however little of it there is', async () => {
    const room = unique('room')
    await createRoom({ chatRoomId: room, roomName: 'A', createdBy: 'ada', createdAt: NOW, owner: 'ada', members: [] })
    await ChatRoom.patch({ chatRoomId: room }).set({ headSeq: 60 }).go()
    const row = { chatRoomId: room, kind: 'text', senderId: 'bob', content: 'x', timestamp: NOW } as const
    await Message.put(Array.from({ length: 60 }, (_, i) => ({ ...row, messageId: messageIdOf(i + 1) }))).go()
    const job = jobItem('deleteMessages', { chatRoomId: room, userId: 'mal', since: SINCE, by: 'ada' }, NOW)
    expect(await deleteMessages(job, NOW)).toEqual({ done: 50, cursor: '11' })
    expect(await deleteMessages({ ...job, cursor: '11' }, NOW)).toEqual({ done: 10 })
  })

  test('is deleted also when each run is cut off, and none twice', async () => {
    const { wanted, stored } = await givenTalk(120)
    let end: unknown
    for (let requests = 1; end === undefined || end instanceof Error; requests += 5) {
      end = await cutAfter(requests, run)
    }
    expect(await stored()).toEqual(wanted)
    expect(await openJobs(10)).toEqual([])
  })
})

describe('what was cleared', () => {
  /** Creates a room whose messages, each with a guard, are cleared up to a point. */
  async function givenCleared(count: number, before: number) {
    const room = unique('room')
    await createRoom({ chatRoomId: room, roomName: 'A', createdBy: 'ada', createdAt: NOW, owner: 'ada', members: [] })
    await ChatRoom.patch({ chatRoomId: room }).set({ headSeq: count }).go()
    const rowAt = (seq: number) => {
      const messageId = messageIdOf(seq)
      return { chatRoomId: room, messageId, kind: 'text', senderId: 'ada', content: 'x', timestamp: NOW } as const
    }
    const rows = Array.from({ length: count }, (_, i) => ({ ...rowAt(i + 1), clientMessageId: `c${i + 1}` }))
    await Message.put(rows).go()
    await SendGuard.put(rows.map((row) => ({ ...row, contentHash: 'h' }))).go()
    const jobId = await truncateRoom(room, before, { by: 'shop' }, NOW)
    const left = async () => {
      const { data } = await Message.query.room({ chatRoomId: room }).go({ pages: 'all' })
      return data.map(({ messageId }) => Number(messageId))
    }
    return { room, jobId, rowAt, left }
  }

  const run = (now: number) => janitor({ ...fast, clock: () => now })({}, inTime)

  test('is deleted wherever a run is cut off, with what was written late; the rest stays, and the guards without content', async () => {
    const { room, jobId, rowAt, left } = await givenCleared(240, 231)
    let end: unknown
    for (let requests = 1; end === undefined || end instanceof Error; requests++) {
      end = await cutAfter(requests, () => run(AFTER - 1))
    }
    expect(end).toEqual({ next: AFTER })
    const kept = Array.from({ length: 10 }, (_, i) => 231 + i)
    expect(await left()).toEqual(kept)
    await Message.put(rowAt(100)).go()
    expect(await run(AFTER)).toEqual({})
    expect(await left()).toEqual(kept)
    expect(await getJob(jobId)).toMatchObject({ kind: 'truncateRoom', args: '', doneAt: AFTER })
    const guards = (await leftOf(room)).filter(({ __edb_e__ }) => __edb_e__ === 'SendGuard')
    expect(guards.filter(({ ContentHash }) => ContentHash === '')).toHaveLength(230)
    expect(guards).toHaveLength(240)
  })

  test('is what was said before, when a number is taken back meanwhile', async () => {
    let isTaken = false
    intercept(client, async ({ operation, input }, send) => {
      await send()
      const chatRoomId = /chatRoomId_(room[^"]*)/.exec(JSON.stringify(input))?.[1]
      if (operation !== 'GetItem' || isTaken || chatRoomId === undefined) return
      isTaken = true
      expect(await takeBackSeq(chatRoomId, { seq: 4 })).toBe(true)
    })
    const { room, jobId } = await givenCleared(4, 9)
    expect(isTaken).toBe(true)
    expect(await getRoom(room)).toMatchObject({ headSeq: 3, firstSeq: 4 })
    expect(JSON.parse((await getJob(jobId))!.args)).toEqual({ chatRoomId: room, before: 4 })
    await run(AFTER)
  })

  test('is cleared by the job when who began it came no further', async () => {
    const { room, left } = await givenCleared(3, 3)
    await ChatRoom.patch({ chatRoomId: room }).remove(['firstSeq']).go()
    await run(AFTER)
    expect((await getRoom(room))?.firstSeq).toBe(3)
    expect(await left()).toEqual([3])
  })
})

describe('a job', () => {
  const states = async (jobId: string) => {
    const { state, done, error } = await readJob.handle({ action: 'getJob', jobId }, caller)
    return [state, done, error]
  }
  const caller = { userId: 'shop', scopes: new Set(['server'] as const) }

  test('waits, runs, fails and is done, and says so', async () => {
    const job = jobItem('purgeRoom', {}, NOW)
    await Job.put(job).go()
    expect(await states(job.jobId)).toEqual(['waiting', 0, undefined])
    const step = (outcome: Step | Error) =>
      janitor({
        ...fast,
        clock: () => NOW,
        steps: { purgeRoom: async () => (outcome instanceof Error ? Promise.reject(outcome) : outcome) },
      })({}, inTime)
    await step({ cursor: '1', done: 3, notBefore: AFTER })
    expect(await states(job.jobId)).toEqual(['running', 3, undefined])
    await expect(step(new Error('the table is on fire'))).rejects.toThrow('unable to finish 1 jobs')
    expect(await states(job.jobId)).toEqual(['failed', 3, 'the table is on fire'])
    await step({ cursor: '2', done: 1, notBefore: AFTER })
    expect(await states(job.jobId)).toEqual(['running', 4, undefined])
    await step({ done: 2 })
    expect(await states(job.jobId)).toEqual(['done', 6, undefined])
    expect(await openJobs(10)).toEqual([])
  })
})
