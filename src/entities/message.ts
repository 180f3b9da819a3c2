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
 * - AP20 `sealHoles`: make sure that no message will ever be at these places
 * - AP21 `getMessage`: which message is at this place?
 * - AP22 `messagesBetween`: which places are in this range, forwards or backwards?
 * - AP34 `getMessages`: which messages, deleted ones included, are at these places?
 * - AP86 `editMessage`: change what a message says
 * - AP87 `eraseMessage`: delete a message
 * - AP149 `forgetMessage`: delete a message, and forget who sent it
 * - AP156 `setThumbs`: note that a message's picture was made small
 * - AP118 `setThread`: write the count of a thread's replies, if nobody has written it in between
 * - AP113 `setReactions`: write the count of a message's reactions, if nobody has written it in between
 */
export const Message = new Entity(
  {
    model: { entity: 'Message', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      messageId: { type: 'string', field: 'MessageId', required: true },
      /** `hole`: the seq was drawn, but there will be no message. `deleted`: there was one. Readers skip both. */
      kind: { type: ['text', 'broadcast', 'file', 'hole', 'deleted'] as const, field: 'Kind', required: true },
      senderId: { type: 'string', field: 'SenderId', required: true },
      content: { type: 'string', field: 'Content', required: true },
      /** Epoch milliseconds, by the server's clock. */
      timestamp: { type: 'number', field: 'Timestamp', required: true },
      clientMessageId: { type: 'string', field: 'ClientMessageId' },
      /**
       * When the seq before this one was drawn, epoch milliseconds. Every lower seq was drawn no later, so it tells
       * whether an empty place below can still be filled. Absent in rows of version 0.1.0.
       */
      prevDrawnAt: { type: 'number', field: 'PrevDrawnAt' },
      /** How often the message was changed. Every change that raises it gets an entry in the room's change log. */
      version: { type: 'number', field: 'Version' },
      /** When the content was last edited, epoch milliseconds. It rises with every edit, whatever the clocks say. */
      editedAt: { type: 'number', field: 'EditedAt' },
      deletedAt: { type: 'number', field: 'DeletedAt' },
      deletedBy: { type: 'string', field: 'DeletedBy' },
      /** Epoch seconds, the table's TTL. Absent where the room keeps messages forever. */
      expiresAt: { type: 'number', field: 'expiresAt' },
      /** JSON. */
      metadata: { type: 'string', field: 'Metadata' },
      /** The sending connection. It has the reply, so it receives no event for a `text`. */
      originConnectionId: { type: 'string', field: 'OriginConnectionId' },
      /** For audits: the `sub` of the token of the backend that sent the message in the name of `senderId`. */
      via: { type: 'string', field: 'Via' },
      /** API Gateway's id of the frame or request that wrote the message. The logs can be searched by it. */
      traceId: { type: 'string', field: 'TraceId' },
      /** The file's S3 URI. It is signed for each reply or event, because a signed URL that is kept would expire. */
      fileUrl: { type: 'string', field: 'FileUrl' },
      /**
       * The version of the file that was verified, in the bucket that `fileUrl` names. Absent in rows of version 0.1.0.
       */
      versionId: { type: 'string', field: 'VersionId' },
      uploadId: { type: 'string', field: 'UploadId' },
      fileName: { type: 'string', field: 'FileName' },
      contentType: { type: 'string', field: 'ContentType' },
      /** `utf-8` for a text file that is in UTF-8. */
      charset: { type: ['utf-8'] as const, field: 'Charset' },
      /** Bytes. */
      size: { type: 'number', field: 'Size' },
      /** The size of a picture in pixels and a blurred preview in base64, all as the uploader gave them. */
      width: { type: 'number', field: 'Width' },
      height: { type: 'number', field: 'Height' },
      thumbhash: { type: 'string', field: 'Thumbhash' },
      /** The longest sides of the smaller versions of a picture, in pixels, ascending. */
      thumbs: { type: CustomAttributeType<readonly number[]>('any'), field: 'Thumbs' },
      /** The id of the message that this one quotes. That message may have been deleted since. */
      replyTo: { type: 'string', field: 'ReplyTo' },
      /** In a reply, the id of the thread's root. */
      threadId: { type: 'string', field: 'ThreadId' },
      /** In a reply that is shown in the room as well. */
      inRoom: { type: 'boolean', field: 'InRoom' },
      /**
       * JSON of the user ids that the sender gave, without the sender's own. They needn't be members: only members get
       * a `Mention`.
       */
      mentions: { type: 'string', field: 'Mentions' },
      mentionsRoom: { type: 'boolean', field: 'MentionsRoom' },
      /** Who has pinned the message, and when, in epoch milliseconds. Both are absent while it isn't pinned. */
      pinnedBy: { type: 'string', field: 'PinnedBy' },
      pinnedAt: { type: 'number', field: 'PinnedAt' },
      /** In a thread's root: the count of the `ThreadReply` rows. Writing it doesn't raise `version`. */
      thread: { type: CustomAttributeType<ThreadCount>('any'), field: 'Thread' },
      /** How often `thread` was written; see `reactionsAt`. */
      threadAt: { type: 'number', field: 'ThreadAt' },
      /** The count of the `Reaction` rows. */
      reactions: { type: CustomAttributeType<ReactionCounts>('any'), field: 'Reactions' },
      /** How often `reactions` was written. It keeps a count of an older state from overwriting a newer one. */
      reactionsAt: { type: 'number', field: 'ReactionsAt' },
      imported,
    },
    indexes: { room: primary(['chatRoomId'], ['messageId']) },
  },
  { table, client },
)

