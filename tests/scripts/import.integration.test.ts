import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { online, settled, unique } from '../support/runtime.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { useChat } from '../support/use-chat.ts'
import { archiveIn, memberLine, messageLine, roomLine } from './archives.ts'
import { runScript } from './run-script.ts'

const chat = await useChat()
const folder = temporaryFolder()

const runImport = (...args: string[]) => runScript('import', ['--local', chat.url, ...args])

test('into a living deployment: nobody is told, and everybody finds it', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const old = unique('older')
  await mkdir(join(folder, 'files'), { recursive: true })
  await writeFile(join(folder, 'files', 'note.txt'), 'kept')
  const room = [roomLine(old, { createdBy: ada, headSeq: 4 }), memberLine(old, ada, { role: 'owner' })]
  await runImport(await archiveIn(folder, room))
  // She is subscribed to the room before the rest of it is imported.
  const client = await online(chat, ada)
  const path = await archiveIn(folder, [
    ...room,
    { type: 'roomDetails', chatRoomId: old, topic: 'Then', changes: 2 },
    memberLine(old, bob, { addedBy: ada, changes: 1 }),
    messageLine(old, 1, { senderId: ada, thread: { replies: 1, lastSeq: 2, lastAt: 9, lastUserIds: [bob] } }),
    messageLine(old, 2, { senderId: bob, threadId: '0000000000000001', mentions: [ada] }),
    messageLine(old, 3, { senderId: bob, kind: 'file', file: 'note.txt', contentType: 'text/plain', charset: 'utf-8' }),
    messageLine(old, 4, { senderId: ada, version: 3, reactions: [{ reaction: '👍', count: 1, userIds: [bob] }] }),
    { type: 'reaction', chatRoomId: old, messageId: '0000000000000004', reaction: '👍', userId: bob, at: 9 },
    { type: 'readState', userId: bob, chatRoomId: old, readSeq: 3, readAt: 9 },
    {
      type: 'audit',
      chatRoomId: old,
      entryId: '0000000000009-a',
      at: 9,
      by: ada,
      action: 'mute',
      userId: bob,
      expiresAt: 4e9,
    },
  ])
  await settled(chat)
  const before = client.events.length

  const counted = await runImport('--dry-run', path)
  expect(counted).toMatchObject({ code: 0, stdout: '11 lines checked\n', stderr: '' })
  const ended = await runImport('--files', join(folder, 'files'), path)
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/^11 lines: 9 rows written, 2 there already, 0 refused; \d+ units used\n$/)

  await settled(chat)
  expect(client.events.slice(before)).toEqual([])
  const { messages } = await client.request({ action: 'getHistory', chatRoomId: old, limit: 10 })
  expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  expect(messages[3]).toMatchObject({ version: 3, reactions: [{ reaction: '👍', count: 1 }] })
  const { fileUrl } = await client.request({ action: 'getFileUrl', chatRoomId: old, messageId: '0000000000000003' })
  expect(await (await fetch(fileUrl)).text()).toBe('kept')
  const later = await online(chat, bob)
  const { rooms } = await later.request({ action: 'listRooms' })
  expect(rooms.map(({ chatRoomId }) => chatRoomId)).toEqual([old])
  const sent = await later.request({ action: 'sendMessage', chatRoomId: old, content: 'new' })
  expect(sent).toMatchObject({ seq: 5 })

  const again = await runImport('--files', join(folder, 'files'), path)
  expect(again.stdout).toContain('0 rows written, 11 there already, 0 refused')
})

test('a file outside of the folder is not read, by a link neither', async () => {
  const room = unique('old')
  await mkdir(join(folder, 'few'), { recursive: true })
  await writeFile(join(folder, 'secret'), 'no')
  await symlink(join(folder, 'secret'), join(folder, 'few', 'link'))
  for (const file of ['../secret', 'link']) {
    const path = await archiveIn(folder, [roomLine(room), messageLine(room, 1, { kind: 'file', file })])
    const refused = await runImport('--files', join(folder, 'few'), path)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(`unable to import the file ${file}; it is outside of`)
  }
})

test('a command line without an archive is refused, and so is one without a table', async () => {
  expect(await runScript('import', [])).toMatchObject({ code: 2, stderr: expect.stringContaining('usage:') as string })
  const path = await archiveIn(folder, [])
  const refused = await runScript('import', [path], { TABLE_NAME: '' })
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: 'unable to import; not set: TABLE_NAME\n' })
})
