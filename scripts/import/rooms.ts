import { kinds } from '../../src/archive/kinds.ts'
import { type Line, rowOf } from '../../src/archive/line.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { seqOf } from '../../src/entities/message.ts'
import type { Outcome } from './put-line.ts'

/**
 * Most heads that are remembered. They save requests: a room whose messages follow each other is asked once per batch.
 */
const MAX_HEADS = 10_000

/**
 * The rooms of an archive. They are created before anything else of them is written, and their heads are raised before
 * their messages are written.
 */
export class Rooms {
  /** By room id, the reason why the room isn't imported. */
  readonly refused: Map<string, string>
  readonly #heads = new Map<string, number>()

  constructor(refused: Readonly<Record<string, string>> = {}) {
    this.refused = new Map(Object.entries(refused))
  }

  /**
   * Creates the room. An existing room of the same id stays unchanged if it has another creator or creation time, and
   * the archive's room is refused.
   */
  async put(line: Line): Promise<Outcome> {
    const row = rowOf(line) as { chatRoomId: string; createdAt: number; createdBy: string; headSeq?: number }
    const { chatRoomId, createdAt, createdBy, headSeq = 0 } = row
    const { rejected, data } = await kinds.room.entity
      .create({ ...row, imported: true })
      .go({ returnOnConditionCheckFailure: 'all_old' })
    if (!rejected) return 'written'
    if (data?.createdAt !== createdAt || data.createdBy !== createdBy)
      return this.#refuse(chatRoomId, 'another room has this id')
    await this.#raise(chatRoomId, headSeq)
    return 'there'
  }

  /** Raises the heads of the rooms above these messages, so that no `sendMessage` gets one of their numbers. */
  async reserve(messages: readonly Line[]): Promise<void> {
    const heads = new Map<string, number>()
    for (const message of messages as unknown as readonly { chatRoomId: string; messageId: string }[]) {
      heads.set(message.chatRoomId, Math.max(heads.get(message.chatRoomId) ?? 0, seqOf(message)))
    }
    for (const [chatRoomId, head] of heads) {
      if (this.refused.has(chatRoomId) || (this.#heads.get(chatRoomId) ?? -1) >= head) continue
      if (!(await this.#raise(chatRoomId, head))) this.#refuse(chatRoomId, 'there is no such room')
    }
  }

  #refuse(chatRoomId: string, reason: string): Outcome {
    this.refused.set(chatRoomId, reason)
    return { refused: `${chatRoomId}: ${reason}` }
  }

  /** Returns false if there is no such room. */
  async #raise(chatRoomId: string, head: number): Promise<boolean> {
    const { rejected, data } = await ChatRoom.patch({ chatRoomId })
      .set({ headSeq: head })
      .where((row, { lt }) => lt(row.headSeq, head))
      .go({ response: 'all_new', returnOnConditionCheckFailure: 'all_old' })
    const now = rejected ? data?.headSeq : head
    if (now === undefined) return false
    if (this.#heads.size >= MAX_HEADS) this.#heads.clear()
    this.#heads.set(chatRoomId, now)
    return true
  }
}
