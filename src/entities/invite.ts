import { randomBytes } from 'node:crypto'
import { Entity, type EntityItem } from 'electrodb'
import { client, indexed, own, service, table } from './table.ts'

/**
 * A secret that lets whoever knows it join a room. Key: the invite.
 *
 * - AP60 `putInvite`: an invite is good from now on
 * - AP61 `getInvite`: of which room is this invite?
 * - AP62 `deleteInvite`: an invite is good no longer
 * - AP63 `invitesOfRoom`: which invites are there? (a page, from the index)
 */
export const Invite = new Entity(
  {
    model: { entity: 'Invite', version: '1', service },
    attributes: {
      invite: { type: 'string', field: 'Invite', required: true },
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      role: { type: ['guest', 'member'] as const, field: 'Role', required: true },
      by: { type: 'string', field: 'By', required: true },
      /** Epoch milliseconds. */
      createdAt: { type: 'number', field: 'CreatedAt', required: true },
      /** Epoch milliseconds. */
      until: { type: 'number', field: 'Until', required: true },
      uses: { type: 'number', field: 'Uses', required: true },
      maxUses: { type: 'number', field: 'MaxUses' },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
      /** `invites#<ChatRoomId>` */
      ofRoom: { type: 'string', field: 'gsi1pk', required: true },
      /** The moment it was made and itself. */
      place: { type: 'string', field: 'gsi1sk', required: true },
    },
    indexes: { invite: own('invite', ['invite'], [], 'invite'), ofRoom: indexed('ofRoom', 'place') },
  },
  { table, client },
)

export type InviteRow = EntityItem<typeof Invite>

const BYTES = 16

/** Of the index: the invites of a room. */
export const invitesKey = (chatRoomId: string) => `invites#${chatRoomId}`

/** Its place in the index. */
export const invitePlace = ({
  chatRoomId,
  createdAt,
  invite,
}: Pick<InviteRow, 'chatRoomId' | 'createdAt' | 'invite'>) => ({
  ofRoom: invitesKey(chatRoomId),
  place: `${createdAt}#${invite}`,
})

/** The whole item, with a secret of its own. */
export function inviteItem(
  given: Pick<InviteRow, 'chatRoomId' | 'role' | 'by' | 'createdAt' | 'until'> & { maxUses?: number },
): InviteRow {
  const invite = randomBytes(BYTES).toString('base64url')
  return {
    ...given,
    invite,
    uses: 0,
    expiresAt: Math.ceil(given.until / 1_000),
    ...invitePlace({ ...given, invite }),
  }
}

/** AP60. */
export async function putInvite(invite: InviteRow): Promise<void> {
  await Invite.put(invite).go()
}

/** Whether one more may join with it. */
export const isGood = ({ until, uses, maxUses = Infinity }: InviteRow, now: number): boolean =>
  until > now && uses < maxUses

/** AP61. Consistent. */
export async function getInvite(invite: string): Promise<InviteRow | undefined> {
  const { data } = await Invite.get({ invite }).go({ consistent: true })
  return data ?? undefined
}

/** AP62. Nothing happens when it is another room's, or there is none. */
export async function deleteInvite(chatRoomId: string, invite: string): Promise<void> {
  await Invite.delete({ invite })
    .where((row, { eq }) => eq(row.chatRoomId, chatRoomId))
    .go({ returnOnConditionCheckFailure: true })
}

/** AP63. By the moment they were made, from the index, which lags; without those that are good no more. */
export async function invitesOfRoom(
  chatRoomId: string,
  { after = ' ', limit }: { after?: string; limit: number },
  now: number,
): Promise<{ invites: InviteRow[]; nextCursor?: string }> {
  const { data } = await Invite.query
    .ofRoom({ ofRoom: invitesKey(chatRoomId) })
    .gt({ place: after })
    .go({ limit: limit + 1, count: limit + 1, pages: 'all' })
  const page = data.slice(0, limit)
  const last = page.at(-1)
  return {
    invites: page.filter((row) => isGood(row, now)),
    ...(data.length > limit && last ? { nextCursor: last.place } : {}),
  }
}
