import { mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { type ExportOptions, runExport as exportWith } from '../../scripts/export/run.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { readLine } from '../../scripts/shared/archive/schema.ts'
import { loadStack } from '../../terraform/stack.ts'
import { settled, unique } from '../support/runtime.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { useChat } from '../support/use-chat.ts'
import { archiveIn, memberLine, messageLine, roomLine } from './archives.ts'
import { runScript } from './run-script.ts'

const chat = await useChat()
const folder = temporaryFolder()

const runExport = (...args: string[]) => runScript('export', ['--local', chat.url, ...args])

type ArchiveLine = Record<string, unknown>

const linesIn = (text: string): ArchiveLine[] =>
  text
    .trim()
    .split('\n')
    .map((line) => readLine(line) as ArchiveLine)

const typesOf = (lines: ArchiveLine[]) => [...new Set(lines.map(({ type }) => type))].sort()

const [room, ada, bob, eve] = [unique('talk'), unique('ada'), unique('bob'), unique('eve')]
const fileLine = messageLine(room, 1, { kind: 'file', senderId: ada, file: 'note.txt', contentType: 'text/plain' })

/** To the end of the file. */
async function signedIn(userId: string): Promise<RawClient> {
  const client = await RawClient.open(chat.wsUrl, await chat.token(userId))
  afterAll(() => client.close())
  await client.request({ action: 'sync' })
  return client
}

beforeAll(async () => {
  const from = await mkdtemp(join(folder, 'from-'))
  await writeFile(join(from, 'note.txt'), 'kept')
  const lines = [
    roomLine(room, { createdBy: ada }),
    ...[ada, bob, eve].map((userId) => memberLine(room, userId, { role: userId === ada ? 'owner' : 'member' })),
    { ...fileLine, size: 4 },
  ]
  await runScript('import', ['--local', chat.url, '--files', from, await archiveIn(folder, lines)])
  const [client, other] = await Promise.all([signedIn(ada), signedIn(bob)])
  const said = async (who: typeof client, content: string, more = {}) =>
    (await who.request({ action: 'sendMessage', chatRoomId: room, content, ...more })).messageId
  const root = await said(client, 'a root', { metadata: { n: 1 }, mentions: [bob], clientMessageId: 'c1' })
  await said(other, 'a reply', { threadId: root })
  const wrong = await said(other, 'a mistke')
  await other.request({ action: 'editMessage', chatRoomId: room, messageId: wrong, content: 'a mistake' })
  const gone = await said(client, 'a secret')
  await client.request({ action: 'deleteMessage', chatRoomId: room, messageId: gone })
  await other.request({ action: 'addReaction', chatRoomId: room, messageId: root, reaction: '#1%' })
  await other.request({ action: 'markRead', reads: { [room]: 3 } })
  await client.request({ action: 'updateRoom', chatRoomId: room, topic: 'Tea', access: 'public' })
  await client.request({ action: 'createInvite', chatRoomId: room })
  await client.request({ action: 'banMember', chatRoomId: room, userId: eve, reason: 'noise' })
  await other.request({ action: 'setProfile', name: 'Bob' })
  await other.request({ action: 'blockUser', userId: eve })
  await settled(chat)
}, 60_000)

test('a deployment that was exported and imported into an empty table is exported as the same', async () => {
  const first = await runExport('--all')
  expect(first.code).toBe(0)
  expect(first.stderr).toMatch(/^\d+ lines of \d+ rows; \d+ units? used\n$/)
  const lines = linesIn(first.stdout)
  expect(lines[0]).toEqual({ type: 'archive', version: 1, of: 'all' })
  const lasting = ['room', 'roomDetails', 'member', 'message', 'reaction', 'ban', 'block', 'invite', 'audit']
  expect(typesOf(lines)).toEqual(['archive', ...lasting, 'profile', 'readState', 'mention'].sort())
  expect(lines.find(({ content }) => content === 'a mistake')).toMatchObject({ version: 1, senderId: bob })
  expect(lines.find(({ type }) => type === 'reaction')).toMatchObject({ reaction: '#1%' })

  const tableName = unique('other')
  await createTable(chat.dynamodb, loadStack().table, tableName)
  const environment = {
    ...((await (await fetch(`${chat.url}/dev/environment`)).json()) as Record<string, string>),
    TABLE_NAME: tableName,
  }
  const path = join(folder, 'all.jsonl')
  await writeFile(path, first.stdout)
  const imported = await runScript('import', [path], environment)
  expect(imported.stdout).toContain(`${lines.length - 1} rows written, 0 there already, 0 refused`)
  const second = await runScript('export', ['--all'], environment)
  expect(second.stdout.split('\n').sort()).toEqual(first.stdout.split('\n').sort())
})

test('a room comes first, with its files, and what was cut off goes on', async () => {
  const [path, files] = [join(folder, 'room.jsonl'), join(folder, 'files')]
  const whole = await runExport('--room', room)
  const lines = linesIn(whole.stdout)
  expect(lines[1]).toMatchObject({ type: 'roomDetails', topic: 'Tea' })
  const types = ['archive', 'roomDetails', 'room', 'member', 'message', 'reaction', 'ban', 'invite', 'audit']
  expect(typesOf(lines)).toEqual(types.sort())

  const copied = await runExport('--room', room, '--out', path, '--files', files)
  expect(copied).toMatchObject({ code: 0, stdout: '' })
  expect(existsSync(`${path}.progress`)).toBe(false)
  const text = await readFile(path, 'utf8')
  const { file } = linesIn(text).find(({ kind }) => kind === 'file')!
  expect(await readFile(join(files, String(file)), 'utf8')).toBe('kept')
  expect(text.replace(`,"file":"${String(file)}"`, '')).toBe(whole.stdout)

  const refused = await runExport('--room', room, '--out', path)
  expect(refused).toMatchObject({ code: 2, stderr: `unable to export; ${path} is there already\n` })
  // As a run leaves it that was interrupted in the middle of its second page.
  const bytes = Buffer.byteLength(text.slice(0, text.indexOf('{"type":"message"')))
  await truncate(path, bytes + 30)
  await writeFile(`${path}.progress`, JSON.stringify({ of: `room ${room}`, bytes, cursor: '{"part":1}' }))
  expect((await runExport('--room', room, '--out', path, '--files', files)).code).toBe(0)
  expect(await readFile(path, 'utf8')).toBe(text)
})

test('a user’s export is all that is theirs, by links, and nobody else’s', async () => {
  const { stdout, code } = await runExport('--user', bob, '--links', '1')
  expect(code).toBe(0)
  const lines = linesIn(stdout)
  const theirs = ['member', 'message', 'reaction', 'block', 'profile', 'readState', 'mention', 'connection', 'session']
  expect(typesOf(lines)).toEqual(['archive', ...theirs].sort())
  expect(
    lines
      .filter(({ type }) => type === 'message')
      .map(({ content }) => content)
      .sort(),
  ).toEqual(['a mistake', 'a reply'])
  expect(stdout).not.toContain('a root')
  const hers = linesIn((await runExport('--user', ada, '--links', '1')).stdout)
  const file = hers.find(({ kind }) => kind === 'file')!
  expect(await (await fetch(String(file.link))).text()).toBe('kept')
  expect(hers.find(({ content }) => content === 'a root')).toMatchObject({ mentions: [bob] })
  expect(hers.find(({ content }) => content === 'a root')).not.toHaveProperty('reactions')
})

test('who has banned a user stays unsaid in that user’s export', async () => {
  const { stdout } = await runExport('--user', eve)
  const lines = linesIn(stdout)
  expect(typesOf(lines)).toEqual(['archive', 'audit', 'ban'])
  expect(lines.find(({ type }) => type === 'ban')).toMatchObject({ userId: eve, by: '(another)', reason: 'noise' })
  expect(stdout).not.toContain(ada)
})

test.each<[options: ExportOptions, problem: string]>([
  [{}, 'usage:'],
  [{ all: true, room: 'general' }, 'usage:'],
  [{ all: true, files: 'x', links: '1' }, 'usage:'],
  [{ all: true, links: '200' }, 'unable to export; --links must be a whole number from 1 to 168'],
  [{ all: true, 'units-per-second': 'many' }, 'unable to export; --units-per-second must be a whole number from 1'],
])('%j is refused', async (options, problem) => {
  await expect(exportWith(options)).rejects.toThrow(problem)
})

test('a room that is not there is refused, and nothing is left of it', async () => {
  const path = join(folder, 'nowhere.jsonl')
  const refused = await runExport('--room', 'nowhere', '--out', path)
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: 'unable to export; there is no room nowhere\n' })
  for (const left of [path, `${path}.progress`]) expect(existsSync(left), left).toBe(false)
})

test('a file that is gone is told of, and the rest is exported', async () => {
  const old = unique('talk')
  const line = {
    ...messageLine(old, 1, { kind: 'file' }),
    fileUrl: 's3://elsewhere/rooms/x/y/z',
    uploadId: 'u',
    size: 1,
  }
  await runScript('import', ['--local', chat.url, await archiveIn(folder, [roomLine(old), line])])
  const ended = await runExport('--room', old, '--files', join(folder, 'gone'))
  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain('missing: s3://elsewhere/rooms/x/y/z\n')
  expect(linesIn(ended.stdout).at(-1)).toMatchObject({ kind: 'file', fileUrl: 's3://elsewhere/rooms/x/y/z' })
})
