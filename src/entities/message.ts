import { createWriteTransaction, CustomAttributeType, Entity, type EntityItem } from 'electrodb'
import { Audit, type AuditRow } from './audit.ts'
import type { Drawn } from './chat-room.ts'
import { expiryOf } from './retention.ts'
import { transact } from './transact.ts'
import { Unavailable } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import type { MessageEvent } from '../protocol/events.ts'
import { untilProcessed } from './until-processed.ts'
import { client, imported, primary, service, table } from './table.ts'

export type ThreadCount = NonNullable<MessageEvent['thread']>
export type ReactionCounts = NonNullable<MessageEvent['reactions']>

/**
 * A message, or a place that stays empty. Key: ChatRoomId + MessageId, in the room's partition and in seq order.
 *
 * - AP19 `putMessage`: keep a message at its place
 * - AP20 `sealHoles`: no message will ever be at these places
 * - AP21 `getMessage`: which message is at this place?
 * - AP22 `messagesBetween`: which places are in this range, forwards or backwards?
 * - AP34 `getMessages`: which messages are at these places, and which were there?
 * - AP86 `editMessage`: what does this message say from now on?
 * - AP87 `eraseMessage`: is this message gone from now on?
 * - AP149 `forgetMessage`: is nothing left of this message, nor of who said it?
 * - AP156 `setThumbs`: was this message's picture made small?
 * - AP118 `setThread`: what do the replies to it come to, if nobody has counted them in between?
 * - AP113 `setReactions`: what do its reactions come to, if nobody has counted them in between?
 */
export const Message = new Entity(
  {
    model: { entity: 'Message', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      messageId: { type: 'string', field: 'MessageId', required: true },
      /**
       * `hole`: the number was handed out, but there will be no message; `deleted`: there was one. Readers skip both.
       */
      kind: { type: ['text', 'broadcast', 'file', 'hole', 'deleted'] as const, field: 'Kind', required: true },
      senderId: { type: 'string', field: 'SenderId', required: true },
      content: { type: 'string', field: 'Content', required: true },
      /** Epoch milliseconds, by the server's clock. */
      timestamp: { type: 'number', field: 'Timestamp', required: true },
      clientMessageId: { type: 'string', field: 'ClientMessageId' },
      /**
       * When the number before this one was drawn: an upper bound of when each lower one was, so it tells whether an
       * empty place below can still be filled. Absent in rows of version 0.1.0.
       */
      prevDrawnAt: { type: 'number', field: 'PrevDrawnAt' },
      /** How often it was changed; whatever raises it becomes an entry of the room's change log. */
      version: { type: 'number', field: 'Version' },
      /** When the content was last edited, epoch milliseconds; later than at the edit before. */
      editedAt: { type: 'number', field: 'EditedAt' },
      deletedAt: { type: 'number', field: 'DeletedAt' },
      deletedBy: { type: 'string', field: 'DeletedBy' },
      /** Epoch seconds, the table's TTL, where the room keeps messages for a time. */
      expiresAt: { type: 'number', field: 'expiresAt' },
      /** JSON. */
      metadata: { type: 'string', field: 'Metadata' },
      /** The sending connection. It receives the reply, so it receives no event of a `text`. */
      originConnectionId: { type: 'string', field: 'OriginConnectionId' },
      /** The `sub` of the backend's token that sent it as this sender, for audit. */
      via: { type: 'string', field: 'Via' },
      /** API Gateway's id of the frame or request that wrote it, by which the logs are searched. */
      traceId: { type: 'string', field: 'TraceId' },
      /** The file's S3 URI. It is signed whenever it is given out, because a signed URL kept here would expire. */
      fileUrl: { type: 'string', field: 'FileUrl' },
      /** The version that was verified, in the bucket that `fileUrl` names. Absent in rows of version 0.1.0. */
      versionId: { type: 'string', field: 'VersionId' },
      uploadId: { type: 'string', field: 'UploadId' },
      fileName: { type: 'string', field: 'FileName' },
      contentType: { type: 'string', field: 'ContentType' },
      /** Of a text file, if it is UTF-8. */
      charset: { type: ['utf-8'] as const, field: 'Charset' },
      /** Bytes. */
      size: { type: 'number', field: 'Size' },
      /** Of a picture, as its uploader gave them: pixels, and base64 of a blur to show while it loads. */
      width: { type: 'number', field: 'Width' },
      height: { type: 'number', field: 'Height' },
      thumbhash: { type: 'string', field: 'Thumbhash' },
      /** Of a picture that was made small, the longest sides of what was made, px, ascending. */
      thumbs: { type: CustomAttributeType<readonly number[]>('any'), field: 'Thumbs' },
      /** The message that this one quotes: an id, whatever became of it. */
      replyTo: { type: 'string', field: 'ReplyTo' },
      /** The root of the thread that it is a reply in. */
      threadId: { type: 'string', field: 'ThreadId' },
      /** A reply that is meant for the room as well. */
      inRoom: { type: 'boolean', field: 'InRoom' },
      /**
       * JSON of user ids as the sender gave them, without their own: whether they are members is found out for their
       * `Mention`s.
       */
      mentions: { type: 'string', field: 'Mentions' },
      mentionsRoom: { type: 'boolean', field: 'MentionsRoom' },
      /** Who has pinned it, and when, epoch milliseconds; both are absent when it isn't pinned. */
      pinnedBy: { type: 'string', field: 'PinnedBy' },
      pinnedAt: { type: 'number', field: 'PinnedAt' },
      /** Of a root: what the rows of `ThreadReply` come to. It makes no other version of it. */
      thread: { type: CustomAttributeType<ThreadCount>('any'), field: 'Thread' },
      /** How often that was written, as with `reactionsAt`. */
      threadAt: { type: 'number', field: 'ThreadAt' },
      /** What the rows of `Reaction` come to. */
      reactions: { type: CustomAttributeType<ReactionCounts>('any'), field: 'Reactions' },
      /** How often that was written: who has counted an older state can't overwrite a newer one. */
      reactionsAt: { type: 'number', field: 'ReactionsAt' },
      imported,
    },
    indexes: { room: primary(['chatRoomId'], ['messageId']) },
  },
  { table, client },
)

