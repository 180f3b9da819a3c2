import { database, tableName } from '../../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { auditItem } from '../../../src/entities/audit.ts'
import { addMember, getMembership, removeMember as endMembership } from '../../../src/entities/membership.ts'
import { changeMember } from '../../../src/entities/moderate.ts'
import { client } from '../../../src/entities/table.ts'
import { banMember } from '../../../src/ws/actions/ban-member.ts'
import { createRoom } from '../../../src/ws/actions/create-room.ts'
import { muteMember } from '../../../src/ws/actions/mute-member.ts'
import { removeMember } from '../../../src/ws/actions/remove-member.ts'
import { setRole } from '../../../src/ws/actions/set-role.ts'
import { unbanMember } from '../../../src/ws/actions/unban-member.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { intercept } from '../../support/intercept.ts'
import { unique } from '../../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const callerOf = (userId: string) => ({ userId, scopes: new Set<never>() })

/** Creates a room of ada's with bob in it. */
async function givenRoom() {
  const [ada, bob, chatRoomId] = [unique('ada'), unique('bob'), unique('room')]
  await createRoom.handle({ action: 'createRoom', chatRoomId, roomName: 'Room', members: [bob] }, callerOf(ada))
  return { ada, bob, chatRoomId }
}

type Given = Awaited<ReturnType<typeof givenRoom>>

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

/** Runs work before the next transaction. */
function beforeTheWrite(work: () => Promise<unknown>): void {
  let done = false
  intercept(client, async ({ operation }, send) => {
    if (!done && operation === 'TransactWriteItems') {
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
