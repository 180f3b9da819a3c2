import type { MessageEvent } from '../src/protocol/events.ts'

/** The server names this many users for each thread, those who replied last. */
const NAMED = 3

/**
 * Keeps the replies that this client has seen, by thread, to know how many replies a thread has.
 *
 * The server counts the replies a moment after they were sent, and sends no event for it, because all members receive
 * the replies themselves. So the count in a root may be out of date. If all replies are known, this class counts them.
 * Otherwise it adds to the root's count the replies that arrived since, and subtracts those that were deleted since.
 * That may be wrong by one until the root is read again: a count doesn't tell whether it was made before or after a
 * deletion that arrives at about the same time.
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

  /**
   * Returns the current summary of the thread of a message, or undefined if it has no replies.
   *
   * @param isWhole whether all replies are known, so that the server's count isn't needed
   */
  summary({ messageId, thread }: MessageEvent, isWhole: boolean): MessageEvent['thread'] {
    const base = isWhole ? undefined : thread
    const known = this.#threads.get(messageId)
    if (!known) return base
    const { replies: counted = 0, lastSeq = 0, lastAt = 0, lastUserIds = [] } = base ?? {}
    const later = [...known.replies.values()].filter(({ seq }) => seq > lastSeq).sort((a, b) => b.seq - a.seq)
    const gone = [...known.gone].filter(([seq, isCounted]) => isCounted && seq <= lastSeq)
    const replies = counted + later.length - gone.length
    const newest = later[0] ?? { seq: lastSeq, timestamp: lastAt }
    const users = [...new Set([...later.map(({ senderId }) => senderId), ...lastUserIds])].slice(0, NAMED)
    if (replies <= 0) return undefined
    return { replies, lastSeq: newest.seq, lastAt: newest.timestamp, lastUserIds: users }
  }

  /** Forgets a message that the store no longer has. The replies that it still has count if their root comes back. */
  forget({ messageId, threadId, seq }: MessageEvent): void {
    const thread = this.#threads.get(threadId ?? messageId)
    if (threadId === undefined) thread?.gone.clear()
    else thread?.replies.delete(seq)
    if (thread?.replies.size === 0 && thread.gone.size === 0) this.#threads.delete(threadId ?? messageId)
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
