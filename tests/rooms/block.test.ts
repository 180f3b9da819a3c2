import { AsyncLocalStorage } from 'node:async_hooks'
import { database, tableName } from '../support/own-table.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { client } from '../../src/entities/table.ts'
import { directRoomId } from '../../src/rooms/direct-room.ts'
import { blockUser } from '../../src/ws/actions/block-user.ts'
import { leaveRoom } from '../../src/ws/actions/leave-room.ts'
import { sendMessage } from '../../src/ws/actions/send-message.ts'
import { unblockUser } from '../../src/ws/actions/unblock-user.ts'
import { loadStack } from '../../terraform/stack.ts'
import { callerOn, connect } from '../support/caller.ts'
import { intercept } from '../support/intercept.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

interface Two {
  ada: string
  bob: string
}

const on = (userId: string) => callerOn(userId, `${userId}=`)

async function givenTwo(): Promise<Two> {
  const two = { ada: unique('ada'), bob: unique('bob') }
  for (const userId of [two.ada, two.bob]) {
    await connect(userId, `${userId}=`)
  }
  return two
}

/** Writes to bob as ada. */
const write = ({ ada, bob }: Two) =>
  sendMessage.handle({ action: 'sendMessage', recipientId: bob, content: 'hello' }, on(ada))

const block = (userId: string, blockedId: string) =>
  blockUser.handle({ action: 'blockUser', userId: blockedId }, on(userId))

const leave = (two: Two, userId: string) =>
  leaveRoom.handle({ action: 'leaveRoom', chatRoomId: directRoomId(two.ada, two.bob) }, on(userId))

const mayNotWrite = { code: 'forbidden', message: 'unable to write to this user' }

/**
 * Starts something that ada does. Before its n-th request to the table, counted from 0, bob blocks ada, and as soon as
 * that request is answered ada writes. Returns whether there was such a request.
 */
async function interruptedBefore(n: number, two: Two, act: (two: Two) => Promise<unknown>): Promise<boolean> {
  const interrupting = new AsyncLocalStorage<true>()
  let count = 0
  intercept(client, async (_, send) => {
    if (interrupting.getStore() || count++ !== n) return void (await send())
    await interrupting.run(true, () => block(two.bob, two.ada))
    await send()
    await interrupting.run(true, () => expect(write(two)).rejects.toMatchObject(mayNotWrite))
  })
  await act(two).catch((error: unknown) => expect(error).toMatchObject(mayNotWrite))
  return count > n
}

describe('of what is sent after the reply to a block, nothing is accepted, before whichever request of', () => {
  const unblock = ({ ada, bob }: Two) => unblockUser.handle({ action: 'unblockUser', userId: bob }, on(ada))

  test.each<[what: string, given: (two: Two) => Promise<unknown>, act: (two: Two) => Promise<unknown>, least: number]>([
    ['a first message it came', async () => {}, write, 8],
    ['a message after the sender had left it came', async (two) => (await write(two), leave(two, two.ada)), write, 8],
    ['a message after the other had left it came', async (two) => (await write(two), leave(two, two.bob)), write, 8],
    [
      'a message after both had left it came',
      async (two) => (await write(two), await leave(two, two.bob), leave(two, two.ada)),
      write,
      8,
    ],
    ['an unblock by the other it came', async (two) => (await write(two), block(two.ada, two.bob)), unblock, 2],
  ])('%s', async (_, given, act, least) => {
    let n = 0
    for (let isOver = false; !isOver; n++) {
      const two = await givenTwo()
      await given(two)
      isOver = !(await interruptedBefore(n, two, act))
      if (!isOver) await expect(write(two)).rejects.toMatchObject(mayNotWrite)
    }
    expect(n).toBeGreaterThan(least)
  })
})