export type MessageRow = EntityItem<typeof Message>

/** What a message has beside its content. An upload has the same for its future message. */
export type Aside = Partial<
  Pick<MessageRow, 'replyTo' | 'threadId' | 'inRoom' | 'mentions' | 'mentionsRoom' | 'metadata'>
>

/** Picks these attributes out of a row, always in the same order, so that equal values have equal JSON. */
export const asideIn = ({ replyTo, threadId, inRoom, mentions, mentionsRoom, metadata }: Aside): Aside =>
  defined({ replyTo, threadId, inRoom, mentions, mentionsRoom, metadata })

/** What a picture looks like, known before its file has arrived. */
export type Look = Partial<Pick<MessageRow, 'width' | 'height' | 'thumbhash'>>

/** Picks these attributes out of a row. */
export const lookIn = ({ width, height, thumbhash }: Look): Look => defined({ width, height, thumbhash })

/** Returns the ids of the users whom a message mentions, without its sender. */
export const mentionsIn = ({ mentions }: Pick<MessageRow, 'mentions'>): string[] =>
  mentions === undefined ? [] : (JSON.parse(mentions) as string[])

const WIDTH = 16

/** Returns a seq as 16 digits. Strings of one length sort as the numbers do. */
export const messageIdOf = (seq: number): string => String(seq).padStart(WIDTH, '0')

/** Returns the seq of a message. */
export const seqOf = (message: { messageId: string }): number => Number(message.messageId)

/**
 * AP19. Keeps a message at its place. Returns `sealed` if a reader has declared the place empty: the message then needs
 * another seq. The same message at the place was written by an attempt whose response was lost, so it counts as `kept`.
 */
export async function putMessage(message: MessageRow): Promise<'kept' | 'sealed'> {
  const { rejected, data } = await Message.create(message).go({ returnOnConditionCheckFailure: 'all_old' })
  return rejected && !isSame(data, message) ? 'sealed' : 'kept'
}

/** Tells whether `row` is the message that was to be written. It may have been edited or deleted meanwhile. */
const isSame = (row: MessageRow | null | undefined, message: MessageRow): boolean =>
  row?.senderId === message.senderId &&
  row.timestamp === message.timestamp &&
  (row.content === message.content || row.version !== undefined)