export type MessageRow = EntityItem<typeof Message>

/** What a message has beside its content, and an upload for the message that is to be. */
export type Aside = Partial<
  Pick<MessageRow, 'replyTo' | 'threadId' | 'inRoom' | 'mentions' | 'mentionsRoom' | 'metadata'>
>

/** The same of a row that has more, always in one order: of two that say the same, the JSON is the same. */
export const asideIn = ({ replyTo, threadId, inRoom, mentions, mentionsRoom, metadata }: Aside): Aside =>
  defined({ replyTo, threadId, inRoom, mentions, mentionsRoom, metadata })

/** What is known of a file's looks before it is there. */
export type Look = Partial<Pick<MessageRow, 'width' | 'height' | 'thumbhash'>>

/** The same of a row that has more. */
export const lookIn = ({ width, height, thumbhash }: Look): Look => defined({ width, height, thumbhash })

/** Whom a message mentions, without its sender. */
export const mentionsIn = ({ mentions }: Pick<MessageRow, 'mentions'>): string[] =>
  mentions === undefined ? [] : (JSON.parse(mentions) as string[])

const WIDTH = 16

/** `seq` as 16 digits, because strings of one width sort as the numbers do. */
export const messageIdOf = (seq: number): string => String(seq).padStart(WIDTH, '0')

export const seqOf = (message: { messageId: string }): number => Number(message.messageId)

/**
 * AP19. Returns `sealed` when the place is taken, by a reader who has declared it empty: the message needs another
 * number then. The same message at the place was written by an attempt whose response was lost.
 */
export async function putMessage(message: MessageRow): Promise<'kept' | 'sealed'> {
  const { rejected, data } = await Message.create(message).go({ returnOnConditionCheckFailure: 'all_old' })
  return rejected && !isSame(data, message) ? 'sealed' : 'kept'
}

/** It may have been edited or deleted meanwhile. */
const isSame = (row: MessageRow | null | undefined, message: MessageRow): boolean =>
  row?.senderId === message.senderId &&
  row.timestamp === message.timestamp &&
  (row.content === message.content || row.version !== undefined)

/** A place that is to stay empty. */
export type Hole = Omit<Drawn, 'drawnAt'>

const entities = { Message }

/**
 * AP20. One transaction of at most 100 puts. A message that is written first stays, and the other places are sealed
 * without it.
 *
 * @returns the messages that were written first
 * @throws Unavailable when the transaction conflicted with others five times or was throttled
 */
export async function sealHoles(chatRoomId: string, holes: readonly Hole[], now: number): Promise<MessageRow[]> {
  const late: MessageRow[] = []
  for (let left = holes; left.length > 0;) {
    const transaction = createWriteTransaction(entities, (tx) =>
      left.map(({ seq, prevDrawnAt, retentionDays }) =>
        tx.Message.create({
          ...emptyPlace(chatRoomId, seq, now),
          ...defined({ prevDrawnAt }),
          ...expiryOf(defined({ retentionDays }), now),
        }).commit({
          response: 'all_old',
        }),
      ),
    )
    const { canceled, data } = await transact('seal the holes', () => transaction.go())
    if (!canceled) break
    const parts = data as readonly { code: string; item?: MessageRow | null }[]
    late.push(...parts.flatMap(({ item }) => (item && item.kind !== 'hole' ? [item] : [])))
    left = left.filter((_, i) => parts[i]!.code !== 'ConditionalCheckFailed')
  }
  return late
}

