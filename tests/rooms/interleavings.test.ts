import { database, tableName } from '../support/own-table.ts'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DynamoDBRecord } from 'aws-lambda'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { getBan, outlivingOf } from '../../src/entities/ban.ts'
import { getRoom } from '../../src/entities/chat-room.ts'
import { deleteConnection, keepSessionKey } from '../../src/entities/connection.ts'
import { addMember, getMembership } from '../../src/entities/membership.ts'
import { messageIdOf } from '../../src/entities/message.ts'
import { sessionsOfUser } from '../../src/entities/session.ts'
import { placeOf, subscriptionsOfRoom } from '../../src/entities/subscription.ts'
import { client } from '../../src/entities/table.ts'
import { roomsOfUser } from '../../src/entities/user-room.ts'
import { defined } from '../../src/protocol/defined.ts'
import type { ChatEvent } from '../../src/protocol/events.ts'
import { streamHandler } from '../../src/streams/handler.ts'
import { banMember } from '../../src/ws/actions/ban-member.ts'
import { blockUser } from '../../src/ws/actions/block-user.ts'
import { closeRoom } from '../../src/ws/actions/close-room.ts'
import { createRoom } from '../../src/ws/actions/create-room.ts'
import { joinRoom } from '../../src/ws/actions/join-room.ts'
import { muteMember } from '../../src/ws/actions/mute-member.ts'
import { leaveRoom } from '../../src/ws/actions/leave-room.ts'
import { removeMember } from '../../src/ws/actions/remove-member.ts'
import { setRole } from '../../src/ws/actions/set-role.ts'
import { sendMessage } from '../../src/ws/actions/send-message.ts'
import { sync } from '../../src/ws/actions/sync.ts'
import { unblockUser } from '../../src/ws/actions/unblock-user.ts'
import { updateRoom } from '../../src/ws/actions/update-room.ts'
import { loadStack } from '../../terraform/stack.ts'
import { callerOn, connect } from '../support/caller.ts'
import { explore, type Operations, type Run } from '../support/interleavings.ts'
import { unique } from '../support/runtime.ts'
import { streamOfWrites } from '../support/stream-of-writes.ts'
import { thorough } from '../support/thorough.ts'

/**
 * `PREEMPTIONS=1 npx vitest run tests/rooms/interleavings.test.ts` checks every order, for some 20 minutes;
 * `PREEMPTIONS=2` for hours. Otherwise some are checked, the same each time.
 */
const { PREEMPTIONS } = process.env
const preemptions = Number(PREEMPTIONS ?? 1)
const most = thorough ? 30 : 12

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

/** The room, users and connections of one order, and what was posted in it. */
interface Scene {
  chatRoomId: string
  ada: string
  bob: string
  /** Events by the connection that they were posted to. */
  posted: Map<string, ChatEvent[]>
}

/** Syncs. The second connection has named its session in the URL, as the SDK does, and `$connect` has stored it. */
async function syncOn(userId: string, connectionId: string, sessionId?: string, rooms?: Record<string, number>) {
  const named = connectionId === 'b2=' ? sessionId : undefined
  if (named !== undefined) await keepSessionKey(connectionId, named)
  return sync.handle({ action: 'sync', ...defined({ sessionId, rooms }) }, callerOn(userId, connectionId, named))
}

const join = ({ chatRoomId, bob }: Scene, connectionId: string) =>
  joinRoom.handle({ action: 'joinRoom', chatRoomId }, callerOn(bob, connectionId))

/** Leaves the room as bob. If he is not a member, nothing happens. */
const leave = ({ chatRoomId, bob }: Scene, connectionId: string) =>
  leaveRoom.handle({ action: 'leaveRoom', chatRoomId }, callerOn(bob, connectionId)).catch((error: unknown) => {
    expect(error).toMatchObject({
      code: 'not_a_member',
      message: 'unable to leave this room; the user is not a member',
    })
  })

/** Removes bob from the room as ada. If he is not a member, nothing happens. */
const kick = ({ chatRoomId, ada, bob }: Scene) =>
  removeMember.handle({ action: 'removeMember', chatRoomId, userId: bob }, callerOn(ada, 'ada='))

const ban = ({ chatRoomId, ada, bob }: Scene) =>
  banMember.handle({ action: 'banMember', chatRoomId, userId: bob }, callerOn(ada, 'ada='))

/** Mutes bob as ada; 0 seconds end the mute. If he has left and wasn't muted, nothing happens. */
const mute = ({ chatRoomId, ada, bob }: Scene, seconds: number) =>
  muteMember.handle({ action: 'muteMember', chatRoomId, userId: bob, seconds }, callerOn(ada, 'ada=')).then(
    () => true,
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'conflict', message: 'unable to mute; the user is no member' })
      return false
    },
  )

