import { messageIdOf } from '../../src/entities/message.ts'
import { MAX_CONTENT_BYTES } from '../../src/protocol/limits.ts'

/** A line of an archive. The import checks it. */
export type Line = { type: string } & Record<string, unknown>

/** A message of another service. */
export interface Said {
  senderId: string
  /** Epoch milliseconds. */
  at: number
  text: string
  editedAt?: number | undefined
  mentions?: string[]
  /** By emoji: who reacted, and when. */
  reactions?: { reaction: string; userId: string; at: number }[]
  /** Paths below the folder of files. */
  files?: string[]
  threadId?: string
  inRoom?: boolean
}

/** Summary of a message's replies, as it is stored with the thread's first message. */
export interface Thread {
  replies: number
  lastSeq: number
  lastAt: number
  lastUserIds: string[]
}

/** Numbers the messages of a room in the order in which they are given. */
export class Room {
  readonly chatRoomId: string
  #seq: number

  constructor(chatRoomId: string, seq = 0) {
    this.chatRoomId = chatRoomId
    this.#seq = seq
  }

  /** The number of the last message. */
  get seq(): number {
    return this.#seq
  }

  /** Yields the lines of a message. There are several if its text is too long for one, or if it has files. */
  *linesOf(said: Said, thread?: Thread): Generator<Line> {
    const { reactions = [], mentions = [], files = [], text, threadId, inRoom, editedAt } = said
    const beside = { ...(threadId && { threadId }), ...(threadId && inRoom && { inRoom }) }
    const pieces = piecesOf(text)
    const common = { chatRoomId: this.chatRoomId, senderId: said.senderId, timestamp: said.at, ...beside }
    for (const [i, content] of pieces.entries()) {
      const messageId = messageIdOf(++this.#seq)
      const isFirst = i === 0
      yield {
        ...{ type: 'message', ...common, messageId, kind: 'text', content },
        ...(isFirst && mentions.length > 0 && { mentions }),
        ...(isFirst && editedAt !== undefined && { editedAt, version: 1 }),
        ...(isFirst && reactions.length > 0 && { reactions: summaryOf(reactions) }),
        ...(isFirst && thread && { thread }),
      }
      if (!isFirst) continue
      for (const reaction of reactions) yield { type: 'reaction', chatRoomId: this.chatRoomId, messageId, ...reaction }
    }
    for (const [i, file] of files.entries()) {
      const isRoot = pieces.length === 0 && i === 0
      const messageId = messageIdOf(++this.#seq)
      yield {
        type: 'message',
        ...common,
        messageId,
        kind: 'file',
        content: '',
        file,
        ...(isRoot && thread && { thread }),
      }
    }
  }
}

/** Returns how many numbers a message takes. */
export const numbersOf = ({ text, files = [] }: Pick<Said, 'text' | 'files'>): number =>
  piecesOf(text).length + files.length

/** Splits a text into parts that each fit into a message. Cuts between characters. */
function piecesOf(text: string): string[] {
  if (Buffer.byteLength(text) <= MAX_CONTENT_BYTES) return text === '' ? [] : [text]
  const pieces: string[] = []
  let [piece, bytes] = ['', 0]
  for (const character of text) {
    const size = Buffer.byteLength(character)
    if (bytes + size > MAX_CONTENT_BYTES) {
      pieces.push(piece)
      ;[piece, bytes] = ['', 0]
    }
    piece += character
    bytes += size
  }
  return [...pieces, piece]
}

const MAX_NAMED = 10

function summaryOf(reactions: NonNullable<Said['reactions']>) {
  const byReaction = new Map<string, typeof reactions>()
  for (const one of reactions) byReaction.set(one.reaction, [...(byReaction.get(one.reaction) ?? []), one])
  return [...byReaction].map(([reaction, of]) => ({
    reaction,
    count: of.length,
    userIds: of.slice(0, MAX_NAMED).map(({ userId }) => userId),
  }))
}

const LAST_USERS = 3

/** Returns the thread with one more reply, which takes `numbers` numbers up to `seq`. */
export function withReply(
  thread: Thread | undefined,
  reply: { seq: number; numbers: number; at: number; senderId: string },
): Thread {
  const others = (thread?.lastUserIds ?? []).filter((userId) => userId !== reply.senderId)
  return {
    replies: (thread?.replies ?? 0) + reply.numbers,
    lastSeq: reply.seq,
    lastAt: reply.at,
    lastUserIds: [reply.senderId, ...others].slice(0, LAST_USERS),
  }
}
