import { expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { clientOf } from '../client/online.ts'
import { givenBackend } from '../support/backend.ts'
import type { Line } from '../../src/archive/line.ts'
import { entitiesOf } from '../support/entities.ts'
import { connect, online, settledAfter, unique } from '../support/runtime.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Item, scan } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'
import { archiveIn } from '../scripts/archives.ts'

const chat = await useChat({
  followups: { maximumBatchingWindowInSeconds: 0 },
  environment: { RATE_LIMITS: 'send=1000/3600', PROFILES: 'users' },
})
await entitiesOf(chat)
Object.assign(process.env, (await (await fetch(`${chat.url}/dev/environment`)).json()) as object)
const { janitor } = await import('../../src/janitor/handler.ts')
const { openJobs } = await import('../../src/entities/job.ts')
const { pagesOf } = await import('../../src/archive/pages.ts')
const { deleteRow } = await import('../../src/entities/erasure.ts')
const { importArchive } = await import('../../scripts/import/import-archive.ts')
const folder = temporaryFolder()
const backend = await givenBackend(chat, 'shop')

const settle = () => settledAfter(chat)

const inTime = { getRemainingTimeInMillis: () => 300_000 }

/** Runs the janitor after all earlier requests have ended. */
async function runJobs(): Promise<void> {
  await settle()
  const run = janitor({ writes: 40_000, clock: () => Date.now() + 61_000 })
  while ((await openJobs(100)).some(({ kind }) => kind === 'eraseUser')) await run({}, inTime)
  await settle()
}

const say = (client: RawClient, chatRoomId: string, content: string, more = {}) =>
  client.request({ action: 'sendMessage', chatRoomId, content, clientMessageId: unique('c'), ...more })

const history = async (client: RawClient, chatRoomId: string) =>
  (await client.request({ action: 'getHistory', chatRoomId })).messages

/** Creates what ada has, and what a user leaves behind who does everything that is possible here. */
async function givenLife() {
  const [adaId, eveId] = [unique('ada'), unique('eve')]
  const bobId = unique('bob')
  const [ada, eve, bob] = [await online(chat, adaId), await online(chat, eveId), await online(chat, bobId)]
  const make = async (client: RawClient, members: string[], more = {}) =>
    (await client.request({ action: 'createRoom', roomName: 'A room', access: 'link', members, ...more })).chatRoomId
  const [room, hers, left, gone, closed] = await Promise.all([
    make(ada, [eveId, bobId]),
    make(eve, [adaId]),
    make(ada, [eveId], { settings: { slowModeSeconds: 1 } }),
    make(ada, [eveId]),
    make(ada, []),
  ])
  const of = { chatRoomId: room }
  await say(eve, left, 'slowly')
  await ada.request({ action: 'setRole', ...of, userId: eveId, role: 'moderator' })
  await eve.request({ action: 'setProfile', name: 'Eve', imageUrl: 'https://people.example.com/eve.png' })
  const root = await say(ada, room, 'root', { mentions: [eveId] })
  const reply = await say(eve, room, 'a reply', { threadId: root.messageId, mentions: [adaId] })
  const own = await say(eve, room, 'own root')
  await say(ada, room, 'to her', { threadId: own.messageId })
  const spam = await say(bob, room, 'spam')
  await eve.request({ action: 'deleteMessage', ...of, messageId: spam.messageId })
  const said = await say(ada, room, 'nice')
  await eve.request({ action: 'addReaction', ...of, messageId: said.messageId, reaction: '👍' })
  await ada.request({ action: 'addReaction', ...of, messageId: own.messageId, reaction: '👍' })
  expect((await sendForm(await givenUpload(eve, room, { clientMessageId: 'file' }), png)).status).toBe(204)
  const { file } = await ada.event('message', ({ kind }) => kind === 'file')
  await givenUpload(eve, room)
  await eve.request({ action: 'typingIndicator', ...of })
  await eve.request({ action: 'markRead', reads: { [room]: 5, [gone]: 1, [left]: 1 } })
  await eve.request({ action: 'followThread', ...of, threadId: own.messageId, following: true })
  await ada.request({ action: 'muteMember', ...of, userId: eveId, seconds: 60 })
  await eve.request({ action: 'createInvite', chatRoomId: hers })
  await eve.request({ action: 'banMember', chatRoomId: hers, userId: unique('mal') })
  await ada.request({ action: 'banMember', chatRoomId: closed, userId: eveId, reason: 'spam' })
  await eve.request({ action: 'blockUser', userId: unique('mal') })
  await ada
    .request({ action: 'blockUser', userId: eveId })
    .then(() => ada.request({ action: 'unblockUser', userId: eveId }))
  const direct = await ada.request({ action: 'sendMessage', recipientId: eveId, content: 'psst' })
  await say(eve, direct.chatRoomId, 'what?')
  await ada.request({ action: 'blockUser', userId: eveId })
  await eve.request({ action: 'leaveRoom', chatRoomId: left })
  await ada.request({ action: 'deleteRoom', chatRoomId: gone })
  await settle()
  return { adaId, eveId, ada, eve, room, hers, direct: direct.chatRoomId, root, reply, own, said, url: file!.fileUrl }
}

/** Rows of the whole table that name somebody, but for the record of the erasure. */
async function tracesOf(userId: string): Promise<Item[]> {
  const isRecord = ({ pk, sk, What }: Item) => (pk === `user#${userId}` && sk === 'profile') || What === 'e'
  return (await scan(chat)).filter((item) => JSON.stringify(item).includes(userId) && !isRecord(item))
}

/** What the bucket has, with keys, metadata and contents. */
async function objectsNaming(userId: string): Promise<string[]> {
  const { s3 } = await import('../../src/files/s3-client.ts')
  const { bucket } = await import('../../src/files/bucket-settings.ts')
  const { GetObjectCommand, ListObjectVersionsCommand } = await import('@aws-sdk/client-s3')
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }))
  const found = await Promise.all(
    Versions.map(async ({ Key, VersionId }) => {
      const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }))
      return JSON.stringify([Key, Metadata, await Body!.transformToString('latin1')]).includes(userId) ? [Key!] : []
    }),
  )
  return found.flat()
}

