import type { MessageEvent } from '../src/protocol/events.ts'

/** Users that the server names for a thread: who replied last. */
const NAMED = 3

/**
 * The replies that this client has seen, by thread. The server counts a thread's replies a moment after they were said
 * and tells nobody, because everybody has the replies themselves. So a root says how many there were; these add what
 * has come since, and take off what was deleted since.
 */
export class ThreadReplies {
  readonly #threads = new Map<string, { replies: Map<number, MessageEvent>; gone: Set<number> }>()

  /** A message has come, or is another one. */
  put(message: MessageEvent): void {
    const { threadId, messageId, seq, deleted } = message
    if (threadId === undefined) return this.#threads.get(messageId)?.gone.clear()
    const { replies } = this.#of(threadId)
    if (deleted) replies.delete(seq)
    else replies.set(seq, message)
  }

  /** A reply was deleted, which a root of before still counts. */
  deleted({ threadId, seq }: MessageEvent): void {
    if (threadId !== undefined) this.#of(threadId).gone.add(seq)
  }

  /** The summary of a message's thread as it is now; `undefined` for a message without replies. */
  summary({ messageId, thread }: MessageEvent): MessageEvent['thread'] {
    const known = this.#threads.get(messageId)
    if (!known) return thread
    const { replies: counted = 0, lastSeq = 0, lastAt = 0, lastUserIds = [] } = thread ?? {}
    const later = [...known.replies.values()].filter(({ seq }) => seq > lastSeq).sort((a, b) => b.seq - a.seq)
    const gone = [...known.gone].filter((seq) => seq <= lastSeq)
    const replies = counted + later.length - gone.length
    const newest = later[0] ?? { seq: lastSeq, timestamp: lastAt }
    const users = [...new Set([...later.map(({ senderId }) => senderId), ...lastUserIds])].slice(0, NAMED)
    if (replies <= 0) return undefined
    return { replies, lastSeq: newest.seq, lastAt: newest.timestamp, lastUserIds: users }
  }

  /** A message is no longer kept. @param hasRoot whether the root of its thread is */
  forget({ messageId, threadId, seq }: MessageEvent, hasRoot: boolean): void {
    this.#threads.delete(messageId)
    if (threadId !== undefined && !hasRoot) this.#threads.get(threadId)?.replies.delete(seq)
  }

  #of(rootId: string) {
    const known = this.#threads.get(rootId) ?? { replies: new Map<number, MessageEvent>(), gone: new Set<number>() }
    this.#threads.set(rootId, known)
    return known
  }
}