/** Whether bob is muted, now or when he comes back. Expects the mute in only one of the two places. */
async function isMuted({ chatRoomId, bob: userId }: Scene): Promise<boolean> {
  const [membership, row] = await Promise.all([getMembership(chatRoomId, userId), getBan({ chatRoomId, userId })])
  if (membership !== undefined) expect(row).toBeUndefined()
  return outlivingOf(membership ?? row ?? {}, Date.now()).mutedUntil !== undefined
}

/** Makes bob a guest or a member again, as ada. If he has left, only a role that somebody set can be changed. */
const giveRole = ({ chatRoomId, ada, bob }: Scene, role: 'guest' | 'member') =>
  setRole.handle({ action: 'setRole', chatRoomId, userId: bob, role }, callerOn(ada, 'ada=')).then(
    () => true,
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'conflict', message: 'unable to give a role; the user is no member' })
      return false
    },
  )

/** Whether bob is a guest, or will be one when he comes back. */
async function isGuest({ chatRoomId, bob: userId }: Scene): Promise<boolean> {
  const [membership, row] = await Promise.all([getMembership(chatRoomId, userId), getBan({ chatRoomId, userId })])
  return membership === undefined ? row?.lowered === true : membership.role === 'guest'
}

/** Expects the error of a banned user, if there is one. */
const unlessBanned = (work: Promise<unknown>) =>
  work.catch((error: unknown) => {
    expect(error).toMatchObject({
      code: 'banned',
      message: 'unable to join; the user is banned from this room',
    })
  })

/** Adds bob to the room as somebody else. */
const add = ({ chatRoomId, bob }: Scene) =>
  addMember({ chatRoomId, userId: bob, role: 'member', joinedAt: Date.now(), joinId: unique('join'), joinedSeq: 0 })

const say = ({ chatRoomId, ada }: Scene) =>
  sendMessage.handle({ action: 'sendMessage', chatRoomId, content: 'hello' }, callerOn(ada, 'ada='))

const mayNotWrite = { code: 'forbidden', message: 'unable to write to this user' }

/** Writes to bob as ada. Expects an error if one has blocked the other. */
const direct = (ada: string, bob: string) =>
  sendMessage
    .handle({ action: 'sendMessage', recipientId: bob, content: 'hello' }, callerOn(ada, 'ada='))
    .catch((error: unknown) => {
      expect(error).toMatchObject(mayNotWrite)
    })

/** Checks that neither of the two can write to the other. */
async function keptApart(ada: string, bob: string): Promise<void> {
  for (const [from, to, connectionId] of [
    [ada, bob, 'ada='],
    [bob, ada, 'b1='],
  ] as const) {
    const sent = sendMessage.handle(
      { action: 'sendMessage', recipientId: to, content: 'hello' },
      callerOn(from, connectionId),
    )
    await expect(sent).rejects.toMatchObject(mayNotWrite)
  }
}

/**
 * Simulates the stream from the operations' writes: a shard for each partition key, whose records come one after
 * another.
 */
let onRecord: ((record: DynamoDBRecord) => void) | undefined
let stop: () => void
beforeEach(() => {
  stop = streamOfWrites(
    client,
    tableName,
    (pk) => pk.startsWith('$tabletalk#') || pk.startsWith('audit#'),
    (record) => onRecord?.(record),
  )
})
afterEach(() => stop())

function startStream({ posted }: Scene, run: Run): void {
  const handler = streamHandler(async (connectionId, frame) => {
    const { events } = JSON.parse(Buffer.from(frame).toString()) as { events: ChatEvent[] }
    posted.set(connectionId, [...(posted.get(connectionId) ?? []), ...events])
  })
  const shards = new Map<string, DynamoDBRecord[]>()
  const work = (shard: DynamoDBRecord[]) =>
    run.spawn('stream', async () => {
      const { batchItemFailures } = await handler({ Records: [shard[0]!] })
      expect(batchItemFailures).toEqual([])
      shard.shift()
      if (shard.length > 0) work(shard)
    })
  onRecord = (record) => {
    const { pk } = record.dynamodb!.Keys as { pk: { S: string } }
    const shard = shards.get(pk.S) ?? []
    shards.set(pk.S, shard)
    if (shard.push(record) === 1) work(shard)
  }
}

