import { tableName } from '../support/own-table.ts'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { seededRandom } from '../../bench/simulation/seeded-random.ts'
import { Connection } from '../../src/entities/connection.ts'
import { Subscription } from '../../src/entities/subscription.ts'
import type { MessageEvent } from '../../src/protocol/events.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, online, unique } from '../support/runtime.ts'
import { quietLog } from '../support/quiet-log.ts'
import { useChat } from '../support/use-chat.ts'
import { subscriptionItemsOf } from '../support/table-scan.ts'
import {
  connectionIdOf,
  inSeqOrder,
  messagesTo,
  say,
  settled,
  storedConnections,
  storedMessages,
  sessions,
  subscribers,
  syncedAfter,
} from './room-reader.ts'

/** The records that the stream function received, and a callback for whoever waits for one. */
const seen: DynamoDBRecord[] = []
let look = () => {}
const chat = await useChat({
  tableName,
  // Only the tests sweep.
  ttlSweepMs: 3_600_000,
  log: quietLog,
  mappingFaults: {
    onBatch: (records) => {
      seen.push(...records)
      look()
      return records
    },
  },
})
afterEach(() => {
  expect(chat.failures.records).toEqual([])
})

/** Waits until the stream function has received the removal of that connection's row, and has processed it. */
async function removalOf(connectionId: string): Promise<DynamoDBRecord> {
  const find = () =>
    seen.find(
      ({ eventName, dynamodb }) =>
        eventName === 'REMOVE' &&
        dynamodb?.OldImage?.__edb_e__?.S === 'Connection' &&
        dynamodb.OldImage.ConnectionId?.S === connectionId,
    )
  const record = await new Promise<DynamoDBRecord>((resolve) => {
    look = () => {
      const found = find()
      if (found) resolve(found)
    }
    look()
  })
  await settled(chat)
  return record
}

/** A member who keeps messages across connections, as the protocol asks. */
class Reader {
  readonly messages: MessageEvent[] = []
  recovered = 0
  client: RawClient | undefined
  #connectionId = ''
  constructor(
    readonly userId: string,
    readonly room: string,
  ) {}

  /** The last seq of the unbroken sequence from 1. */
  get lastSeq(): number {
    const have = new Set(this.messages.map(({ seq }) => seq))
    let last = 0
    while (have.has(last + 1)) last += 1
    return last
  }

  async comeBack(): Promise<void> {
    this.client = await RawClient.open(chat.wsUrl, await chat.token(this.userId))
    const rooms = { [this.room]: this.lastSeq }
    const answer = await this.client.request({ action: 'sync', rooms })
    this.#connectionId = answer.connectionId
    const gap = answer.rooms.find(({ chatRoomId }) => chatRoomId === this.room)!
    expect(gap.recovered).toBe(true)
    this.recovered += gap.events.length
    this.messages.push(...gap.events)
  }

  async cut(): Promise<void> {
    chat.gateway.terminate(this.#connectionId)
    await this.leave()
  }

  async leave(): Promise<void> {
    const client = this.client!
    this.client = undefined
    await client.close()
    await client.closed
    this.messages.push(...messagesTo(client, this.room))
  }
}

test('who is cut off at random and comes back with sync has every message exactly once', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
  const random = seededRandom(seed)
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'eve')
  const [ada, , eve] = clients
  const bob = new Reader(userIds[1], room)
  await bob.comeBack()
  onTestFinished(() => bob.client?.close())
  let away = 0
  for (let i = 1; i <= 80; i++) {
    await say(random() < 0.5 ? ada : eve, room, [`message ${i}`])
    if (bob.client) {
      if (random() < 0.25) {
        away = Math.floor(random() * 4)
        await bob.cut()
        if (away === 0) await bob.comeBack()
      }
    } else if (--away <= 0) {
      await bob.comeBack()
    }
  }
  if (bob.client) await bob.cut()
  await bob.comeBack()
  await settled(chat)
  await bob.leave()

  const stored = await storedMessages(chat, room)
  expect(stored, `SEED=${seed}`).toHaveLength(80)
  expect(inSeqOrder(bob.messages), `SEED=${seed}`).toEqual(stored)
  expect(bob.recovered, `SEED=${seed}: nothing was ever missed`).toBeGreaterThan(0)
})

test('what is written after a join is acknowledged reaches the joiner, however joins and sends race', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const joiners = await Promise.all(Array.from({ length: 8 }, () => online(chat, unique('joiner'))))
  const [joined] = await Promise.all([
    Promise.all(
      joiners.map(async (client, i) => {
        // They join one after the other while the messages are being sent.
        await clients[1].messages(room, [`of ada ${i * 2 + 1}`])
        const lastSeq = i % 2 === 0 ? { lastSeq: 0 } : {}
        return { client, reply: await client.request({ action: 'joinRoom', chatRoomId: room, ...lastSeq }) }
      }),
    ),
    say(
      clients[0],
      room,
      Array.from({ length: 30 }, (_, i) => `of ada ${i + 1}`),
    ),
    say(
      clients[1],
      room,
      Array.from({ length: 30 }, (_, i) => `of bob ${i + 1}`),
    ),
  ])
  await settled(chat)
  const stored = await storedMessages(chat, room)
  expect(stored).toHaveLength(60)
  for (const [i, { client, reply }] of joined.entries()) {
    const after = i % 2 === 0 ? 0 : reply.headSeq
    const got = inSeqOrder([...reply.events, ...messagesTo(client, room)])
    expect(got.filter(({ seq }) => seq > after)).toEqual(stored.filter(({ seq }) => seq > after))
    expect(stored).toEqual(expect.arrayContaining(got))
  }
})

