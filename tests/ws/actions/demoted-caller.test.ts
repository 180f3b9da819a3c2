import { database, tableName } from '../../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { auditItem } from '../../../src/entities/audit.ts'
import { addMember, getMembership, removeMember as endMembership } from '../../../src/entities/membership.ts'
import { getMessage, messageIdOf } from '../../../src/entities/message.ts'
import { changeMember } from '../../../src/entities/moderate.ts'
import { client } from '../../../src/entities/table.ts'
import { addMembers } from '../../../src/ws/actions/add-members.ts'
import { banMember } from '../../../src/ws/actions/ban-member.ts'
import { closeRoom } from '../../../src/ws/actions/close-room.ts'
import { createRoom } from '../../../src/ws/actions/create-room.ts'
import { deleteMessage } from '../../../src/ws/actions/delete-message.ts'
import { deleteRoom } from '../../../src/ws/actions/delete-room.ts'
import { editMessage } from '../../../src/ws/actions/edit-message.ts'
import { getRoom } from '../../../src/ws/actions/get-room.ts'
import { leaveRoom } from '../../../src/ws/actions/leave-room.ts'
import { muteMember } from '../../../src/ws/actions/mute-member.ts'
import { pinMessage } from '../../../src/ws/actions/pin-message.ts'
import { removeMember } from '../../../src/ws/actions/remove-member.ts'
import { sendMessage } from '../../../src/ws/actions/send-message.ts'
import { setRole } from '../../../src/ws/actions/set-role.ts'
import { unbanMember } from '../../../src/ws/actions/unban-member.ts'
import { unpinMessage } from '../../../src/ws/actions/unpin-message.ts'
import { updateRoom } from '../../../src/ws/actions/update-room.ts'
import type { Caller } from '../../../src/ws/caller.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { callerOf } from '../../support/caller.ts'
import { intercept } from '../../support/intercept.ts'
import { unique } from '../../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

/** Creates a room of ada's with bob in it. */
async function givenRoom() {
  const [ada, bob, chatRoomId] = [unique('ada'), unique('bob'), unique('room')]
  await createRoom.handle({ action: 'createRoom', chatRoomId, roomName: 'Room', members: [bob] }, callerOf(ada))
  return { ada, bob, chatRoomId }
}

type Given = Awaited<ReturnType<typeof givenRoom>>

const mute = async ({ ada, chatRoomId }: Given): Promise<void> => {
  const audit = auditItem({ chatRoomId, at: Date.now(), by: 'server', action: 'mute', userId: ada })
  const mutedUntil = Date.now() + 60_000
  expect(await changeMember((await getMembership(chatRoomId, ada))!, { mutedUntil }, audit)).toBe(true)
}

async function demote({ ada, chatRoomId }: Given): Promise<void> {
  const audit = auditItem({ chatRoomId, at: Date.now(), by: 'server', action: 'role', userId: ada })
  expect(await changeMember((await getMembership(chatRoomId, ada))!, { role: 'member' }, audit)).toBe(true)
}

/** Lets bob leave and come back, so that what was read about him no longer holds. */
async function leaveAndJoin({ bob, chatRoomId }: Given): Promise<void> {
  const membership = (await getMembership(chatRoomId, bob))!
  expect(await endMembership(membership, Date.now())).toBe(true)
  await addMember({ ...membership, joinId: unique('join') })
}

const WRITES = ['TransactWriteItems', 'UpdateItem', 'PutItem']

/** Runs work before the next write. */
function beforeTheWrite(work: () => Promise<unknown>): void {
  let done = false
  intercept(client, async ({ operation }, send) => {
    if (!done && WRITES.includes(operation)) {
      done = true
      await work()
    }
    await send()
  })
}

const actions = {
  setRole: ({ ada, bob: userId, chatRoomId }: Given) =>
    setRole.handle({ action: 'setRole', chatRoomId, userId, role: 'owner' }, callerOf(ada)),
  muteMember: ({ ada, bob: userId, chatRoomId }: Given) =>
    muteMember.handle({ action: 'muteMember', chatRoomId, userId, seconds: 60 }, callerOf(ada)),
  removeMember: ({ ada, bob: userId, chatRoomId }: Given) =>
    removeMember.handle({ action: 'removeMember', chatRoomId, userId }, callerOf(ada)),
  banMember: ({ ada, bob: userId, chatRoomId }: Given) =>
    banMember.handle({ action: 'banMember', chatRoomId, userId }, callerOf(ada)),
}

