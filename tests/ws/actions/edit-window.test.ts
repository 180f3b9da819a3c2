import { database, tableName } from '../../support/own-table.ts'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { getMessage } from '../../../src/entities/message.ts'
import type { Role } from '../../../src/protocol/room-schema.ts'
import { createRoom } from '../../../src/ws/actions/create-room.ts'
import { deleteMessage } from '../../../src/ws/actions/delete-message.ts'
import { editMessage } from '../../../src/ws/actions/edit-message.ts'
import { sendMessage } from '../../../src/ws/actions/send-message.ts'
import { setRole } from '../../../src/ws/actions/set-role.ts'
import type { Caller } from '../../../src/ws/caller.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { callerOf } from '../../support/caller.ts'
import { unique } from '../../support/runtime.ts'

const WINDOW_SECONDS = 60
const server = { userId: 'server', scopes: new Set(['server'] as const) }
const late = { code: 'forbidden', message: 'unable to edit the message; the time to edit it is over' }

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

/** Creates a room with a window for edits and a message of bob's. The clock stands still until `age` sets it. */
async function givenMessage() {
  const [ada, bob, mod, chatRoomId] = [unique('ada'), unique('bob'), unique('mod'), unique('room')]
  const settings = { editWindowSeconds: WINDOW_SECONDS }
  const room = { chatRoomId, roomName: 'Room', members: [bob, mod], settings }
  await createRoom.handle({ action: 'createRoom', ...room }, callerOf(ada))
  const role: Role = 'moderator'
  await setRole.handle({ action: 'setRole', chatRoomId, userId: mod, role }, callerOf(ada))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  onTestFinished(() => void vi.useRealTimers())
  const say = () => sendMessage.handle({ action: 'sendMessage', chatRoomId, content: 'hello' }, callerOf(bob))
  const { messageId, timestamp } = await say()
  return {
    ...{ bob: callerOf(bob), mod: callerOf(mod), owner: callerOf(ada) },
    /** Sets the clock to the time when the message is this old. */
    age: (ms: number) => vi.setSystemTime(timestamp + ms),
    edit: (content: string, caller: Caller) =>
      editMessage.handle({ action: 'editMessage', chatRoomId, messageId, content }, caller),
    remove: (caller: Caller) => deleteMessage.handle({ action: 'deleteMessage', chatRoomId, messageId }, caller),
    stored: () => getMessage(chatRoomId, messageId),
  }
}

test('a message is edited until the room’s window ends, to the millisecond; an edit does not make it longer', async () => {
  const { bob, age, edit, stored } = await givenMessage()
  age(1_000 * WINDOW_SECONDS - 1)
  expect(await edit('in time', bob)).toMatchObject({ changed: true })
  age(1_000 * WINDOW_SECONDS)
  await expect(edit('late', bob)).rejects.toMatchObject(late)
  // A retry of the edit that was in time still succeeds.
  expect(await edit('in time', bob)).toMatchObject({ changed: false })
  expect(await stored()).toMatchObject({ content: 'in time', version: 1 })
})

test('the window lets nobody else edit, and a backend edits after it', async () => {
  const { mod, owner, age, edit, stored } = await givenMessage()
  const others = { code: 'forbidden', message: "unable to edit the message; it is another user's" }
  for (const ms of [0, 1_000 * WINDOW_SECONDS]) {
    age(ms)
    for (const caller of [mod, owner]) await expect(edit('words in a mouth', caller)).rejects.toMatchObject(others)
  }
  expect(await edit('from the shop', server)).toMatchObject({ changed: true })
  expect(await stored()).toMatchObject({ content: 'from the shop' })
})

test.each(['bob', 'mod', 'server'] as const)('a message is deleted after the window by %s', async (name) => {
  const given = await givenMessage()
  given.age(1_000 * WINDOW_SECONDS)
  expect(await given.remove({ server, ...given }[name])).toMatchObject({ changed: true })
  expect(await given.stored()).toBeUndefined()
})