test('complaint 23: who is erased is named nowhere but in the record, in neither mode, and their messages are deleted or nobody’s', async () => {
  const [deleted, kept] = await Promise.all([givenLife(), givenLife()])
  const erase = async ({ eveId: userId }: { eveId: string }, mode: string) =>
    (await backend.request('eraseUser', { userId, mode })).jobId as string
  expect((await tracesOf(deleted.eveId)).length).toBeGreaterThan(40)
  const away = clientOf(chat, deleted.adaId)
  await away.connect()
  await away.room(deleted.room).history()
  expect(away.room(deleted.room).messages.map(({ content }) => content)).toContain('own root')
  away.disconnect()

  const jobs = [await erase(deleted, 'delete'), await erase(kept, 'anonymise')]
  await Promise.all([deleted.eve.closed, kept.eve.closed])
  expect(deleted.eve.events.at(-1)).toEqual({ event: 'goodbye', reason: 'blocked' })
  await expect(connect(chat, deleted.eveId)).rejects.toThrow('403')
  await runJobs()

  for (const jobId of jobs) {
    expect(await backend.request('getJob', { jobId })).toMatchObject({ kind: 'eraseUser', state: 'done' })
  }
  for (const { eveId } of [deleted, kept]) {
    expect(await tracesOf(eveId)).toEqual([])
    expect(await objectsNaming(eveId)).toEqual([expect.stringMatching(/^erasures\/[\w-]{43}\.json$/)])
  }

  const left = await history(deleted.ada, deleted.room)
  expect(left.map(({ content }) => content)).toEqual(['root', 'to her', 'nice'])
  expect(left[0]).not.toHaveProperty('thread')
  expect(left[0]!.mentions ?? []).toEqual([])
  expect(left[2]).not.toHaveProperty('reactions')
  expect((await fetch(deleted.url)).status).toBe(404)

  const said = await history(kept.ada, kept.room)
  const theirs = said.filter(({ senderId }) => senderId !== kept.adaId)
  expect(theirs.map(({ content, kind }) => [kind, content])).toEqual([
    ['text', 'a reply'],
    ['text', 'own root'],
    ['file', ''],
  ])
  const [as] = new Set(theirs.map(({ senderId }) => senderId))
  expect(as).toMatch(/^erased-[\w-]{12}$/)
  expect(new Set(theirs.map(({ senderId }) => senderId)).size).toBe(1)
  expect(said[0]).toMatchObject({ thread: { replies: 1, lastUserIds: [as] } })
  // What clients show them as.
  expect(await kept.ada.request({ action: 'getUsers', userIds: [as!, kept.eveId] })).toEqual({
    users: [as!, kept.eveId].map((userId) => ({ userId, updatedAt: expect.any(Number) as number, erased: true })),
  })
  await expect(connect(chat, as!)).rejects.toThrow('403')
  expect(theirs[1]).toMatchObject({ reactions: [{ reaction: '👍', count: 1, userIds: [kept.adaId] }] })
  expect((await fetch(kept.url)).status).toBe(200)
  // A direct room bears the names of its two.
  const { rooms } = await kept.ada.request({ action: 'listRooms' })
  expect(rooms.find(({ chatRoomId }) => chatRoomId === kept.direct)?.roomName).toContain(as)

  const told = { event: 'userErased', chatRoomId: deleted.room, userId: deleted.eveId }
  expect(deleted.ada.events).toContainEqual(expect.objectContaining(told))
  // Who was away forgets too.
  await away.connect()
  expect(away.room(deleted.room).messages.map(({ content }) => content)).toEqual(['root', 'nice'])
})