test.each(Object.entries(actions))(
  '%s that has to try again is refused to a caller who was demoted in between',
  async (_, act) => {
    const given = await givenRoom()
    beforeTheWrite(async () => {
      await leaveAndJoin(given)
      await demote(given)
    })
    await expect(act(given)).rejects.toMatchObject({
      code: 'forbidden',
      message: 'unable to do this in this room; it takes a higher role',
    })
    const bob = await getMembership(given.chatRoomId, given.bob)
    expect(bob).toMatchObject({ role: 'member' })
    expect(bob?.mutedUntil).toBeUndefined()
  },
)

test('unbanMember that has to try again is refused to a caller who was demoted in between', async () => {
  const given = await givenRoom()
  const { ada, bob: userId, chatRoomId } = given
  await actions.banMember(given)
  beforeTheWrite(async () => {
    await banMember.handle({ action: 'banMember', chatRoomId, userId, seconds: 60 }, callerOf(ada))
    await demote(given)
  })
  await expect(unbanMember.handle({ action: 'unbanMember', chatRoomId, userId }, callerOf(ada))).rejects.toMatchObject({
    code: 'forbidden',
    message: 'unable to do this in this room; it takes a higher role',
  })
})

const server = { userId: 'server', scopes: new Set(['server'] as const) }

const setTopic = (chatRoomId: string, topic: string, caller: Caller) =>
  updateRoom.handle({ action: 'updateRoom', chatRoomId, topic }, caller)

const send = async (chatRoomId: string, sender: string) =>
  (await sendMessage.handle({ action: 'sendMessage', chatRoomId, content: 'hello' }, callerOf(sender))) as {
    messageId: string
  }

/** Actions that change the room itself. Two changes of a room never pass each other. */
const ofTheRoom = {
  'updateRoom of a topic': ({ ada, chatRoomId }: Given) => setTopic(chatRoomId, 'by ada', callerOf(ada)),
  'updateRoom of a setting': ({ ada, chatRoomId }: Given) =>
    updateRoom.handle({ action: 'updateRoom', chatRoomId, settings: { receipts: false } }, callerOf(ada)),
  closeRoom: ({ ada, chatRoomId }: Given) =>
    closeRoom.handle({ action: 'closeRoom', chatRoomId, closed: true }, callerOf(ada)),
  deleteRoom: ({ ada, chatRoomId }: Given) => deleteRoom.handle({ action: 'deleteRoom', chatRoomId }, callerOf(ada)),
  pinMessage: ({ ada, chatRoomId }: Given) =>
    pinMessage.handle({ action: 'pinMessage', chatRoomId, messageId: messageIdOf(2) }, callerOf(ada)),
  unpinMessage: ({ ada, chatRoomId }: Given) =>
    unpinMessage.handle({ action: 'unpinMessage', chatRoomId, messageId: messageIdOf(1) }, callerOf(ada)),
}

test.each(Object.entries(ofTheRoom))(
  '%s that has to try again is refused to a caller who was demoted in between',
  async (_, act) => {
    const given = await givenRoom()
    const { ada, bob, chatRoomId } = given
    const { messageId } = await send(chatRoomId, bob)
    await send(chatRoomId, bob)
    await pinMessage.handle({ action: 'pinMessage', chatRoomId, messageId }, callerOf(ada))
    beforeTheWrite(async () => {
      await setTopic(chatRoomId, 'in between', server)
      await demote(given)
    })
    await expect(act(given)).rejects.toMatchObject({
      code: 'forbidden',
      message: 'unable to do this in this room; it takes a higher role',
    })
    const { room } = await getRoom.handle({ action: 'getRoom', chatRoomId }, callerOf(bob))
    expect(room).toMatchObject({ topic: 'in between', closed: false, pins: [messageId], settings: { receipts: true } })
  },
)

/** Lets carol leave as a muted guest, so that the first attempt to add her finds what outlived her membership. */
async function givenLeaver({ chatRoomId }: Given): Promise<string> {
  const userId = unique('carol')
  await addMembers.handle({ action: 'addMembers', chatRoomId, userIds: [userId], role: 'guest' }, server)
  await muteMember.handle({ action: 'muteMember', chatRoomId, userId, seconds: 60 }, server)
  await leaveRoom.handle({ action: 'leaveRoom', chatRoomId }, callerOf(userId))
  expect(await getMembership(chatRoomId, userId)).toBeUndefined()
  return userId
}