/** Creates a room of ada's, with or without bob in it. */
async function givenScene(bobIsIn: boolean): Promise<Scene> {
  onRecord = undefined
  const [ada, bob, chatRoomId] = [unique('ada'), unique('bob'), unique('room')]
  await connect(ada, 'ada=')
  await createRoom.handle(
    { action: 'createRoom', chatRoomId, roomName: 'Room', members: bobIsIn ? [bob] : [] },
    callerOn(ada, 'ada='),
  )
  for (const connectionId of ['b1=', 'b2=']) await connect(bob, connectionId)
  return { chatRoomId, ada, bob, posted: new Map() }
}

/**
 * Checks what must hold after all operations: the mirror agrees with the membership. Every live session of a member is
 * subscribed with that membership at its own connection, and no other session is subscribed.
 */
async function consistent({ chatRoomId, bob }: Scene): Promise<void> {
  const [membership, { rooms }, sessions, { subscriptions }] = await Promise.all([
    getMembership(chatRoomId, bob),
    roomsOfUser(bob, { limit: 10 }),
    sessionsOfUser(bob, 0),
    subscriptionsOfRoom(chatRoomId, 0),
  ])
  const { joinId = '', role, joinedSeq } = membership ?? {}
  expect(rooms).toEqual(membership === undefined ? [] : [{ chatRoomId, joinId, role, joinedSeq }])
  const subscribed = subscriptions.filter(({ userId }) => userId === bob)
  const expected = membership === undefined ? [] : sessions
  expect(
    subscribed
      .filter(({ place }) => sessions.some((session) => placeOf(session) === place))
      .map(({ connectionId, joinId }) => ({ connectionId, joinId }))
      .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1)),
  ).toEqual(
    expected
      .map(({ connectionId }) => ({ connectionId, joinId: membership!.joinId }))
      .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1)),
  )
}

/** Explores the orders and checks that there were some, because none would prove nothing. */
async function inEveryOrder(
  given: () => Promise<Scene>,
  operations: (scene: Scene) => Operations,
  then: (scene: Scene) => Promise<void> = consistent,
): Promise<void> {
  const orders = await explore(client, {
    given,
    operations: (scene, run) => {
      startStream(scene, run)
      return operations(scene)
    },
    then,
    // Every connection is used by one operation only.
    isLocal: (request) => request.includes('$tabletalk#connectionId_'),
    preemptions,
    ...(PREEMPTIONS === undefined ? { most } : {}),
  })
  expect(orders).toBeGreaterThan(5)
}

