/**
 * A stream handler as Lambda would run it, one batch at a time, in a process of its own. The gateway to which it posts
 * is a stub.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { messageIdOf, putMessage } from '../../src/entities/message.ts'
import { putReaction } from '../../src/entities/reaction.ts'
import { subscribe } from '../../src/entities/subscription.ts'
import { streamHandler } from '../../src/streams/handler.ts'
import { answerCalls } from '../shared/rpc.ts'

/** The posts that the gateway received. */
interface Posted {
  /** Numbers of the connections, one for each post. */
  connections: number[]
  /** How many of the posts tell of changes. */
  withChanges: number
  /** Epoch milliseconds of the response to the last post. */
  lastAt: number
}

/** Peaks, in MiB. */
interface Memory {
  /** The heap after a garbage collection. */
  live: number
  resident: number
}

/**
 * Milliseconds that the gateway takes for a post. A handler with 256 concurrent posts makes at most 2,560 per second.
 */
const LATENCY_MS = 100
const SAMPLE_MS = 500
const TELLS_OF_CHANGES = /"event":"(messageUpdated|changesSkipped)"/
const MIB = 2 ** 20

export interface HandlerReport {
  posted: Posted
  peak: Memory
}

const posted: Posted = { connections: [], withChanges: 0, lastAt: 0 }
let dieAt = Infinity
let die = () => {}

const handler = streamHandler(async (connectionId, frame) => {
  if (posted.connections.length >= dieAt) {
    die()
    await new Promise(() => {})
  }
  posted.connections.push(Number(/\d+/.exec(connectionId)![0]))
  if (TELLS_OF_CHANGES.test(Buffer.from(frame).toString())) posted.withChanges += 1
  await sleep(LATENCY_MS)
  posted.lastAt = Date.now()
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const peak: Memory = { live: 0, resident: 0 }
setInterval(() => {
  peak.resident = Math.max(peak.resident, process.memoryUsage.rss() / MIB)
  collect()
  peak.live = Math.max(peak.live, getHeapStatistics().used_heap_size / MIB)
}, SAMPLE_MS).unref()

const calls = {
  async createRoom({ chatRoomId }: { chatRoomId: string }) {
    await ChatRoom.put({ chatRoomId, roomName: chatRoomId, createdBy: 'user-0', createdAt: Date.now() }).go()
  },

  /** Subscribes `connection-from` to `connection-(to - 1)`. */
  async subscribe({ chatRoomId, from, to }: { chatRoomId: string; from: number; to: number }) {
    const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600
    const rows = Array.from({ length: to - from }, (_, i) => {
      const connectionId = `connection-${String(from + i)}=`
      const session = { userId: `user-${String(from + i)}`, sessionKey: connectionId, connectionId, expiresAt }
      return { session, room: { chatRoomId, joinId: 'join-1' } }
    })
    await subscribe(rows)
  },

  async putMessage({ chatRoomId, seq }: { chatRoomId: string; seq: number }) {
    await putMessage({
      chatRoomId,
      messageId: messageIdOf(seq),
      kind: 'broadcast',
      senderId: 'user-0',
      content: 'x'.repeat(200),
      timestamp: Date.now(),
    })
  },

  /** `user-from` to `user-(to - 1)` react to a message, as the route writes it. */
  async react({ chatRoomId, seq, from, to }: { chatRoomId: string; seq: number; from: number; to: number }) {
    const reaction = { chatRoomId, messageId: messageIdOf(seq), reaction: '👏', at: Date.now() }
    const users = Array.from({ length: to - from }, (_, i) => `user-${String(from + i)}`)
    await Promise.all(users.map((userId) => putReaction({ ...reaction, userId })))
  },

  async handle(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    return handler(event)
  },

  /**
   * Makes so many more posts and then hangs during its work. Resolves when it hangs, so that the parent can kill it.
   */
  async dieAfter({ posts }: { posts: number }) {
    await new Promise<void>((resolve) => {
      die = resolve
      dieAt = posted.connections.length + posts
    })
  },

  async report(): Promise<HandlerReport> {
    return { posted, peak: { live: Math.round(peak.live), resident: Math.round(peak.resident) } }
  },
}

export type HandlerCalls = typeof calls

answerCalls(calls)
