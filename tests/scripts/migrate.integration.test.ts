import { expect, test } from 'vitest'
import { online, settled } from '../support/runtime.ts'
import { itemsOf010, putItems } from '../support/table-of-version-0-1-0.ts'
import { itemsOf } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'
import { runScript } from './run-script.ts'

const chat = await useChat()

const migrate = (...args: string[]) => runScript('migrate', ['--local', chat.url, ...args])

test('a table of version 0.1.0 is counted, migrated while the chat is live, and has nothing left to do', async () => {
  // Without connections, which can't be posted to: the first post would delete them.
  const items = itemsOf010().filter(({ __edb_e__ }) => !['Message', 'Subscription'].includes(String(__edb_e__)))
  await putItems(chat.dynamodb, chat.tableName, items)
  await settled(chat)

  const counted = await migrate('--dry-run')
  expect(counted).toMatchObject({ code: 0, stderr: '' })
  expect(counted.stdout).toContain('6 memberships among them: 6 mirrors and 2 sessions to be written')
  expect(await itemsOf(chat, 'UserRoom')).toEqual([])

  const zoe = await online(chat, 'zoe')
  const migrated = await migrate('--segments', '2', '--units-per-second', '200')
  expect(migrated).toMatchObject({ code: 0, stderr: '' })
  expect(migrated.stdout).toMatch(/6 mirrors and 2 sessions written, 0 stale mirrors deleted; \d+ units used/)
  expect(await itemsOf(chat, 'UserRoom')).toHaveLength(6)
  await zoe.request({ action: 'ping' })

  expect((await migrate()).stdout).toContain('0 mirrors and 0 sessions written')
  const ada = await online(chat, 'ada')
  const { rooms } = await ada.request({ action: 'listRooms' })
  expect(rooms.map(({ chatRoomId }) => chatRoomId)).toEqual(['cellar', 'general', 'plans'])
})

test.each([
  [['--units-per-second', '0'], '--units-per-second must be a whole number from 1'],
  [['--segments', 'two'], '--segments must be a whole number from 1'],
])('%s is refused', async (args, problem) => {
  const refused = await migrate(...args)
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain(problem)
})

test('without a table nothing is begun', async () => {
  const refused = await runScript('migrate', [], { TABLE_NAME: '' })
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('not set: TABLE_NAME')
})
