import { randomBytes } from 'node:crypto'
import { Entity, type EntityItem } from 'electrodb'
import { auditActions } from '../protocol/room-kinds.ts'
import { client, imported, own, service, table } from './table.ts'

/**
 * An entry of a room's audit log: what somebody did in the room. Key: ChatRoomId + EntryId, in a partition of the
 * room's own. An entry is written in one transaction with what it records. Its record in the stream tells the user
 * concerned.
 *
 * - AP64 `auditOf`: what was done in this room? (a page, the newest first)
 * - AP65 `putAudit`: add an entry about something that changes no other row
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
      /** The `sub` of the token of the backend that acted in the name of `by`. */
      via: { type: 'string', field: 'Via' },
      action: { type: auditActions, field: 'Action', required: true },
      userId: { type: 'string', field: 'UserId' },
      messageId: { type: 'string', field: 'MessageId' },
      /** The membership that a kick or a ban ended. Without it, the user was no member and receives no event. */
      joinId: { type: 'string', field: 'JoinId' },
      until: { type: 'number', field: 'Until' },
      reason: { type: 'string', field: 'Reason' },
      /** Epoch seconds, the table's TTL: a year after `at`. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
      imported,
    },
    indexes: { room: own('audit', ['chatRoomId'], ['entryId'], 'entry') },
  },
  { table, client },
)

export type AuditRow = EntityItem<typeof Audit>

const YEAR_SECONDS = 365 * 24 * 60 * 60
const DIGITS = 13

/** Makes the item of an entry, with an id and its end. */
export const auditItem = (entry: Omit<AuditRow, 'entryId' | 'expiresAt'>): AuditRow => ({
  ...entry,
  entryId: `${momentOf(entry.at)}-${randomBytes(6).toString('base64url')}`,
  expiresAt: Math.ceil(entry.at / 1_000) + YEAR_SECONDS,
})

/** AP65. Adds an entry. What changes other rows too writes its entry in the same transaction instead. */
export async function putAudit(entry: AuditRow): Promise<void> {
  await Audit.put(entry).go()
}

/**
 * AP64. Returns a page of a room's audit log, the newest entry first. Strongly consistent. A page may be longer than
 * `limit`: entries of the same millisecond are never split, because the next page begins before that millisecond.
 *
 * @param page `before` is exclusive, in epoch milliseconds
 */
export async function auditOf(
  chatRoomId: string,
  { before = 10 ** DIGITS - 1, limit }: { before?: number; limit: number },
): Promise<{ entries: AuditRow[]; hasMore: boolean }> {
  const data = await newest(chatRoomId, momentOf(before), limit + 1)
  const entries = data.slice(0, limit)
  const last = entries.at(-1)
  if (last === undefined || data[limit]?.at !== last.at) return { entries, hasMore: data.length > limit }
  const { data: ofMoment } = await Audit.query
    .room({ chatRoomId })
    .begins({ entryId: momentOf(last.at) })
    .go({ consistent: true, order: 'desc', pages: 'all' })
  const others = ofMoment.filter(({ entryId }) => entryId < last.entryId)
  const [next] = await newest(chatRoomId, momentOf(last.at), 1)
  return { entries: [...entries, ...others], hasMore: next !== undefined }
}

const momentOf = (at: number): string => String(at).padStart(DIGITS, '0')

/** Reads the newest entries whose id is lower than `entryId`. */
async function newest(chatRoomId: string, entryId: string, count: number): Promise<AuditRow[]> {
  const { data } = await Audit.query
    .room({ chatRoomId })
    .lt({ entryId })
    .go({ consistent: true, order: 'desc', limit: count, count, pages: 'all' })
  return data
}