test('nobody brings an erased user back', async () => {
  const [adaId, eveId] = [unique('ada'), unique('eve')]
  const ada = await online(chat, adaId)
  await backend.request('eraseUser', { userId: eveId, mode: 'delete' })
  const made = await ada.request({ action: 'createRoom', roomName: 'A room', members: [eveId] })
  expect(made).toMatchObject({ members: [adaId], refused: [{ userId: eveId, code: 'banned' }] })
  const { chatRoomId } = made
  expect(await ada.request({ action: 'addMembers', chatRoomId, userIds: [eveId] })).toEqual({
    added: [],
    already: [],
    refused: [{ userId: eveId, code: 'banned' }],
  })
  expect(await ada.refused({ action: 'sendMessage', recipientId: eveId, content: 'hi' })).toMatchObject({
    code: 'forbidden',
    message: 'unable to write to this user',
  })
  const answers = await Promise.all([
    backend.ask('upsertUsers', { users: [{ userId: eveId, name: 'Eve' }] }),
    backend.ask('unbanUser', { userId: eveId }),
    backend.ask('sendMessage', { chatRoomId, content: 'hi', asUserId: eveId }),
  ])
  expect(answers.map(({ status, error }) => [status, error?.code, error?.message])).toEqual([
    [409, 'conflict', 'unable to change the profile; the user was erased'],
    [409, 'conflict', 'unable to let the user in; they were erased'],
    [403, 'forbidden', 'unable to act; the user is banned from this deployment'],
  ])
  await runJobs()
  expect(await tracesOf(eveId)).toEqual([])
})

