import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Line } from '../../scripts/convert/room.ts'
import { mattermostLines } from '../../scripts/convert/mattermost.ts'
import { slackLines } from '../../scripts/convert/slack.ts'
import { readLine } from '../../scripts/shared/archive/schema.ts'
import { directRoomId } from '../../src/rooms/direct-room.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
const folder = temporaryFolder()

/** Returns all lines, each as an import reads it. */
async function linesFrom(source: AsyncGenerator<Line>): Promise<Line[]> {
  const lines: Line[] = []
  for await (const line of source) {
    expect(() => readLine(JSON.stringify(line)), JSON.stringify(line)).not.toThrow()
    lines.push(line)
  }
  return lines
}

const of = (lines: Line[], type: string, chatRoomId?: string) =>
  lines.filter((line) => line.type === type && (chatRoomId === undefined || line.chatRoomId === chatRoomId))

const id = (seq: number) => String(seq).padStart(16, '0')

test('a Slack export becomes rooms, members, messages, threads and reactions', async () => {
  const lines = await linesFrom(slackLines(fixture('slack'), { U01: 'ada' }))
  const room = 'slack-C01'
  expect(of(lines, 'profile')).toEqual([
    { type: 'profile', userId: 'ada', name: 'Ada Lovelace', updatedAt: 0 },
    { type: 'profile', userId: 'U02', name: 'Bob', updatedAt: 0 },
  ])
  expect(of(lines, 'room')[0]).toMatchObject({ chatRoomId: room, roomName: 'general', createdBy: 'ada', access: 'p' })
  expect(of(lines, 'roomDetails')).toMatchObject([{ chatRoomId: room, topic: 'Tea & talk', roomName: 'general' }])
  expect(of(lines, 'member', room)).toMatchObject([
    { userId: 'ada', role: 'owner' },
    { userId: 'U02', role: 'member' },
  ])
  expect(of(lines, 'message', room)).toMatchObject([
    {
      ...{ messageId: id(1), senderId: 'ada', timestamp: 1_577_836_802_000, mentions: ['U02'] },
      content: 'Hi @Bob, see this (https://example.com/a?b=1&c=2) <3',
      thread: { replies: 1, lastSeq: 2, lastAt: 1_577_923_201_000, lastUserIds: ['U02'] },
    },
    { messageId: id(2), senderId: 'U02', content: 'thanks', threadId: id(1), editedAt: 1_577_923_300_000, version: 1 },
    { messageId: id(3), senderId: 'slack-bot-B01', content: 'plan.pdf https://files.example.com/plan.pdf' },
  ])
  expect(of(lines, 'reaction', room)).toMatchObject([
    { messageId: id(1), reaction: '👍', userId: 'U02' },
    { messageId: id(1), reaction: ':our-cat:', userId: 'ada' },
  ])
  expect(of(lines, 'message', directRoomId('ada', 'U02'))).toMatchObject([{ content: 'just us' }])
})

test('a Mattermost bulk export becomes the same', async () => {
  const lines = await linesFrom(mattermostLines(fixture('mattermost.jsonl'), { bob: 'robert' }))
  const room = 'mm-acme_town-square'
  expect(of(lines, 'room', room)).toMatchObject([{ roomName: 'Town Square', access: 'p' }])
  expect(of(lines, 'member', room)).toMatchObject([
    { userId: 'ada', role: 'owner' },
    { userId: 'robert', role: 'member' },
  ])
  const thread = { replies: 2, lastSeq: 3, lastAt: 1_577_836_800_010, lastUserIds: ['ada', 'robert'] }
  expect(of(lines, 'message', room)).toMatchObject([
    { messageId: id(1), content: 'hello', thread, reactions: [{ count: 1, userIds: ['robert'] }] },
    { messageId: id(2), content: 'a reply', threadId: id(1), senderId: 'robert' },
    { messageId: id(3), kind: 'file', file: '20200101/plan.pdf', threadId: id(1) },
    { messageId: id(4), content: 'next', editedAt: 1_577_836_800_030 },
  ])
  expect(of(lines, 'message', directRoomId('ada', 'robert'))).toMatchObject([{ messageId: id(1), content: 'just us' }])
})

test('a text that is too long for one message becomes several, and loses nothing', async () => {
  const place = join(folder, 'long')
  await mkdir(join(place, 'general'), { recursive: true })
  const channel = { id: 'C1', name: 'general', created: 1, creator: 'U1', members: ['U1'] }
  await writeFile(join(place, 'channels.json'), JSON.stringify([channel]))
  const text = '🫖'.repeat(5_000)
  const messages = [
    { type: 'message', user: 'U1', ts: '2.0', text },
    { type: 'message', user: 'U1', ts: '3.0', text: 'end' },
  ]
  await writeFile(join(place, 'general', '2020-01-01.json'), JSON.stringify(messages))
  const said = of(await linesFrom(slackLines(place)), 'message')
  expect(said.map(({ messageId }) => messageId)).toEqual([1, 2, 3].map(id))
  expect(`${String(said[0]!.content as string)}${String(said[1]!.content as string)}`).toBe(text)
})
