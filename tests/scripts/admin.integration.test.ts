import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { admin } from '../../scripts/admin/run.ts'
import { commandWords } from '../../scripts/shared/token/command-words.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
const folder = temporaryFolder()

const printed: string[] = []

const run = (words: string[], question?: (text: string) => Promise<string>) =>
  admin([...words, '--local', chat.url], { print: (line) => printed.push(line), question })

beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'log').mockImplementation((line) => printed.push(String(line)))
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

async function givenTalk(room: string, owner: string, ...others: string[]) {
  const client = await online(chat, owner)
  await client.request({ action: 'createRoom', chatRoomId: room, roomName: 'General', members: others })
  for (const content of ['one', 'two']) await client.request({ action: 'sendMessage', chatRoomId: room, content })
  return client
}

describe('the runbooks', () => {
  test('every command of docs/operations.md does what it says', async () => {
    const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    const commands = [...text.matchAll(/^npm run admin -- (.*)$/gm), ...text.matchAll(/`npm run admin -- ([^`]+)`/g)]
    expect(commands.length).toBeGreaterThan(25)
    await givenTalk('general', 'ada', 'bob', 'eve')
    for (const [, command = ''] of commands) {
      const words = commandWords(command).map((word) => word.replace(/^ada(\.jsonl|-files)$/, join(folder, 'ada$1')))
      expect(await run(words).catch((error: unknown) => `${command}: ${String(error)}`), command).toBe(0)
    }
    expect(printed).toContainEqual(expect.stringContaining('room: {"chatRoomId":"general"'))
    expect(printed).toContainEqual(expect.stringMatching(/^table: ".*\nrows: \d+/s))
    expect(printed.find((line) => line.includes('"exportUser"'))).toMatch(/state: "done"\n.*url: "http/s)
  })
})

test('what can’t be taken back is asked for, and nothing is done without the answer', async () => {
  const [room, ada] = [unique('room'), unique('ada')]
  const client = await givenTalk(room, ada)
  await expect(run(['rooms', 'delete', room])).rejects.toThrow(
    `unable to go on; this deletes the room ${room} with its messages and files, for good: say --yes`,
  )
  const asked: string[] = []
  const answering = (answer: string) => (text: string) => {
    asked.push(text)
    return Promise.resolve(answer)
  }
  expect(await run(['rooms', 'delete', room], answering('yes'))).toBe(1)
  expect(printed).toEqual(['nothing was done'])
  expect(asked).toEqual([
    `This deletes the room ${room} with its messages and files, for good. Type ${room} to go on: `,
  ])
  expect((await client.request({ action: 'getRoom', chatRoomId: room })).room.chatRoomId).toBe(room)
  expect(await run(['rooms', 'truncate', room, '--before', '2', '--yes'])).toBe(0)
  await settled(chat)
  expect((await client.request({ action: 'getHistory', chatRoomId: room })).messages).toHaveLength(1)
  expect(await run(['rooms', 'delete', room], answering(room))).toBe(0)
  expect(await client.refused({ action: 'getRoom', chatRoomId: room })).toMatchObject({ code: 'not_a_member' })
})

test('a dry run prints the request, and sends nothing', async () => {
  const room = unique('none')
  expect(await run(['rooms', 'delete', room, '--dry-run'])).toBe(0)
  expect(await run(['bans', 'add', room, 'eve', '--for', '2h', '--delete', '1d', '--dry-run'])).toBe(0)
  expect(printed).toEqual([
    `POST /v1/deleteRoom {"chatRoomId":"${room}"}`,
    `POST /v1/banMember {"chatRoomId":"${room}","userId":"eve","seconds":7200,"deleteMessagesSeconds":86400}`,
  ])
})

test('a refusal says the code, and what is wrong', async () => {
  await expect(run(['rooms', 'close', unique('none')])).rejects.toThrow(
    'not_a_member: unable to act in this room; the user is not a member',
  )
  await expect(run(['members', 'role', 'general', 'bob', 'king'])).rejects.toThrow(/^invalid_request: .*\n {2}role /s)
})

test('texts of others can’t do anything to the terminal', async () => {
  const [room, ada] = [unique('room'), unique('ada')]
  const client = await givenTalk(room, ada)
  await client.request({ action: 'sendMessage', chatRoomId: room, content: 'a\u001b[2Jb\u202ec\u009bd' })
  await run(['messages', 'list', room, '--limit', '1'])
  expect(printed[0]).toContain('a\\u001b[2Jb\ufffdc\ufffdd')
})

test.each<[words: string[], problem: string]>([
  [[], 'usage: npm run admin -- <command>'],
  [['rooms'], 'usage: npm run admin -- <command>'],
  [['toString'], 'usage: npm run admin -- <command>'],
  [['rooms', 'show'], 'usage: npm run admin -- rooms show ROOM'],
  [['rooms', 'show', 'a', 'b'], 'usage: npm run admin -- rooms show ROOM'],
  [['rooms', 'show', 'a', '--reason', 'x'], 'usage: npm run admin -- rooms show ROOM'],
  [['users', 'show'], 'usage: npm run admin -- users show USER…'],
  [['users', 'ban', 'eve', '--for', 'ever'], 'unable to read the duration ever; say 30m, 12h or 7d'],
  [['do'], 'usage: npm run admin -- do ACTION [JSON]'],
  [['do', 'getRoom', '{'], 'unable to getRoom; its body is not JSON'],
  [['do', 'toFly'], 'unknown_action'],
])('%j is refused', async (words, problem) => {
  await expect(run(words)).rejects.toThrow(problem)
})

test('without the address and the token of the server API nothing is asked', async () => {
  vi.stubEnv('TABLETALK_API', undefined)
  vi.stubEnv('TABLETALK_TOKEN', undefined)
  const asked = admin(['rooms', 'show', 'a'], { print: () => {}, question: undefined })
  await expect(asked).rejects.toThrow('unable to ask the server API; not set: TABLETALK_API, TABLETALK_TOKEN')
  vi.unstubAllEnvs()
})
