import { createHash } from 'node:crypto'
import { createWriteTransaction, Entity, type EntityItem } from 'electrodb'
import { isConflict } from './is-transient.ts'
import { type Aside, asideIn, Message, type MessageRow, seqOf } from './message.ts'
import { client, primary, service, table } from './table.ts'
import { transact } from './transact.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * Makes a send idempotent, permanently. Key: ChatRoomId + SenderId + ClientMessageId, a partition of its own. The
 * client's id comes last in the key and has no `#`, so two different triples never have the same key.
 *
 * A guard begins as a claim: one try of the send is at work, and no message has been kept yet. It becomes complete
 * together with the message, and stays complete.
 *
 * - AP23 `getGuard`: was this sent before, or is it being sent?
 * - AP24 `putGuardedMessage`: keep a message and complete its guard, both or neither
 * - AP41 `claimSend`: is this try the one that sends?
 * - AP70 `releaseClaim`: give up a claim, because the room has refused the message
 * - AP132 `emptyGuards`: forget what was sent, but not that it was sent
 */
export const SendGuard = new Entity(
  {
    model: { entity: 'SendGuard', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      senderId: { type: 'string', field: 'SenderId', required: true },
      clientMessageId: { type: 'string', field: 'ClientMessageId', required: true },
      /**
       * Hash of what was sent; see `contentHashOf`. Empty when the message was cleared: then any content counts as the
       * same.
       */
      contentHash: { type: 'string', field: 'ContentHash', required: true },
      /** Only in a complete guard. */
      messageId: { type: 'string', field: 'MessageId' },
      /** The message's time, epoch milliseconds. Only in a complete guard. */
      timestamp: { type: 'number', field: 'Timestamp' },
      /** Names the try that has the claim. Absent in a complete guard. */
      token: { type: 'string', field: 'Token' },
      /** When the send was claimed, epoch milliseconds. Absent in a complete guard. */
      claimedAt: { type: 'number', field: 'ClaimedAt' },
      /** Epoch seconds, the table's TTL: a day after the message's own, or a month after the message was cleared. */
      expiresAt: { type: 'number', field: 'expiresAt' },
    },
    indexes: { guard: primary(['chatRoomId', 'senderId', 'clientMessageId'], []) },
  },
  { table, client },
)

type Row = EntityItem<typeof SendGuard>

export type GuardKey = Pick<Row, 'chatRoomId' | 'senderId' | 'clientMessageId'>

/** A guard whose message was kept. */
export interface CompleteGuard {
  contentHash: string
  messageId: string
  timestamp: number
}

/** A guard that has no message yet. */
export interface Claim {
  contentHash: string
  token: string
  claimedAt: number
}

export type GuardRow = CompleteGuard | Claim

/** Tells whether the guard's message was kept. */
export const isComplete = (guard: GuardRow): guard is CompleteGuard => 'messageId' in guard

function guardOf({ contentHash, messageId, timestamp, token, claimedAt }: Row): GuardRow {
  return messageId === undefined
    ? { contentHash, token: token ?? '', claimedAt: claimedAt ?? 0 }
    : { contentHash, messageId, timestamp: timestamp ?? 0 }
}

/** Everything in a message that comes from its sender. */
type Said = Pick<MessageRow, 'kind' | 'content'> & Aside

/**
 * Returns a hash by which a retry is compared with the first send. For a text without anything beside it, this is the
 * hash of the content alone, as in version 0.1.0.
 */
export function contentHashOf({ kind, content, ...beside }: Said): string {
  const more = asideIn(beside)
  const isPlain = kind === 'text' && Object.keys(more).length === 0
  return createHash('sha256')
    .update(isPlain ? content : JSON.stringify({ kind, content, ...more }))
    .digest('base64url')
}

/**
 * Tells whether a retry has the same content as the first send, as far as the guard still knows.
 *
 * @param now the hash of the retry's content
 */
export const isSameContent = ({ contentHash }: GuardRow, now: string): boolean =>
  contentHash === '' || contentHash === now

const DAY_SECONDS = 24 * 60 * 60

/** Returns the TTL of a message's guard: a day after the message's. A later retry counts as a new message. */
export const guardExpiryOf = ({ expiresAt }: Pick<MessageRow, 'expiresAt'>): { expiresAt?: number } =>
  expiresAt === undefined ? {} : { expiresAt: expiresAt + DAY_SECONDS }