test('from the reply on who was erased is in no room, nobody writes to them, and no new row names them', async () => {
  const [adaId, eveId, bobId] = [unique('ada'), unique('eve'), unique('bob')]
  const [ada, eve, bob] = [await online(chat, adaId), await online(chat, eveId), await online(chat, bobId)]
  const members = [eveId, bobId]
  const { chatRoomId } = await ada.request({ action: 'createRoom', roomName: 'A room', members })
  const of = { chatRoomId }
  const direct = await ada.request({ action: 'sendMessage', recipientId: eveId, content: 'psst' })
  const withBob = await bob.request({ action: 'sendMessage', recipientId: eveId, content: 'psst' })
  await ada.request({ action: 'setRole', ...of, userId: eveId, role: 'moderator' })
  await ada.request({ action: 'blockUser', userId: eveId })
  await say(ada, chatRoomId, 'hi', { mentions: members })
  await settle()
  await backend.request('eraseUser', { userId: eveId, mode: 'delete' })
  // Not even who had blocked them before.
  await ada.request({ action: 'unblockUser', userId: eveId })

  const shown = await Promise.all([
    ada.request({ action: 'getRoom', ...of }).then((room) => room.members),
    ada.request({ action: 'listMembers', ...of }).then((page) => page.members.map(({ userId }) => userId)),
    ada.request({ action: 'getRoom', chatRoomId: direct.chatRoomId }).then((room) => room.members),
    ada.request({ action: 'getUsers', userIds: [eveId] }).then(({ users }) => users.map(({ erased }) => erased)),
  ])
  expect(shown).toEqual([[adaId, bobId].sort(), [adaId, bobId].sort(), [adaId], [true]])
  await eve.closed
  await settle()
  const both = [chatRoomId, direct.chatRoomId]
  const { rooms } = await ada.request({ action: 'getOnline', chatRoomIds: both })
  expect(both.map((id) => rooms[id]?.userIds)).toEqual([[adaId, bobId].sort(), [adaId]])

  const refused = async () => {
    const answers = []
    const target = { ...of, userId: eveId }
    answers.push(
      await ada.refused({ action: 'sendMessage', recipientId: eveId, content: 'hi' }),
      await ada.refused({ action: 'sendMessage', chatRoomId: direct.chatRoomId, content: 'hi' }),
      await bob.refused({ action: 'sendMessage', recipientId: eveId, content: 'hi' }),
      await bob.refused({ action: 'sendMessage', chatRoomId: withBob.chatRoomId, content: 'hi' }),
      await ada.refused({ action: 'setRole', ...target, role: 'member' }),
      await ada.refused({ action: 'muteMember', ...target, seconds: 60 }),
      await ada.refused({ action: 'banMember', ...target, seconds: 60 }),
      await ada.refused({ action: 'blockUser', userId: eveId }),
    )
    const ofBackend = [
      await backend.ask('sendMessage', { recipientId: eveId, content: 'hi', asUserId: adaId }),
      await backend.ask('exportUser', { userId: eveId }),
      await backend.ask('truncateRoom', { ...of, before: 1, asUserId: eveId }),
    ]
    return [...answers, ...ofBackend.map(({ error }) => error!)].map(({ code, message }) => [code, message])
  }
  const expected = [
    ['forbidden', 'unable to write to this user'],
    ['forbidden', 'unable to write to this user'],
    ['forbidden', 'unable to write to this user'],
    ['forbidden', 'unable to write to this user'],
    ['conflict', 'unable to give a role; the user is no member'],
    ['conflict', 'unable to mute; the user is no member'],
    ['conflict', 'unable to ban the user; the user was erased'],
    ['conflict', 'unable to block the user; the user was erased'],
    ['forbidden', 'unable to write to this user'],
    ['conflict', 'unable to export the user; the user was erased'],
    ['forbidden', 'unable to act; the user is banned from this deployment'],
  ]
  const talk = async () => {
    const { messageId } = await say(ada, chatRoomId, 'hello', { mentions: members })
    await ada.request({ action: 'editMessage', ...of, messageId, content: 'hello, both', mentions: [eveId] })
    await givenUpload(ada, chatRoomId, { mentions: [eveId] })
    const broadcast = { action: 'broadcastMessage', ...of, content: 'all', mentions: [bobId, eveId] } as const
    await ada.request(broadcast)
  }
  expect(await refused()).toEqual(expected)
  await talk()
  await runJobs()
  expect(await refused()).toEqual(expected)
  await talk()
  await settle()
  expect(await tracesOf(eveId)).toEqual([])
  const mentions = (await history(ada, chatRoomId)).map((message) => message.mentions)
  expect(mentions).toEqual([[bobId], undefined, [bobId], undefined, [bobId]])
})