const emptyPlace = (chatRoomId: string, seq: number, now: number): MessageRow => ({
  chatRoomId,
  messageId: messageIdOf(seq),
  kind: 'hole',
  senderId: '',
  content: '',
  timestamp: now,
})

/** AP21. Undefined for one that was deleted, too. */
export async function getMessage(chatRoomId: string, messageId: string): Promise<MessageRow | undefined> {
  const { data } = await Message.get({ chatRoomId, messageId }).go({ consistent: true })
  return data === null || data.kind === 'hole' || data.kind === 'deleted' ? undefined : data
}

/**
 * AP22. The places (messages and holes) from `first` to `last`, both inclusive, at most `limit`, in one request: also
 * fewer than there are when they are larger than 1 MB. The query uses `between`, because an open range would also read
 * other entities in the room's partition.
 *
 * @returns the places in the order that was asked for; `whole` when the range has no others
 */
export async function messagesBetween(
  chatRoomId: string,
  { first, last, limit, order }: { first: number; last: number; limit: number; order: 'asc' | 'desc' },
): Promise<{ rows: MessageRow[]; whole: boolean }> {
  const { data, cursor } = await Message.query
    .room({ chatRoomId })
    .between({ messageId: messageIdOf(first) }, { messageId: messageIdOf(last) })
    .go({ consistent: true, order, limit })
  return { rows: data, whole: cursor === null }
}

/**
 * AP34. The messages at these places, in no order, with those that were deleted; a place that never had one is left
 * out.
 *
 * @param consistent false costs half, and may leave out what was written a moment ago
 */
export async function getMessages(
  chatRoomId: string,
  seqs: readonly number[],
  { consistent = true } = {},
): Promise<MessageRow[]> {
  const messages: MessageRow[] = []
  const ids = [...new Set(seqs)].map(messageIdOf)
  await untilProcessed(ids, async (left) => {
    const { data, unprocessed } = await Message.get(left.map((messageId) => ({ chatRoomId, messageId }))).go({
      consistent,
      concurrent: 4,
    })
    messages.push(...data.filter((message) => message.kind !== 'hole'))
    return { unprocessed: unprocessed.map(({ messageId }) => messageId) }
  })
  return messages
}

/** What a message says from now on; what is left out stays as it is. */
export interface MessageEdit extends Pick<Aside, 'mentions' | 'mentionsRoom' | 'metadata'> {
  editedAt: number
  content: string
}

/**
 * AP86. Only while it is as it was read: neither deleted nor edited meanwhile. Returns the row from now on, or
 * undefined when it is another one.
 */
export async function editMessage(
  { chatRoomId, messageId, kind, editedAt }: MessageRow,
  { mentionsRoom, ...edit }: MessageEdit,
): Promise<MessageRow | undefined> {
  const { rejected, data } = await Message.patch({ chatRoomId, messageId })
    .set({ ...edit, ...(mentionsRoom && { mentionsRoom }) })
    .remove(mentionsRoom === false ? ['mentionsRoom'] : [])
    .add({ version: 1 })
    .where((row, { eq, notExists }) => {
      const asEdited = editedAt === undefined ? notExists(row.editedAt) : eq(row.editedAt, editedAt)
      return `${eq(row.kind, kind)} AND ${asEdited}`
    })
    .go({ response: 'all_new', returnOnConditionCheckFailure: true })
  return rejected ? undefined : data
}

type Where = Parameters<ReturnType<typeof putOne>['where']>[0]

const putOne = (row: MessageRow) => Message.put(row)

/** What stays of a message that was deleted: who sent it and when, its place, its part in a thread, and its guard. */
const lasting = ({ chatRoomId, messageId, senderId, timestamp, ...row }: MessageRow) => ({
  chatRoomId,
  messageId,
  senderId,
  timestamp,
  ...defined({
    clientMessageId: row.clientMessageId,
    prevDrawnAt: row.prevDrawnAt,
    expiresAt: row.expiresAt,
    via: row.via,
    threadId: row.threadId,
    inRoom: row.inRoom,
    thread: row.thread,
    threadAt: row.threadAt,
  }),
})

/**
 * AP87. The row is written anew, so that nothing else of it is left, whoever wrote it: only while it is the version
 * that was read. It can't be undone.
 *
 * @param audit notes it, where it isn't the sender's own doing
 * @returns the row from now on, or undefined when it is another one than was read
 * @throws Unavailable when nothing was written
 */
