import { randomBytes } from 'node:crypto'
import { Entity, type EntityItem } from 'electrodb'
import { auditActions } from '../protocol/moderation-actions.ts'
import { client, own, service, table } from './table.ts'

/**
 * What was done in a room, by whom. Key: ChatRoomId + the moment, in a partition of the room's own. Written in one
 * transaction with what it tells of; its record in the stream is what tells the user concerned.
 *
 * - AP64 `auditOf`: what was done in this room? (a page, the newest first)
 * - AP65 `putAudit`: note what changes nothing else
 */
export const Audit = new Entity(
  {
    model: { entity: 'Audit', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      /** `<epoch ms, 13 digits>-<random>`: unique, and in the order of time. */
      entryId: { type: 'string', field: 'EntryId', required: true },
      at: { type: 'number', field: 'At', required: true },
      by: { type: 'string', field: 'By', required: true },
      action: { type: auditActions, field: 'Action', required: true },
      userId: { type: 'string', field: 'UserId' },
      messageId: { type: 'string', field: 'MessageId' },
      /** Of the membership that it ended: only its user is told. */
      joinId: { type: 'string', field: 'JoinId' },
      until: { type: 'number', field: 'Until' },
      reason: { type: 'string', field: 'Reason' },
      /** Epoch seconds, the table's TTL: a year. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { room: own('audit', ['chatRoomId'], ['entryId'], 'entry') },
  },
  { table, client },
)

export type AuditRow = EntityItem<typeof Audit>

const YEAR_SECONDS = 365 * 24 * 60 * 60
const DIGITS = 13

/** The whole item. */
export const auditItem = (entry: Omit<AuditRow, 'entryId' | 'expiresAt'>): AuditRow => ({
  ...entry,
  entryId: `${String(entry.at).padStart(DIGITS, '0')}-${randomBytes(6).toString('base64url')}`,
  expiresAt: Math.ceil(entry.at / 1_000) + YEAR_SECONDS,
})

/** AP65. */
export async function putAudit(entry: AuditRow): Promise<void> {
  await Audit.put(entry).go()
}

/** AP64. The newest first, consistent. @param page `before` is exclusive, in epoch milliseconds */
export async function auditOf(
  chatRoomId: string,
  { before = 10 ** DIGITS - 1, limit }: { before?: number; limit: number },
): Promise<{ entries: AuditRow[]; hasMore: boolean }> {
  const { data } = await Audit.query
    .room({ chatRoomId })
    .lt({ entryId: String(before).padStart(DIGITS, '0') })
    .go({ consistent: true, order: 'desc', limit: limit + 1, count: limit + 1, pages: 'all' })
  return { entries: data.slice(0, limit), hasMore: data.length > limit }
}