test('an import brings nobody back who was erased', async () => {
  const [adaId, eveId, kimId] = [unique('ada'), unique('eve'), unique('kim')]
  const [ada, eve, kim] = [await online(chat, adaId), await online(chat, eveId), await online(chat, kimId)]
  const { chatRoomId } = await eve.request({ action: 'createRoom', roomName: 'A room', members: [adaId, kimId] })
  const of = { chatRoomId }
  const direct = await eve.request({ action: 'sendMessage', recipientId: adaId, content: 'psst' })
  const root = await say(ada, chatRoomId, 'root', { mentions: [eveId, kimId] })
  const { messageId } = root
  await say(eve, chatRoomId, 'hers')
  await say(eve, chatRoomId, 'her reply', { threadId: messageId })
  await say(kim, chatRoomId, 'a reply', { threadId: messageId })
  for (const client of [ada, eve, kim]) {
    await client.request({ action: 'addReaction', ...of, messageId, reaction: '👍' })
  }
  await eve.request({ action: 'setProfile', name: 'Eve' })
  await eve.request({ action: 'pinMessage', ...of, messageId })
  await eve.request({ action: 'createInvite', ...of })
  await eve.request({ action: 'banMember', ...of, userId: unique('mal') })
  await eve.request({ action: 'blockUser', userId: kimId })
  await kim.request({ action: 'markRead', reads: { [chatRoomId]: 2 } })
  await settle()
  const lines: Line[] = []
  const named = [eveId, kimId, chatRoomId, direct.chatRoomId]
  const isOfThis = (row: object) => named.some((id) => JSON.stringify(row).includes(id))
  for await (const page of pagesOf({ all: true }, undefined, Date.now())) lines.push(...page.lines.filter(isOfThis))
  await backend.request('eraseUser', { userId: eveId, mode: 'delete' })
  await backend.request('eraseUser', { userId: kimId, mode: 'anonymise' })
  await runJobs()
  const ofRooms = (await scan(chat)).filter((item) => named.slice(2).some((id) => JSON.stringify(item).includes(id)))
  for (const { pk, sk } of ofRooms) await deleteRow({ pk: String(pk), sk: String(sk) })
  await settle()

  const path = await archiveIn(folder, lines)
  const refused: string[] = []
  const options = { dryRun: false, onRefused: (why: string) => refused.push(why), onProgress: () => {} }
  const counts = await importArchive(path, options)
  expect([counts.leftOut > 8, counts.refused, refused]).toEqual([true, 0, []])
  // What is left is the job that looks once more, and the moment of the record.
  const isJob = ({ __edb_e__ }: Item) => __edb_e__ === 'Job'
  for (const userId of [eveId, kimId]) expect((await tracesOf(userId)).every(isJob)).toBe(true)
  await runJobs()
  for (const userId of [eveId, kimId]) expect(await tracesOf(userId)).toEqual([])

  expect((await ada.request({ action: 'getRoom', ...of })).members).toEqual([adaId])
  const [kept, ...others] = await history(ada, chatRoomId)
  expect(others).toMatchObject([{ content: 'a reply', threadId: messageId }])
  const as = others[0]!.senderId
  expect(as).toMatch(/^erased-[\w-]{12}$/)
  expect(kept).toMatchObject({ content: 'root', thread: { replies: 1, lastUserIds: [as] } })
  expect(kept).toMatchObject({ reactions: [{ reaction: '👍', count: 1, userIds: [adaId] }] })
  expect(kept!.mentions ?? []).toEqual([])
})

test('who was erased is erased once more when the table is one of before', async () => {
  const [eveId, chatRoomId] = [unique('eve'), unique('room')]
  await backend.request('eraseUser', { userId: eveId, mode: 'anonymise' })
  await runJobs()
  const { User } = await import('../../src/entities/user.ts')
  const { Message, messageIdOf } = await import('../../src/entities/message.ts')
  const { data: record } = await User.get({ userId: eveId }).go()
  // As a restore brings them back.
  await User.put({ userId: eveId, name: 'Eve', updatedAt: 1 }).go()
  const message = { chatRoomId, messageId: messageIdOf(1), kind: 'text', content: 'hi', timestamp: 1 } as const
  await Message.put({ ...message, senderId: eveId }).go()

  const { eraseAgain } = await import('../../scripts/erase-again/erase-again.ts')
  const { jobs } = await eraseAgain({ dryRun: true })
  expect(jobs).toBeGreaterThan(0)
  expect(await tracesOf(eveId)).toHaveLength(1)
  expect(await eraseAgain({ dryRun: false })).toEqual({ jobs })
  await runJobs()
  expect(await tracesOf(eveId)).toEqual([])
  const { data: again } = await User.get({ userId: eveId }).go()
  expect(again).toEqual({ ...record, blockedBy: 'erase-again' })
  const { data } = await Message.get({ chatRoomId, messageId: messageIdOf(1) }).go()
  expect(data).toMatchObject({ ...message, senderId: record!.erasedAs })
})