test.each([
  ['member', { role: 'guest', lowered: true }, 'added'],
  ['moderator', undefined, 'forbidden'],
] as const)(
  'addMembers that has to try again asks for the rank again, where a %s may add',
  async (invite, membership, expected) => {
    const given = await givenRoom()
    const { ada, chatRoomId } = given
    await updateRoom.handle({ action: 'updateRoom', chatRoomId, settings: { invite } }, callerOf(ada))
    const carol = await givenLeaver(given)
    beforeTheWrite(() => demote(given))
    const outcome = await addMembers
      .handle({ action: 'addMembers', chatRoomId, userIds: [carol], role: 'member' }, callerOf(ada))
      .then(
        ({ added }) => added.length === 1 && 'added',
        (error: unknown) => (error as { code: string }).code,
      )
    expect(outcome).toBe(expected)
    const row = await getMembership(chatRoomId, carol)
    if (membership === undefined) expect(row).toBeUndefined()
    else expect(row).toMatchObject({ ...membership, mutedUntil: expect.any(Number) as number })
  },
)

test('addMembers that is refused amid its work has ended: who was being added is a member by then', async () => {
  const given = await givenRoom()
  const { ada, chatRoomId } = given
  await updateRoom.handle({ action: 'updateRoom', chatRoomId, settings: { invite: 'moderator' } }, callerOf(ada))
  const [carol, dan] = [await givenLeaver(given), unique('dan')]
  const log: string[] = []
  let refuse!: () => void
  const refused = new Promise<void>((resolve) => (refuse = resolve))
  let step: 'adding' | 'demoting' | 'demoted' | 'asked again' = 'adding'
  let reads = 0
  intercept(client, async ({ operation, input }, send) => {
    const request = JSON.stringify(input)
    const isRead = operation === 'GetItem'
    const isDansWrite = operation === 'TransactWriteItems' && request.includes(dan)
    if (isDansWrite) await refused
    else if (operation === 'TransactWriteItems' && step === 'adding') {
      step = 'demoting'
      await demote(given)
      step = 'demoted'
    }
    if (isRead) reads++
    await send()
    if (isRead) reads--
    if (isDansWrite) log.push('dan is added')
    // Carol's attempt has asked for the rank again, and what it asks for beside it is read too.
    if (isRead && step === 'demoted' && request.includes(ada)) step = 'asked again'
    if (step === 'asked again' && reads === 0) setImmediate(refuse)
  })
  const userIds = [carol, dan]
  await addMembers
    .handle({ action: 'addMembers', chatRoomId, userIds, role: 'member' }, callerOf(ada))
    .catch((error: unknown) => log.push((error as { code: string }).code))
  expect(log).toEqual(['dan is added', 'forbidden'])
  expect(await getMembership(chatRoomId, carol)).toBeUndefined()
  expect(await getMembership(chatRoomId, dan)).toMatchObject({ role: 'member' })
})

test('deleteMessage of another’s that has to try again is refused to a caller who was demoted in between', async () => {
  const given = await givenRoom()
  const { ada, bob, chatRoomId } = given
  const { messageId } = await send(chatRoomId, bob)
  beforeTheWrite(async () => {
    await editMessage.handle({ action: 'editMessage', chatRoomId, messageId, content: 'hello all' }, callerOf(bob))
    await demote(given)
  })
  await expect(
    deleteMessage.handle({ action: 'deleteMessage', chatRoomId, messageId }, callerOf(ada)),
  ).rejects.toMatchObject({ code: 'forbidden', message: 'unable to do this in this room; it takes a higher role' })
  expect(await getMessage(chatRoomId, messageId)).toMatchObject({ kind: 'text', content: 'hello all' })
})

test('editMessage that has to try again is refused to a sender who was muted in between', async () => {
  const given = await givenRoom()
  const { ada, chatRoomId } = given
  const { messageId } = await send(chatRoomId, ada)
  const edit = (content: string, caller: Caller) =>
    editMessage.handle({ action: 'editMessage', chatRoomId, messageId, content }, caller)
  beforeTheWrite(async () => {
    await edit('from elsewhere', server)
    await mute(given)
  })
  await expect(edit('hello all', callerOf(ada))).rejects.toMatchObject({
    code: 'muted',
    message: 'unable to write in this room; the user is muted',
  })
  expect(await getMessage(chatRoomId, messageId)).toMatchObject({ content: 'from elsewhere' })
})

test('editMessage that has to try again is refused where the time to edit was ended in between', async () => {
  const { ada, chatRoomId } = await givenRoom()
  const { messageId } = await send(chatRoomId, ada)
  const edit = (content: string, caller: Caller) =>
    editMessage.handle({ action: 'editMessage', chatRoomId, messageId, content }, caller)
  beforeTheWrite(async () => {
    await edit('from elsewhere', server)
    await updateRoom.handle({ action: 'updateRoom', chatRoomId, settings: { editWindowSeconds: 0 } }, server)
  })
  await expect(edit('hello all', callerOf(ada))).rejects.toMatchObject({
    code: 'forbidden',
    message: 'unable to edit the message; the time to edit it is over',
  })
})