export async function eraseMessage(
  message: MessageRow,
  deletion: { deletedAt: number; deletedBy: string },
  audit?: AuditRow,
): Promise<MessageRow | undefined> {
  const row: MessageRow = {
    ...lasting(message),
    ...deletion,
    kind: 'deleted',
    content: '',
    version: (message.version ?? 0) + 1,
  }
  const asRead = unchangedSince(message)
  if (audit === undefined) {
    const { rejected } = await putOne(row).where(asRead).go({ returnOnConditionCheckFailure: true })
    return rejected ? undefined : row
  }
  const transaction = createWriteTransaction({ Audit, Message }, (tx) => [
    tx.Message.put(row).where(asRead).commit(),
    tx.Audit.put(audit).commit(),
  ])
  const { canceled } = await transact('delete the message', () => transaction.go())
  return canceled ? undefined : row
}

/** Whose message it was, and the id that stands for them. */
interface Forgotten {
  userId: string
  erasedAs: string
  /** Epoch milliseconds, of one that wasn't deleted before. */
  deletedAt: number
}

/** What is left of a message whose sender is erased with all that they have said. */
export function forgotten(message: MessageRow, { userId, erasedAs, deletedAt }: Forgotten): MessageRow {
  const { clientMessageId: _, ...rest } = lasting(message)
  const { deletedBy = userId, version } = message
  return {
    ...rest,
    senderId: erasedAs,
    kind: 'deleted',
    content: '',
    deletedAt: message.deletedAt ?? deletedAt,
    deletedBy: deletedBy === userId ? erasedAs : deletedBy,
    ...defined({ version }),
  }
}

/**
 * AP149. What an erased user has said, whatever has become of it since: the row is written anew, with the id that
 * stands for them. It stays the version that it was, because everybody is told of the erasure, not of each message.
 *
 * @throws Unavailable when others have changed it twenty times meanwhile
 */
export async function forgetMessage(
  { chatRoomId, messageId }: Pick<MessageRow, 'chatRoomId' | 'messageId'>,
  erasure: Forgotten,
): Promise<void> {
  for (let attempt = 0; attempt < MAX_FORGETS; attempt++) {
    const { data: message } = await Message.get({ chatRoomId, messageId }).go({ consistent: true })
    if (message === null) return
    const row = forgotten(message, erasure)
    const { rejected } = await putOne(row).where(unchangedSince(message)).go({ returnOnConditionCheckFailure: true })
    if (!rejected) return
  }
  throw new Unavailable('unable to forget the message; too many change it at once')
}

/** Reactions and edits come in between, one at a time. */
const MAX_FORGETS = 20

const unchangedSince =
  ({ kind, version }: MessageRow): Where =>
  (stored, { eq, notExists }) =>
    `${eq(stored.kind, kind)} AND ${version === undefined ? notExists(stored.version) : eq(stored.version, version)}`

/**
 * AP113. The message is another version then, which is what tells everybody. Returns false when the reactions were
 * written since this row was read: count again.
 */
export async function setReactions(
  { chatRoomId, messageId, reactionsAt }: Pick<MessageRow, 'chatRoomId' | 'messageId' | 'reactionsAt'>,
  reactions: ReactionCounts,
): Promise<boolean> {
  const { rejected } = await Message.patch({ chatRoomId, messageId })
    .set({ reactionsAt: (reactionsAt ?? 0) + 1, ...(reactions.length > 0 && { reactions }) })
    .remove(reactions.length === 0 ? ['reactions'] : [])
    .add({ version: 1 })
    .where((row, { eq, ne, notExists }) => {
      const asRead = reactionsAt === undefined ? notExists(row.reactionsAt) : eq(row.reactionsAt, reactionsAt)
      return `${ne(row.kind, 'deleted')} AND ${asRead}`
    })
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/**
 * AP156. The message is another version then, which is what tells everybody. Returns false when the file is its no
 * longer: it was deleted.
 */
export async function setThumbs(
  { chatRoomId, messageId, fileUrl }: Pick<MessageRow, 'chatRoomId' | 'messageId' | 'fileUrl'>,
  thumbs: readonly number[],
): Promise<boolean> {
  const { rejected } = await Message.patch({ chatRoomId, messageId })
    .set({ thumbs })
    .add({ version: 1 })
    .where((row, { eq }) => `${eq(row.kind, 'file')} AND ${eq(row.fileUrl, fileUrl ?? '')}`)
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/**
 * AP118. It stays the version that it is: who is connected has the replies themselves. Returns false when the replies
 * were written since this row was read.
 *
 * @param thread undefined when it has none
 */
export async function setThread(
  { chatRoomId, messageId, threadAt }: Pick<MessageRow, 'chatRoomId' | 'messageId' | 'threadAt'>,
  thread: ThreadCount | undefined,
): Promise<boolean> {
  const { rejected } = await Message.patch({ chatRoomId, messageId })
    .set({ threadAt: (threadAt ?? 0) + 1, ...(thread && { thread }) })
    .remove(thread === undefined ? ['thread'] : [])
    .where((row, { eq, notExists }) => (threadAt === undefined ? notExists(row.threadAt) : eq(row.threadAt, threadAt)))
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}
