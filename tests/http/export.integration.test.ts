import { expect, test } from 'vitest'
import type { Page } from '../../src/archive/pages.ts'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { settled, unique } from '../support/runtime.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
const backend = await givenBackend(chat, 'shop')
Object.assign(process.env, (await (await fetch(`${chat.url}/dev/environment`)).json()) as object)
const { readLine } = await import('../../scripts/shared/archive/schema.ts')
const { pagesOf } = await import('../../src/archive/pages.ts')
const { Reaction } = await import('../../src/entities/reaction.ts')

type ArchiveLine = Record<string, unknown>

/** Returns the lines that the job has written when it is done. */
async function exported(action: 'exportUser' | 'exportRoom', of: object): Promise<ArchiveLine[]> {
  const { jobId } = await backend.request(action, of)
  await settled(chat)
  await chat.schedules.idle()
  const job = await backend.request('getJob', { jobId })
  expect(job).toMatchObject({ jobId, kind: action, state: 'done' })
  const response = await fetch(job.url as string)
  expect(response.headers.get('content-type')).toBe('application/jsonl')
  return (await response.text())
    .trim()
    .split('\n')
    .map((line) => readLine(line) as ArchiveLine)
}

test('a room and a user are written to the bucket as they are by the scripts, with links to the files', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'of ada' })
  await bob.request({ action: 'sendMessage', chatRoomId: room, content: 'of bob' })
  expect((await sendForm(await givenUpload(ada, room, {}), png)).status).toBe(204)
  await bob.event('message', ({ kind }) => kind === 'file')

  const ofRoom = await exported('exportRoom', { chatRoomId: room })
  expect(ofRoom[0]).toEqual({ type: 'archive', version: 1, of: `room ${room}` })
  expect(ofRoom.flatMap(({ content }) => content ?? [])).toEqual(['of ada', 'of bob', ''])
  const ofUser = await exported('exportUser', { userId: userIds[0] })
  expect(ofUser.flatMap(({ content }) => content ?? [])).toEqual(['of ada', ''])
  const file = ofUser.find(({ kind }) => kind === 'file')
  expect(Buffer.from(await (await fetch(String(file?.link))).arrayBuffer())).toEqual(png)
})

test('nobody but a backend may export, and no room that is not there', async () => {
  const user = await givenBackend(chat, unique('ada'), 'tabletalk:admin')
  expect(await user.ask('exportUser', { userId: 'ada' })).toMatchObject({ status: 403 })
  expect(await backend.ask('exportRoom', { chatRoomId: unique('none') })).toMatchObject({
    status: 403,
    error: { code: 'not_a_member', message: 'unable to act in this room; the user is not a member' },
  })
  expect(await exported('exportUser', { userId: unique('nobody') })).toHaveLength(1)
})

async function pagesFrom(chatRoomId: string, cursor?: string): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of pagesOf({ chatRoomId }, cursor, Date.now())) pages.push(page)
  return pages
}

test('an export of a room can go on after every page, also between the reactions to one message', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const [ada] = clients
  const say = (content: string) => ada.request({ action: 'sendMessage', chatRoomId: room, content })
  const [liked, also] = [await say('liked'), await say('also')]
  const of = (messageId: string, i: number) => ({ chatRoomId: room, messageId, userId: `u${i}`, reaction: 'ok', at: i })
  await Reaction.put(Array.from({ length: 1_001 }, (_, i) => of(liked.messageId, i))).go({ concurrent: 4 })
  for (const { messageId } of [liked, also]) {
    await ada.request({ action: 'addReaction', chatRoomId: room, messageId, reaction: '👍' })
  }
  await settled(chat)

  const pages = await pagesFrom(room)
  const reactions = pages.flatMap(({ lines }) => lines).filter(({ type }) => type === 'reaction')
  expect(new Set(reactions.map((line) => JSON.stringify(line))).size).toBe(1_003)
  expect(reactions).toHaveLength(1_003)
  const full = pages.findIndex(({ lines }) => lines.length === 1_000)
  expect(pages.map(({ cursor }) => typeof cursor)).toEqual(pages.map(() => 'string'))
  const rest = await pagesFrom(room, pages[full]!.cursor)
  expect(rest).toEqual(pages.slice(full + 1))
})