describe('in every order of the single requests', { timeout: PREEMPTIONS === undefined ? 600_000 : 0 }, () => {
  test('a connection that syncs while its user is added is subscribed', async () => {
    await inEveryOrder(
      () => givenScene(false),
      (scene) => ({ sync: () => syncOn(scene.bob, 'b1=', 'tab'), add: () => add(scene) }),
    )
  })

  test('a room that the user is added to during a sync pushes no other room off the page', async () => {
    const other = new Map<string, string>()
    await inEveryOrder(
      async () => {
        const scene = await givenScene(true)
        // Its id sorts before that of the room that bob is in.
        const chatRoomId = `a-${scene.chatRoomId}`
        await createRoom.handle({ action: 'createRoom', chatRoomId, roomName: 'Other' }, callerOn(scene.ada, 'ada='))
        other.set(scene.chatRoomId, chatRoomId)
        return scene
      },
      (scene) => ({
        sync: () => syncOn(scene.bob, 'b1=', 'tab'),
        add: () => add({ ...scene, chatRoomId: other.get(scene.chatRoomId)! }),
      }),
      async ({ chatRoomId, bob }) => {
        for (const room of [chatRoomId, other.get(chatRoomId)!]) {
          const { subscriptions } = await subscriptionsOfRoom(room, 0)
          expect(subscriptions.filter(({ userId }) => userId === bob)).toMatchObject([{ connectionId: 'b1=' }])
        }
      },
    )
  })

  test('a connection that syncs while its user leaves on another is not subscribed', async () => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(true)
        await syncOn(scene.bob, 'b1=')
        return scene
      },
      (scene) => ({ sync: () => syncOn(scene.bob, 'b2='), leave: () => leave(scene, 'b1=') }),
    )
  })

  test('of two connections of one session the one that has it in the end is subscribed', async () => {
    await inEveryOrder(
      () => givenScene(true),
      (scene) => ({ first: () => syncOn(scene.bob, 'b1=', 'tab'), second: () => syncOn(scene.bob, 'b2=', 'tab') }),
    )
  })

  test('a session that moves to its next connection while its user is added is subscribed there', async () => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(false)
        await syncOn(scene.bob, 'b1=', 'tab')
        return scene
      },
      (scene) => ({ sync: () => syncOn(scene.bob, 'b2=', 'tab'), add: () => add(scene) }),
    )
  })

  test('a session survives the end of the connection that it had before', async () => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(true)
        await syncOn(scene.bob, 'b1=', 'tab')
        return scene
      },
      ({ bob }) => ({ sync: () => syncOn(bob, 'b2=', 'tab'), disconnect: () => deleteConnection('b1=') }),
      async (scene) => {
        await consistent(scene)
        expect(await sessionsOfUser(scene.bob, 0)).toMatchObject([{ connectionId: 'b2=' }])
      },
    )
  })

  test('a join and a leave of two connections leave both in or both out', async () => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(true)
        for (const connectionId of ['b1=', 'b2=']) await syncOn(scene.bob, connectionId)
        return scene
      },
      (scene) => ({ join: () => join(scene, 'b1='), leave: () => leave(scene, 'b2=') }),
    )
  })

  test('a join and a sync on the same session leave it subscribed at the later connection', async () => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(false)
        await syncOn(scene.bob, 'b1=', 'tab')
        return scene
      },
      (scene) => ({ join: () => join(scene, 'b1='), sync: () => syncOn(scene.bob, 'b2=', 'tab') }),
    )
  })

  test('two who change a room at once keep what the other has changed', async () => {
    await inEveryOrder(
      () => givenScene(false),
      ({ chatRoomId, ada }) => ({
        rename: () =>
          updateRoom.handle({ action: 'updateRoom', chatRoomId, roomName: 'Renamed' }, callerOn(ada, 'ada=')),
        close: () => closeRoom.handle({ action: 'closeRoom', chatRoomId, closed: true }, callerOn(ada, 'ada=')),
      }),
      async ({ chatRoomId }) => {
        expect(await getRoom(chatRoomId)).toMatchObject({ roomName: 'Renamed', gate: 'c' })
      },
    )
  })

  test('a message reaches a connection that syncs, by its reply or by a post', async () => {
    const heads = new Map<string, number>()
    await inEveryOrder(
      () => givenScene(true),
      (scene) => ({
        sync: async () => {
          const { rooms } = await syncOn(scene.bob, 'b1=', 'tab')
          heads.set(scene.chatRoomId, rooms.find((room) => room.chatRoomId === scene.chatRoomId)!.headSeq)
        },
        say: () => say(scene),
      }),
      async ({ chatRoomId, posted }) => {
        const seqs = (posted.get('b1=') ?? []).flatMap((event) => (event.event === 'message' ? [event.seq] : []))
        expect(heads.get(chatRoomId) === 1 || seqs.includes(1), 'the message came').toBe(true)
      },
    )
  })

  test.for([
    ['leave', (scene: Scene) => leave(scene, 'b1=')],
    ['kick', kick],
    ['ban', ban],
  ] as const)('a message that is written after an acknowledged %s does not come to who is out', async ([, end]) => {
    const replies = new Map<string, ChatEvent[]>()
    await inEveryOrder(
      async () => {
        const scene = await givenScene(true)
        await syncOn(scene.bob, 'b1=', 'tab')
        return scene
      },
      (scene) => ({
        sync: async () => {
          const { rooms } = await syncOn(scene.bob, 'b2=', 'tab', { [scene.chatRoomId]: 0 })
          replies.set(
            scene.chatRoomId,
            rooms.flatMap(({ events }) => events),
          )
        },
        endThenSay: async () => {
          await end(scene)
          await say(scene)
        },
      }),
      async (scene) => {
        await consistent(scene)
        const events = [...[...scene.posted.values()].flat(), ...(replies.get(scene.chatRoomId) ?? [])]
        expect(events.filter((event) => event.event === 'message' && event.messageId === messageIdOf(1))).toEqual([])
      },
    )
  })

  test.for([
    ['kick', kick, 'kicked'],
    ['ban', ban, 'banned'],
  ] as const)('after a %s every session hears of it once, and of the room nothing more', async ([, end, reason]) => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(true)
        for (const connectionId of ['b1=', 'b2=']) await syncOn(scene.bob, connectionId)
        return scene
      },
      (scene) => ({
        end: async () => {
          await end(scene)
          await say(scene)
        },
        sync: () => syncOn(scene.bob, 'b2='),
      }),
      async (scene) => {
        await consistent(scene)
        for (const connectionId of ['b1=', 'b2=']) {
          expect(scene.posted.get(connectionId)).toEqual([{ event: 'removed', chatRoomId: scene.chatRoomId, reason }])
        }
      },
    )
  })

  test('a kick and a join of an open room leave the user in with all sessions, or out with all', async () => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(true)
        for (const connectionId of ['b1=', 'b2=']) await syncOn(scene.bob, connectionId)
        return scene
      },
      (scene) => ({ join: () => join(scene, 'b1='), kick: () => kick(scene) }),
    )
  })

  test.for([
    ['join', true, (scene: Scene) => unlessBanned(join(scene, 'b1='))],
    ['join', false, (scene: Scene) => unlessBanned(join(scene, 'b1='))],
    ['add', true, add],
    ['add', false, add],
    ['sync', true, ({ bob }: Scene) => syncOn(bob, 'b2=', 'tab')],
  ] as const)('nobody banned is a member after a %s under way; a member before: %s', async ([, isIn, other]) => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(isIn)
        await syncOn(scene.bob, 'b1=', 'tab')
        return scene
      },
      (scene) => ({ ban: () => ban(scene), other: () => other(scene) }),
      async (scene) => {
        await consistent(scene)
        const { chatRoomId, bob: userId } = scene
        expect(await getBan({ chatRoomId, userId })).toBeDefined()
        expect(await getMembership(scene.chatRoomId, scene.bob)).toBeUndefined()
      },
    )
  })

  test.for([
    ['leaves', (scene: Scene) => leave(scene, 'b1=')],
    ['leaves and joins', (scene: Scene) => leave(scene, 'b1=').then(() => join(scene, 'b1='))],
    ['is kicked and joins', (scene: Scene) => kick(scene).then(() => join(scene, 'b1='))],
    ['is banned', ban],
  ] as const)('what was said of a mute holds for who %s at the same moment', async ([, move]) => {
    for (const seconds of [0, 600]) {
      const said = new Map<string, boolean>()
      await inEveryOrder(
        async () => {
          const scene = await givenScene(true)
          await syncOn(scene.bob, 'b1=', 'tab')
          if (seconds === 0) await mute(scene, 600)
          return scene
        },
        (scene) => ({
          mute: async () => void said.set(scene.chatRoomId, await mute(scene, seconds)),
          move: () => move(scene),
        }),
        async (scene) => {
          await consistent(scene)
          const isDone = said.get(scene.chatRoomId)!
          expect(await isMuted(scene)).toBe(seconds === 0 ? !isDone : isDone)
        },
      )
    }
  })

  test.for([
    ['leaves', (scene: Scene) => leave(scene, 'b1=')],
    ['leaves and joins', (scene: Scene) => leave(scene, 'b1=').then(() => join(scene, 'b1='))],
    ['is muted', (scene: Scene) => mute(scene, 600)],
    ['is given it by another', (scene: Scene) => giveRole(scene, 'guest')],
  ] as const)('the role that was given is the one of who %s at the same moment', async ([what, move]) => {
    for (const role of ['guest', 'member'] as const) {
      const said = new Map<string, boolean>()
      await inEveryOrder(
        async () => {
          const scene = await givenScene(true)
          await syncOn(scene.bob, 'b1=', 'tab')
          if (role === 'member') await giveRole(scene, 'guest')
          return scene
        },
        (scene) => ({
          give: async () => void said.set(scene.chatRoomId, await giveRole(scene, role)),
          move: () => move(scene),
        }),
        async (scene) => {
          await consistent(scene)
          // Of two different roles, either may have been given last.
          if (what === 'is given it by another' && role === 'member') return
          const isDone = said.get(scene.chatRoomId)!
          expect(await isGuest(scene)).toBe(role === 'guest' ? isDone : !isDone)
        },
      )
    }
  })

  test('of a block, and a first message that makes the direct room, nothing comes that lets the two write', async () => {
    await inEveryOrder(
      () => givenScene(false),
      ({ ada, bob }) => ({
        block: () => blockUser.handle({ action: 'blockUser', userId: ada }, callerOn(bob, 'b1=')),
        write: () => direct(ada, bob),
      }),
      ({ ada, bob }) => keptApart(ada, bob),
    )
  })

  test('an unblock does not end the block that the other makes at the same moment', async () => {
    await inEveryOrder(
      async () => {
        const scene = await givenScene(false)
        await direct(scene.ada, scene.bob)
        await blockUser.handle({ action: 'blockUser', userId: scene.bob }, callerOn(scene.ada, 'ada='))
        return scene
      },
      ({ ada, bob }) => ({
        unblock: () => unblockUser.handle({ action: 'unblockUser', userId: bob }, callerOn(ada, 'ada=')),
        block: () => blockUser.handle({ action: 'blockUser', userId: ada }, callerOn(bob, 'b1=')),
      }),
      ({ ada, bob }) => keptApart(ada, bob),
    )
  })
})
