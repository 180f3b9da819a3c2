import { createHash } from 'node:crypto'
import { createWriteTransaction, Entity, type EntityItem } from 'electrodb'
import { isConflict } from './is-transient.ts'
import { type Aside, asideIn, Message, type MessageRow, seqOf } from './message.ts'
import { client, primary, service, table } from './table.ts'
import { transact } from './transact.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * Makes a send idempotent for good. Key: ChatRoomId + SenderId + ClientMessageId, a partition of its own. The client's
 * id is last in the key and has no `#`, so two different triples never have the same key.
 *
 * First it is a claim: one of the tries of a send has taken it on, and no message has been kept yet. With the message
 * it becomes complete, and stays so.
 *
 * - AP23 `getGuard`: was this sent before, or is it being sent?
 * - AP24 `putGuardedMessage`: keep a message and complete its guard, both or neither
 * - AP41 `claimSend`: is this try the one that sends?
 * - AP70 `releaseClaim`: this try was refused by the room
 * - AP132 `emptyGuards`: were these sent, whatever they said?
 */
export const SendGuard = new Entity(
  {
    model: { entity: 'SendGuard', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      senderId: { type: 'string', field: 'SenderId', required: true },
      clientMessageId: { type: 'string', field: 'ClientMessageId', required: true },
      /** Empty when the message was cleared away: then any content is what was sent. */
      contentHash: { type: 'string', field: 'ContentHash', required: true },
      /** Only when complete. */
      messageId: { type: 'string', field: 'MessageId' },
      /** Epoch milliseconds of the message. Only when complete. */
      timestamp: { type: 'number', field: 'Timestamp' },
      /** Of the try that has the claim. Only until the guard is complete. */
      token: { type: 'string', field: 'Token' },
      /** Epoch milliseconds. Only until the guard is complete. */
      claimedAt: { type: 'number', field: 'ClaimedAt' },
      /** Epoch seconds, the table's TTL: a day after the message's, or a month after that was cleared away. */
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

/** A guard without a message so far. */
export interface Claim {
  contentHash: string
  token: string
  claimedAt: number
}

export type GuardRow = CompleteGuard | Claim

export const isComplete = (guard: GuardRow): guard is CompleteGuard => 'messageId' in guard

function guardOf({ contentHash, messageId, timestamp, token, claimedAt }: Row): GuardRow {
  return messageId === undefined
    ? { contentHash, token: token ?? '', claimedAt: claimedAt ?? 0 }
    : { contentHash, messageId, timestamp: timestamp ?? 0 }
}

/** All that a sender says by a message. */
type Said = Pick<MessageRow, 'kind' | 'content'> & Aside

/** Tells whether a retry says what the first send has said. Of a text and no more it is as version 0.1.0 wrote it. */
export function contentHashOf({ kind, content, ...beside }: Said): string {
  const more = asideIn(beside)
  const isPlain = kind === 'text' && Object.keys(more).length === 0
  return createHash('sha256')
    .update(isPlain ? content : JSON.stringify({ kind, content, ...more }))
    .digest('base64url')
}

/** Whether what is sent now is what was sent then, as far as the guard still knows. */
export const isSameContent = ({ contentHash }: GuardRow, now: string): boolean =>
  contentHash === '' || contentHash === now

const DAY_SECONDS = 24 * 60 * 60

/** A retry that comes later than that is none. */
export const guardExpiryOf = ({ expiresAt }: Pick<MessageRow, 'expiresAt'>): { expiresAt?: number } =>
  expiresAt === undefined ? {} : { expiresAt: expiresAt + DAY_SECONDS }

const MONTH_SECONDS = 30 * 24 * 60 * 60

/** AP132. Of messages that are about to be cleared away; those without a guard are left out. */
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

/** AP23. */
export async function getGuard({ chatRoomId, senderId, clientMessageId }: GuardKey): Promise<GuardRow | undefined> {
  const { data } = await SendGuard.get({ chatRoomId, senderId, clientMessageId }).go({ consistent: true })
  return data === null ? undefined : guardOf(data)
}

/**
 * AP41. Puts the claim if there is no guard, or in the place of `old`, whose try seems to have ended.
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

/** AP70. Nothing happens when another try has the claim. */
export async function releaseClaim(key: GuardKey, token: string): Promise<void> {
  const { chatRoomId, senderId, clientMessageId } = key
  await SendGuard.delete({ chatRoomId, senderId, clientMessageId })
    .where((row, { eq }) => eq(row.token, token))
    .go({ returnOnConditionCheckFailure: true })
}

const entities = { Message, SendGuard }

/**
 * AP24. One transaction of a put and an update: a retry finds a complete guard if and only if the message was kept.
 *
 * @param token of the claim
 * @returns `sealed` when a reader has declared the place empty, or the guard when another try has the claim now, or had
 *   it and has kept the message
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
  // This very message, by an attempt whose response was lost.
  return guard.item.messageId === messageId ? 'kept' : guardOf(guard.item as Row)
}