const MONTH_SECONDS = 30 * 24 * 60 * 60

/**
 * AP132. Empties the guards of messages that are about to be cleared, and gives them a month to live. Messages without
 * a guard are skipped.
 */
export async function emptyGuards(messages: readonly MessageRow[], now: number): Promise<void> {
  const expiresAt = Math.ceil(now / 1_000) + MONTH_SECONDS
  const rows = messages.flatMap(({ chatRoomId, senderId, clientMessageId, messageId, timestamp }) =>
    clientMessageId === undefined
      ? []
      : [{ chatRoomId, senderId, clientMessageId, contentHash: '', messageId, timestamp, expiresAt }],
  )
  await untilProcessed(rows, async (left) => {
    const { unprocessed } = await SendGuard.put(left).go({ concurrent: 4 })
    const again = new Set(unprocessed.map(({ clientMessageId }) => clientMessageId))
    return { unprocessed: left.filter(({ clientMessageId }) => again.has(clientMessageId)) }
  })
}

/** AP23. Returns the guard of a send, or undefined if there is none. Strongly consistent. */
export async function getGuard({ chatRoomId, senderId, clientMessageId }: GuardKey): Promise<GuardRow | undefined> {
  const { data } = await SendGuard.get({ chatRoomId, senderId, clientMessageId }).go({ consistent: true })
  return data === null ? undefined : guardOf(data)
}

/**
 * AP41. Claims a send, if there is no guard yet, or in place of `old`, whose try seems to have ended.
 *
 * @returns `claimed`, or the guard as another try has written it meanwhile
 */
export async function claimSend(key: GuardKey, claim: Claim, old?: Claim): Promise<'claimed' | GuardRow> {
  const { chatRoomId, senderId, clientMessageId } = key
  const put = SendGuard.put({ chatRoomId, senderId, clientMessageId, ...claim }).where((row, { eq, notExists }) =>
    old === undefined ? notExists(row.contentHash) : `${eq(row.token, old.token)} AND ${notExists(row.messageId)}`,
  )
  try {
    const { rejected, data } = await put.go({ returnOnConditionCheckFailure: 'all_old' })
    return rejected && data ? guardOf(data) : 'claimed'
  } catch (error) {
    // Another try is about to complete this guard.
    const guard = isConflict(error) ? await getGuard(key) : undefined
    if (guard === undefined) throw error
    return guard
  }
}

/** AP70. Deletes the claim of a try. Does nothing if another try has the claim by now. */
export async function releaseClaim(key: GuardKey, token: string): Promise<void> {
  const { chatRoomId, senderId, clientMessageId } = key
  await SendGuard.delete({ chatRoomId, senderId, clientMessageId })
    .where((row, { eq }) => eq(row.token, token))
    .go({ returnOnConditionCheckFailure: true })
}

const entities = { Message, SendGuard }

/**
 * AP24. Keeps a message and completes its guard in one transaction. So a retry finds a complete guard if and only if
 * the message was kept.
 *
 * @param token names the try that has the claim
 * @returns `sealed` if a reader has declared the place empty; the guard if another try has the claim by now, or has
 *   kept the message
 * @throws Unavailable when the transaction conflicted with others five times or was throttled; nothing was written
 */
export async function putGuardedMessage(
  message: MessageRow & { clientMessageId: string },
  token: string,
): Promise<'kept' | 'sealed' | GuardRow> {
  const { chatRoomId, senderId, clientMessageId, messageId, timestamp } = message
  const expiry = guardExpiryOf(message)
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Message.create(message).commit({ response: 'all_old' }),
    tx.SendGuard.patch({ chatRoomId, senderId, clientMessageId })
      .set({ messageId, timestamp, ...expiry })
      .remove(['token', 'claimedAt'])
      .where((row, { eq }) => eq(row.token, token))
      .commit({ response: 'all_old' }),
  ])
  const { canceled, data } = await transact(`keep message ${seqOf(message)}`, () => transaction.go())
  if (!canceled) return 'kept'
  const [, guard] = data
  if (guard.code !== 'ConditionalCheckFailed') return 'sealed'
  if (!guard.item) throw new Error('unable to keep the message; its claim is gone')
  // This message was written by an attempt whose response was lost.
  return guard.item.messageId === messageId ? 'kept' : guardOf(guard.item as Row)
}