/** A place that is to stay empty. */
export type Hole = Omit<Drawn, 'drawnAt'>

const entities = { Message }

/**
 * AP20. Seals places, so that they stay empty, in one transaction of at most 100 puts. If a message is written to one
 * of them first, that message stays, and the others are sealed without it.
 *
 * @param holes at most 100
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

/** AP21. Returns a message, or undefined if there is none or it was deleted. Strongly consistent. */
export async function getMessage(chatRoomId: string, messageId: string): Promise<MessageRow | undefined> {
  const { data } = await Message.get({ chatRoomId, messageId }).go({ consistent: true })
  return data === null || data.kind === 'hole' || data.kind === 'deleted' ? undefined : data
}

/**
 * AP22. Returns the places (messages and holes) from `first` to `last`, both inclusive, at most `limit`. Strongly
 * consistent, one request: it also ends after 1 MB. The query uses `between`, because an open range would read other
 * entities of the room's partition too.
 *
 * @returns `rows`: the places in the given order; `whole`: whether the range has no more
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
 * AP34. Returns the messages at these places, in no order, including deleted ones. Holes and empty places are left out.
 *
 * @param options `consistent: false` costs half, and may miss a message of the last second
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

/** An edit of a message. Attributes that it leaves out stay as they are. */
export interface MessageEdit extends Pick<Aside, 'mentions' | 'mentionsRoom' | 'metadata'> {
  editedAt: number
  content: string
  /** Of the frame that edits. */
  traceId?: string
}

/**
 * AP86. Edits a message, if it is as it was read: neither deleted nor edited meanwhile. Returns the new row, or
 * undefined if the message has changed.
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

/** Returns what stays of a deleted message: who sent it and when, its place, its part in a thread, and its guard. */
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
 * AP87. Deletes a message, if it is the version that was read. The row is written anew, so that nothing else of the
 * message is left, whatever attributes it had. This can't be undone.
 *
 * @param audit the audit entry, if somebody other than the sender deletes it
 * @returns the new row, or undefined if the message has changed
 * @throws Unavailable when the table is too busy; nothing was written
 */
export async function eraseMessage(
  message: MessageRow,
  deletion: Pick<MessageRow, 'deletedAt' | 'deletedBy' | 'traceId'>,
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

/** The sender who is erased, and the id that stands for them. */
interface Forgotten {
  userId: string
  erasedAs: string
  /** Epoch milliseconds, for a message that wasn't deleted before. */
  deletedAt: number
}

/** Returns what is left of a message whose sender is erased together with everything they said. */
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
 * AP149. Deletes a message of an erased user, whatever has happened to it since it was read. The row is written anew,
 * with the id that stands for them. Its version stays, because clients receive one event for the erasure, and none for
 * each message.
 *
 * @throws Unavailable when others have changed the message twenty times meanwhile
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

/** Attempts to replace a row. Each reaction or edit that comes in between costs one. */
const MAX_FORGETS = 20

const unchangedSince =
  ({ kind, version }: MessageRow): Where =>
  (stored, { eq, notExists }) =>
    `${eq(stored.kind, kind)} AND ${version === undefined ? notExists(stored.version) : eq(stored.version, version)}`

/**
 * AP113. Writes the count of a message's reactions, and raises the version, which makes the stream deliver the change.
 * Returns false if the reactions were written since this row was read: the caller must count again.
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
 * AP156. Notes the smaller versions of a message's picture, and raises the version, which makes the stream deliver the
 * change. Returns false if the message no longer has this file, because it was deleted.
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
 * AP118. Writes the count of a thread's replies to its root. The version stays, because connected clients receive the
 * replies themselves. Returns false if the count was written since this row was read.
 *
 * @param thread undefined when the thread has no replies
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
