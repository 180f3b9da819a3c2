import type { MessageEvent } from '../src/protocol/events.ts'

/** The server names this many users for each thread, those who replied last. */
const NAMED = 3

/**
 * Keeps the replies that this client has seen, by thread, to know how many replies a thread has.
 *
 * The server counts the replies a moment after they were sent, and sends no event for it, because all members receive
 * the replies themselves. So the count in a root may be out of date. This class adds the replies that arrived since and
 * subtracts those that were deleted since.
 */
export class ThreadReplies {
  /** `gone`: the deleted replies, by `seq`, and whether the root's count still includes them. */
  readonly #threads = new Map<string, { replies: Map<number, MessageEvent>; gone: Map<number, boolean> }>()

  /**
   * Takes over a message that has arrived or changed.
   *
   * @param isCounted whether the server has counted its replies anew
   */
  put(message: MessageEvent, isCounted: boolean): void {
    const { threadId, messageId, seq, deleted } = message
    if (threadId === undefined) {
      const gone = this.#threads.get(messageId)?.gone
      // A count whose last reply is a deleted one was made before the deletion, and has come after it.
      if (isCounted) for (const reply of gone?.keys() ?? []) gone!.set(reply, reply === message.thread?.lastSeq)
      return
    }
    const { replies } = this.#of(threadId)
    if (deleted) replies.delete(seq)
    else replies.set(seq, message)
  }

  /** Takes over the deletion of a reply. The first time, the root's count still includes it. */
  deleted(threadId: string, seq: number): void {
    const { gone } = this.#of(threadId)
    if (!gone.has(seq)) gone.set(seq, true)
  }

  /** Returns the current summary of the thread of a message, or undefined if it has no replies. */
  summary({ messageId, thread }: MessageEvent): MessageEvent['thread'] {
    const known = this.#threads.get(messageId)
    if (!known) return thread
    const { replies: counted = 0, lastSeq = 0, lastAt = 0, lastUserIds = [] } = thread ?? {}
    const later = [...known.replies.values()].filter(({ seq }) => seq > lastSeq).sort((a, b) => b.seq - a.seq)
    const gone = [...known.gone].filter(([seq, isCounted]) => isCounted && seq <= lastSeq)
    const replies = counted + later.length - gone.length
    const newest = later[0] ?? { seq: lastSeq, timestamp: lastAt }
    const users = [...new Set([...later.map(({ senderId }) => senderId), ...lastUserIds])].slice(0, NAMED)
    if (replies <= 0) return undefined
    return { replies, lastSeq: newest.seq, lastAt: newest.timestamp, lastUserIds: users }
  }

  /**
   * Forgets a message that the store no longer has.
   *
   * @param hasRoot whether the store still has the root of the message's thread
   */
  forget({ messageId, threadId, seq }: MessageEvent, hasRoot: boolean): void {
    this.#threads.delete(messageId)
    if (threadId !== undefined && !hasRoot) this.#threads.get(threadId)?.replies.delete(seq)
  }

  #of(rootId: string) {
    const known = this.#threads.get(rootId) ?? {
      replies: new Map<number, MessageEvent>(),
      gone: new Map<number, boolean>(),
    }
    this.#threads.set(rootId, known)
    return known
  }
}