test('joining from one connection and leaving from another at once ends in one of the two, for all connections', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const user = unique('bob')
  const devices = await Promise.all([online(chat, user), online(chat, user), online(chat, user)])
  for (let round = 1; round <= 12; round++) {
    await Promise.all([
      devices[0].ask({ action: 'joinRoom', chatRoomId: room }),
      devices[1].ask({ action: 'leaveRoom', chatRoomId: room }),
      devices[2].ask({ action: 'joinRoom', chatRoomId: room }),
    ])
    await settled(chat)
    const said = `round ${round}`
    await say(clients[0], room, [said])
    await settled(chat)
    const { members } = await clients[0].request({ action: 'getRoom', chatRoomId: room })
    const heard = devices.map((device) => device.contents(room).includes(said))
    expect(heard, said).toEqual(devices.map(() => members.includes(user)))
  }
})

test('a message that was acknowledged outlives the crash of the function that should deliver it', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  let crashes = 0
  chat.gateway.faults.onPost = async () => {
    crashes += 1
    if (crashes > 2) return {}
    await chat.lambda.crash('streams')
    return { status: 503 }
  }
  const sent = await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'acknowledged' })
  await bob.messages(room, ['acknowledged'])
  await settled(chat)
  expect(crashes).toBeGreaterThan(2)
  expect(await storedMessages(chat, room)).toEqual([{ seq: sent.seq, content: 'acknowledged' }])
  expect(await syncedAfter(chat, userIds[1], room, 0)).toEqual(['acknowledged'])
})

test('a connection whose row TTL removes loses its session and, at the next message, its subscription; nobody else does', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
  const [ada, bob, alsoBob] = clients
  const expired = await connectionIdOf(bob)
  const [connections, subscriptions] = await Promise.all([storedConnections(chat), subscribers(chat)])
  await Connection.patch({ connectionId: expired })
    .set({ expiresAt: Math.floor(Date.now() / 1_000) - 60 })
    .go()
  expect(await chat.sweeper.sweep()).toBe(1)

  expect(await removalOf(expired)).toMatchObject({
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
  })
  expect(await storedConnections(chat)).toEqual(connections.filter((id) => id !== expired))
  await settled(chat)
  expect(await sessions(chat)).not.toContain(expired)
  chat.gateway.terminate(expired)
  await say(ada, room, ['to the living'])
  await alsoBob.messages(room, ['to the living'])
  await settled(chat)
  expect(bob.contents(room)).toEqual([])
  expect(await subscribers(chat)).toEqual(subscriptions.filter((id) => id !== expired))
  expect(await syncedAfter(chat, userIds[1], room, 0)).toEqual(['to the living'])
})

test('a subscription that has expired is not posted to while its row is still there', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'eve')
  const [ada, bob, eve] = clients
  const expired = await connectionIdOf(bob)
  const { pk, sk } = (await subscriptionItemsOf(chat)).find(
    ({ pk, ConnectionId }) => pk === `subscriptions#${room}` && ConnectionId === expired,
  ) as { pk: string; sk: string }
  await Subscription.patch({ partition: pk, place: sk })
    .set({ expiresAt: Math.floor(Date.now() / 1_000) - 1 })
    .go()
  const postedTo: string[] = []
  chat.gateway.faults.onPost = ({ connectionId }) => {
    postedTo.push(connectionId)
  }
  await say(ada, room, ['not for the expired'])
  await eve.messages(room, ['not for the expired'])
  await settled(chat)
  expect(postedTo).toEqual([await connectionIdOf(eve)])
  expect(await subscribers(chat, room)).toContain(expired)
  expect(await syncedAfter(chat, userIds[1], room, 0)).toEqual(['not for the expired'])
})

test.each([
  ['closes', (client: RawClient) => client.close()],
  ['is cut off', async (client: RawClient) => chat.gateway.terminate(await connectionIdOf(client))],
])('the session of a connection that %s ends, its subscription at the next message, and no others', async (_, end) => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const other = await connect(chat, userIds[1])
  await other.request({ action: 'sync' })
  const id = await connectionIdOf(clients[1])
  const subscriptions = await subscribers(chat)
  await end(clients[1])
  await removalOf(id)
  await settled(chat)
  expect(await sessions(chat)).not.toContain(id)
  await say(clients[0], room, ['still here?'])
  await other.messages(room, ['still here?'])
  await settled(chat)
  expect(await subscribers(chat)).toEqual(subscriptions.filter((one) => one !== id))
})
