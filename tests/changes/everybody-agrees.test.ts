import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { seededRandom } from '../../bench/simulation/seeded-random.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { changesAfter } from '../../src/entities/change.ts'
import { getRoom } from '../../src/entities/chat-room.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { getMembership } from '../../src/entities/membership.ts'
import { client } from '../../src/entities/table.ts'
import { type Action, actions, type Reply } from '../../src/protocol/actions.ts'
import type { ChangeEvent } from '../../src/protocol/change-events.ts'
import type { ChatEvent, MessageEvent } from '../../src/protocol/events.ts'
import type { EventsFrame } from '../../src/protocol/frames.ts'
import { handler as followUp } from '../../src/followups/handler.ts'
import { streamHandler } from '../../src/streams/handler.ts'
import { loadStack } from '../../terraform/stack.ts'
import { handlers } from '../entities/action-handlers.ts'
import { unique } from '../support/runtime.ts'
import { streamOfWrites } from '../support/stream-of-writes.ts'
import { ownSession, subscribeRows } from '../support/subscribe-rows.ts'
import { thorough } from '../support/thorough.ts'

/** `THOROUGH=1 npx vitest run tests/changes` runs two hundred. */
const SEEDS = thorough ? 200 : 2
const STEPS = thorough ? 40 : 25
const EXPIRES_AT = Math.ceil(Date.now() / 1_000) + 3_600
const WRITERS = ['ada', 'mod', 'bob', 'zoe']
const WATCHERS = ['w1', 'w2', 'w3']
/** Is removed at some time. The stranger was never a member, but is mentioned. */
const KIM = 'kim'
const STRANGER = 'eve'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

let random: () => number
const chance = (probability: number) => random() < probability
const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!

const ask = <A extends Action>(action: A, fields: Record<string, unknown>, userId: string) =>
  handlers[action].handle(actions[action].request.parse({ action, ...fields }), {
    userId,
    connectionId: `${userId}=`,
    rowsExpireAt: EXPIRES_AT,
    openedAt: 0,
    scopes: new Set(),
  }) as Promise<Reply<A>>

/** A client that does what the protocol asks: the newer version wins, and missing numbers are requested. */
class Watcher {
  readonly messages = new Map<number, MessageEvent | 'deleted'>()
  readonly #versions = new Map<string, number>()
  readonly members = new Map<string, string>()
  topic: string | undefined
  position = 0
  readonly #ahead = new Set<number>()
  /** Every text that was ever posted to them, even if it was outdated by then. */
  readonly texts: string[] = []

  constructor(
    readonly chatRoomId: string,
    readonly userId: string,
  ) {}

