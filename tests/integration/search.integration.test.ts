import { afterEach, describe, expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settledAfter, unique } from '../support/runtime.ts'
import { scan } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat({ environment: { SEARCH: 'on' }, followups: { maximumBatchingWindowInSeconds: 0 } })
const { Message } = await entitiesOf(chat)
afterEach(() => expect(chat.followupFailures.records).toEqual([]))

const say = (client: RawClient, chatRoomId: string, content: string, more = {}) =>
  client.request({ action: 'sendMessage', chatRoomId, content, ...more })

const search = (client: RawClient, chatRoomIds: string | string[], query: string, more = {}) =>
  client.request({ action: 'searchMessages', chatRoomIds: [chatRoomIds].flat(), query, ...more })

const found = async (...args: Parameters<typeof search>) =>
  (await search(...args)).hits.map(({ message }) => message.content)

test('the server says that it has it', async () => {
  const client = await online(chat, unique('ada'))
  expect((await client.request({ action: 'sync' })).features).toContain('search')
})

describe('what is found', () => {
  test('is what has every word, the last as a beginning, whatever the case and the accents; the newest first', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    for (const text of ['The Release notes', 'release it', 'Café: notes on a RELEASE']) await say(ada, room, text)
    await settledAfter(chat)
    expect(await found(bob, room, 'release')).toEqual(['Café: notes on a RELEASE', 'release it', 'The Release notes'])
    expect(await found(bob, room, 'release not')).toEqual(['Café: notes on a RELEASE', 'The Release notes'])
    expect((await search(bob, room, 'NOTES cafe')).hits).toMatchObject([
      { message: { event: 'message', chatRoomId: room, seq: 3 }, matched: ['Café', 'notes'] },
    ])
    expect(await found(bob, room, 'rel notes')).toEqual([])
    expect(await search(bob, room, 'elease')).toEqual({ hits: [] })
  })

  test('may be Chinese, Japanese or Korean', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    const [ada] = clients
    await say(ada, room, '明日は東京都に行く')
    await settledAfter(chat)
    expect(await found(ada, room, '東京都')).toEqual(['明日は東京都に行く'])
    expect(await found(ada, room, '京都に')).toEqual(['明日は東京都に行く'])
    expect(await found(ada, room, '大阪')).toEqual([])
  })

  test('may be a file, by its name or its caption', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    const [ada] = clients
    await sendForm(await givenUpload(ada, room, { fileName: 'quarter-report.png', caption: 'figures' }), png)
    await ada.event('message', ({ kind }) => kind === 'file')
    await settledAfter(chat)
    const { hits } = await search(ada, room, 'report figures')
    expect(hits).toMatchObject([{ message: { file: { fileName: 'quarter-report.png' } } }])
    expect((await fetch(hits[0]!.message.file!.fileUrl)).status).toBe(200)
  })

  test('may be narrowed to a user and to before a moment', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await say(ada, room, 'needle one')
    const { timestamp } = await say(bob, room, 'needle two')
    await settledAfter(chat)
    expect(await found(ada, room, 'needle', { from: userIds[1] })).toEqual(['needle two'])
    expect(await found(ada, room, 'needle', { before: timestamp + 1 })).toEqual(['needle two', 'needle one'])
    expect(await found(ada, room, 'needle two', { before: timestamp })).toEqual([])
  })

  test('comes page by page, of several rooms too', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    const [ada] = clients
    const { chatRoomId: other } = await ada.request({ action: 'createRoom', roomName: 'Other' })
    for (let i = 0; i < 5; i++) await say(ada, i % 2 === 0 ? room : other, `needle ${i}`)
    await settledAfter(chat)
    const contents: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const page = await search(ada, [room, other], 'needle', { limit: 2, ...(cursor && { cursor }) })
      contents.push(...page.hits.map(({ message }) => message.content))
      cursor = page.nextCursor
      pages += 1
    } while (cursor !== undefined && pages < 20)
    expect(contents).toEqual([4, 3, 2, 1, 0].map((i) => `needle ${i}`))
    const { nextCursor } = await search(ada, [room, other], 'needle', { limit: 1 })
    expect(
      await ada.refused({ action: 'searchMessages', chatRoomIds: [room], query: 'x1', cursor: nextCursor }),
    ).toEqual({
      code: 'invalid_request',
      message: 'unable to page on; the cursor is not one of ours',
      retryable: false,
      details: [{ path: 'cursor', problem: 'is not a nextCursor' }],
    })
  })
})

describe('complaint 20: what is never found', () => {
  test('is what was edited away or deleted, at once, and no word of it stays in the table', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    const word = unique('secret').replace('-', '')
    const { messageId: edited } = await say(ada, room, `${word} one`)
    const { messageId: gone } = await say(ada, room, `${word} two`)
    await settledAfter(chat)
    expect(await found(bob, room, word)).toHaveLength(2)
    await ada.request({ action: 'editMessage', chatRoomId: room, messageId: edited, content: 'harmless' })
    await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: gone })
    expect(await found(bob, room, word)).toEqual([])
    await settledAfter(chat)
    expect(await found(bob, room, 'harmless')).toEqual(['harmless'])
    expect(await found(bob, room, 'two')).toEqual([])
    expect(JSON.stringify(await scan(chat))).not.toContain(word)
  })

  test('is a message that is past its time, or whose row is gone', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    const [ada] = clients
    const { messageId } = await say(ada, room, 'ephemeral')
    const { messageId: old } = await say(ada, room, 'ephemeral too')
    await settledAfter(chat)
    expect(await found(ada, room, 'ephemeral')).toHaveLength(2)
    await Message.patch({ chatRoomId: room, messageId: old }).set({ expiresAt: 1 }).go()
    await Message.delete({ chatRoomId: room, messageId }).go()
    expect(await found(ada, room, 'ephemeral')).toEqual([])
  })
})

describe('who may search', () => {
  const stranger = {
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
    retryable: false,
  }

  test('is a member; for a stranger a room looks as one that there is not, also among their own', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    await say(clients[0], room, 'needle')
    const mallory = await online(chat, unique('mallory'))
    const { chatRoomId: own } = await mallory.request({ action: 'createRoom', roomName: 'Own' })
    const frame = { action: 'searchMessages', query: 'needle' }
    for (const id of [room, unique('none')]) {
      expect(await mallory.refused({ ...frame, chatRoomIds: [id] })).toEqual(stranger)
      expect(await mallory.refused({ ...frame, chatRoomIds: [own, id] })).toEqual(stranger)
    }
  })

  test('finds what they may read: in a room whose history begins at the join, nothing from before it', async () => {
    const ada = await online(chat, unique('ada'))
    const settings = { history: 'joined' }
    const { chatRoomId } = await ada.request({ action: 'createRoom', roomName: 'New', access: 'link', settings })
    await say(ada, chatRoomId, 'needle before')
    const bob = await online(chat, unique('bob'))
    await bob.request({ action: 'joinRoom', chatRoomId })
    await say(ada, chatRoomId, 'needle after')
    await settledAfter(chat)
    expect(await found(bob, chatRoomId, 'needle')).toEqual(['needle after'])
    expect(await found(ada, chatRoomId, 'needle')).toEqual(['needle after', 'needle before'])
  })

  test('asks for a word', async () => {
    const { room, clients } = await givenRoom(chat, 'ada')
    expect(await clients[0].refused({ action: 'searchMessages', chatRoomIds: [room], query: '?' })).toEqual({
      code: 'invalid_request',
      message: 'unable to search; the query has no word',
      retryable: false,
      details: [{ path: 'query', problem: 'has no word of two letters or digits' }],
    })
  })
})