  receive(event: ChatEvent): void {
    if (event.event === 'message') this.texts.push(event.content)
    if (event.event === 'messageUpdated') this.texts.push(event.message.content)
    if (event.event === 'message' && !this.messages.has(event.seq)) this.#take(event)
    if (!('rev' in event) || event.event === 'changesSkipped') return
    this.#apply(event)
    if (event.rev > this.position) this.#ahead.add(event.rev)
    while (this.#ahead.delete(this.position + 1)) this.position++
  }

  /** Requests what is missing, if something is known to be missing. */
  async mend(isEnd = false): Promise<void> {
    if (this.#ahead.size === 0 && !isEnd) return
    for (let hasMore = true; hasMore;) {
      const after = this.position
      const page = await ask('getChanges', { chatRoomId: this.chatRoomId, after, limit: 5 }, this.userId)
      expect(page.recovered).toBe(true)
      for (const change of page.changes) this.#apply(change)
      this.position = Math.max(this.position, page.headRev)
      hasMore = page.hasMore
    }
    for (const rev of this.#ahead) if (rev <= this.position) this.#ahead.delete(rev)
    while (this.#ahead.delete(this.position + 1)) this.position++
  }

  /** Forgets everything, as a client does that was removed. */
  forget(): void {
    this.messages.clear()
    this.#versions.clear()
    this.#ahead.clear()
    this.members.clear()
    this.position = 0
  }

  /** Takes only unknown messages from the history. */
  async catchUp(): Promise<void> {
    const { messages } = await ask('getHistory', { chatRoomId: this.chatRoomId, after: 0, limit: 100 }, this.userId)
    for (const message of messages) if (!this.messages.has(message.seq)) this.#take(message)
  }

  #take(message: MessageEvent): void {
    if (this.#isNewer(`m${message.seq}`, message.version ?? 0)) this.messages.set(message.seq, message)
  }

  #apply(change: ChangeEvent): void {
    switch (change.event) {
      case 'messageUpdated':
        return this.#take(change.message)
      case 'messageDeleted':
        if (this.#isNewer(`m${change.seq}`, change.version)) this.messages.set(change.seq, 'deleted')
        return
      case 'roomUpdated':
        if (this.#isNewer('room', change.room.version)) this.topic = change.room.topic
        return
      case 'memberUpdated':
        if (this.#isNewer(`u${change.userId}`, change.version)) this.members.set(change.userId, change.role)
        return
      case 'historyCleared':
      case 'userErased':
        throw new Error(`nobody has done that: ${change.event}`)
    }
  }

  #isNewer(subject: string, version: number): boolean {
    if (version <= (this.#versions.get(subject) ?? -1)) return false
    this.#versions.set(subject, version)
    return true
  }
}

const someMentions = () => (chance(0.4) ? { mentions: [oneOf([...WATCHERS, STRANGER])] } : {})

/** Does something random as one of the writers. What isn't allowed, or comes too late, has no effect. */
async function act(chatRoomId: string, sent: string[], step: number): Promise<void> {
  const userId = oneOf(WRITERS)
  const dice = random()
  const message = { chatRoomId, messageId: oneOf(sent) }
  const work = (): Promise<unknown> => {
    if (sent.length === 0 || dice < 0.2) {
      const threadId = chance(0.4) && sent.length > 0 ? { threadId: sent[0], inRoom: chance(0.3) || undefined } : {}
      const said = { chatRoomId, content: `message ${step}`, ...threadId, ...someMentions() }
      return ask('sendMessage', said, userId).then(({ messageId }) => sent.push(messageId))
    }
    if (dice < 0.4) {
      const reaction = oneOf(['👍', 'tea'])
      return ask(chance(0.7) ? 'addReaction' : 'removeReaction', { ...message, reaction }, userId)
    }
    if (dice < 0.65) return ask('editMessage', { ...message, content: `edit ${step}`, ...someMentions() }, userId)
    if (dice < 0.75) return ask('deleteMessage', message, userId)
    if (dice < 0.85) return ask('updateRoom', { chatRoomId, topic: `topic ${step}` }, 'ada')
    return ask('setRole', { chatRoomId, userId: 'zoe', role: oneOf(['member', 'moderator']) }, 'ada')
  }
  await work().catch((error: unknown) => {
    expect(['forbidden', 'message_not_found', 'conflict']).toContain((error as { code: string }).code)
  })
}

/** Lets the two readers of the stream crash now and then, before or after a write. */
function crashNowAndThen(): () => void {
  return client.use(async (request, send) => {
    const input = JSON.stringify(request.input)
    const isOwn = /"(changes|thread|mentions|state)#|"HeadRev"/.test(input)
    if (!isOwn || !/TransactItems|UpdateExpression|"Item"|Request"/.test(input)) return send(request)
    if (chance(0.05)) throw new Error('crashed before')
    const answer = await send(request)
    if (chance(0.05)) throw new Error('crashed after')
    return answer
  })
}

/** One of the two readers of the stream, each at its own pace. */
class Reader {
  #worked = 0

  constructor(
    readonly stream: readonly DynamoDBRecord[],
    readonly handler: (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>,
  ) {}

  get isDone(): boolean {
    return this.#worked === this.stream.length
  }

  async work(): Promise<void> {
    const Records = this.stream.slice(this.#worked, this.#worked + 1 + Math.floor(random() * 8))
    if (Records.length === 0) return
    // Now and then a batch is processed twice at once, as by two shards.
    const tries = await Promise.allSettled(Array.from({ length: chance(0.2) ? 2 : 1 }, () => this.handler({ Records })))
    const isDone = tries.some((one) => one.status === 'fulfilled' && one.value.batchItemFailures.length === 0)
    if (isDone) this.#worked += Records.length
  }
}

const withoutThread = ({ thread: _, ...message }: MessageEvent): object => message

/**
 * Expects that nothing written after the reply to the kick has reached the kicked user, who comes back as a new client.
 */
async function kickEnds(kim: Watcher, kickedAt: number): Promise<void> {
  const stepOf = (text: string) => Number(text.split(' ')[1])
  expect(kim.texts.filter((text) => stepOf(text) >= kickedAt)).toEqual([])
  await expect(ask('getHistory', { chatRoomId: kim.chatRoomId }, KIM)).rejects.toMatchObject({ code: 'not_a_member' })
  await ask('addMembers', { chatRoomId: kim.chatRoomId, userIds: [KIM] }, 'ada')
  kim.forget()
}

/** Expects threads and mentions to agree with the messages. */
async function talkAgrees(chatRoomId: string, sent: readonly string[]): Promise<void> {
  const include = ['deleted']
  const { messages } = await ask('getHistory', { chatRoomId, after: 0, limit: 100, include }, 'ada')
  const there = messages.filter(({ deleted }) => deleted === undefined)
  const replies = there.filter(({ threadId }) => threadId !== undefined)
  const root = messages.find(({ messageId }) => messageId === sent[0])
  expect(root?.thread?.replies ?? 0).toBe(replies.length)
  expect(root?.thread?.lastSeq).toBe(replies.at(-1)?.seq)
  if (replies.length > 0) {
    const thread = await ask('getHistory', { chatRoomId, threadId: sent[0], after: 0, limit: 100 }, 'ada')
    expect(thread.messages).toEqual(replies)
  }
  for (const userId of [...WATCHERS, STRANGER]) {
    const { mentions } = await ask('getMentions', {}, userId)
    const naming = userId === STRANGER ? [] : there.filter((message) => message.mentions?.includes(userId))
    const ids = mentions.filter((one) => one.chatRoomId === chatRoomId).map(({ messageId }) => messageId)
    expect(ids.sort()).toEqual(naming.map(({ messageId }) => messageId))
  }
}

async function run(seed: number): Promise<void> {
  random = seededRandom(seed)
  const chatRoomId = unique('room')
  const kim = new Watcher(chatRoomId, KIM)
  const watchers = [...WATCHERS.map((userId) => new Watcher(chatRoomId, userId)), kim]
  const members = [...WRITERS, ...watchers.map(({ userId }) => userId)]
  const session = ownSession({ userId: 'ada', connectionId: 'ada=', expiresAt: EXPIRES_AT })
  await createRoom({ chatRoomId, roomName: 'A', createdBy: 'ada', createdAt: 0, owner: 'ada', members, session })
  const joinIds = await Promise.all(watchers.map(({ userId }) => getMembership(chatRoomId, userId)))
  await subscribeRows(
    watchers.map(({ userId }, i) => ({
      ...{ chatRoomId, connectionId: `${userId}=`, userId, joinId: joinIds[i]!.joinId, expiresAt: EXPIRES_AT },
    })),
  )

  const stream: DynamoDBRecord[] = []
  const stop = streamOfWrites(
    client,
    tableName,
    (pk) => pk === `$tabletalk#chatRoomId_${chatRoomId}` || pk.startsWith(`reactions#${chatRoomId}#`),
    (record) => stream.push(record),
  )
  onTestFinished(stop)
  /** Events that were posted and have not arrived yet. */
  const onTheWay: { watcher: Watcher; event: ChatEvent }[] = []
  const handler = streamHandler(async (connectionId, frame) => {
    const watcher = watchers.find(({ userId }) => connectionId === `${userId}=`)
    if (watcher === undefined || chance(0.2)) return
    for (const event of (JSON.parse(Buffer.from(frame).toString()) as EventsFrame).events) {
      for (let times = chance(0.1) ? 2 : 1; times > 0; times--) onTheWay.push({ watcher, event })
    }
  })
  const arrive = (most: number) => {
    for (; most > 0 && onTheWay.length > 0; most--) {
      const [post] = onTheWay.splice(Math.floor(random() * onTheWay.length), 1)
      post!.watcher.receive(post!.event)
    }
  }
  const readers = [new Reader(stream, handler), new Reader(stream, followUp)]
  const work = () => oneOf(readers).work()

  const endCrashes = crashNowAndThen()
  onTestFinished(endCrashes)
  const sent: string[] = []
  const kickedAt = Math.floor(random() * STEPS)
  for (let step = 0; step < STEPS; step++) {
    if (step === kickedAt) await ask('removeMember', { chatRoomId, userId: KIM }, 'ada')
    await act(chatRoomId, sent, step)
    if (chance(0.5)) await work()
    arrive(Math.floor(random() * 6))
    if (chance(0.1)) await oneOf(step < kickedAt ? watchers : watchers.filter((one) => one !== kim)).mend()
  }
  // Processing may write more: the summaries of reactions.
  while (readers.some(({ isDone }) => !isDone)) for (const reader of readers) await reader.work()
  arrive(Infinity)
  endCrashes()

  const head = (await getRoom(chatRoomId))?.headRev ?? 0
  const log = await changesAfter(chatRoomId, { after: 0, head: 1_000, limit: 1_000 })
  expect(log.map(({ rev }) => rev)).toEqual(log.map((_, i) => i + 1))
  // If two readers process a batch at once, one may crash after writing its entries, while the other has delivered the
  // same changes.
  const subjects = (entries: typeof log) => entries.map(({ what, id }) => what + id)
  expect(subjects(log.slice(0, head))).toEqual(expect.arrayContaining(subjects(log.slice(head))))
  await kickEnds(kim, kickedAt)
  await talkAgrees(chatRoomId, sent)
  const wanted = await ask('getHistory', { chatRoomId, after: 0, limit: 100 }, 'ada')
  const { room } = await ask('getRoom', { chatRoomId }, 'ada')
  const zoe = (await getMembership(chatRoomId, 'zoe'))!
  for (const { messageId, reactions = [] } of wanted.messages) {
    const { reactions: rows } = await ask('getReactions', { chatRoomId, messageId }, 'ada')
    for (const { reaction, count } of reactions) {
      expect(rows.filter((row) => row.reaction === reaction)).toHaveLength(count)
    }
    expect(reactions.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length)
  }
  for (const watcher of watchers) {
    // The last events may have been lost with nothing after them. The room's head shows that there is more.
    await watcher.mend(true)
    await watcher.catchUp()
    const seen = [...watcher.messages.values()].filter((message) => message !== 'deleted')
    // The count of a thread is not part of its root's version: a client adds the replies that it has.
    expect(seen.sort((a, b) => a.seq - b.seq).map(withoutThread)).toEqual(wanted.messages.map(withoutThread))
    expect(watcher.position).toBe(head)
    expect(watcher.topic).toBe(room.topic)
    if (zoe.changes !== undefined) expect(watcher.members.get('zoe')).toBe(zoe.role)
  }
}

test.for(Array.from({ length: SEEDS }, (_, i) => i + 1))(
  'what four send, reply, edit, delete and react, lost, doubled, reordered and cut off: all have what the table has, seed %i',
  run,
)
