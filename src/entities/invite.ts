import { randomBytes } from 'node:crypto'
import { Entity, type EntityItem } from 'electrodb'
import { client, indexed, own, service, table } from './table.ts'

/**
 * A secret that lets anybody who knows it join a room. Key: Invite, the secret itself.
 *
 * - AP60 `putInvite`: add an invite
 * - AP61 `getInvite`: which room is this invite for?
 * - AP62 `deleteInvite`: take back an invite
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
      /** `<CreatedAt>#<Invite>` */
      place: { type: 'string', field: 'gsi1sk', required: true },
    },
    indexes: { invite: own('invite', ['invite'], [], 'invite'), ofRoom: indexed('ofRoom', 'place') },
  },
  { table, client },
)

export type InviteRow = EntityItem<typeof Invite>

/** Random bytes of a secret. */
const BYTES = 16

/** The index's partition key of a room's invites. */
export const invitesKey = (chatRoomId: string) => `invites#${chatRoomId}`

/** The attributes that put an invite into the index. */
export const invitePlace = ({
  chatRoomId,
  createdAt,
  invite,
}: Pick<InviteRow, 'chatRoomId' | 'createdAt' | 'invite'>) => ({
  ofRoom: invitesKey(chatRoomId),
  place: `${createdAt}#${invite}`,
})

/** Makes the item of an invite, with a new secret. */
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

/** AP60. Adds an invite. */
export async function putInvite(invite: InviteRow): Promise<void> {
  await Invite.put(invite).go()
}

/** Tells whether an invite has neither expired nor been used up. */
export const isGood = ({ until, uses, maxUses = Infinity }: InviteRow, now: number): boolean =>
  until > now && uses < maxUses

/**
 * AP61. Returns an invite, or undefined if there is none. Strongly consistent. `isGood` tells whether it can still be
 * used.
 */
export async function getInvite(invite: string): Promise<InviteRow | undefined> {
  const { data } = await Invite.get({ invite }).go({ consistent: true })
  return data ?? undefined
}

/** AP62. Deletes an invite. Does nothing if there is none, or it is another room's. */
export async function deleteInvite(chatRoomId: string, invite: string): Promise<void> {
  await Invite.delete({ invite })
    .where((row, { eq }) => eq(row.chatRoomId, chatRoomId))
    .go({ returnOnConditionCheckFailure: true })
}

/**
 * AP63. Returns a page of a room's invites that can still be used, in the order of their creation. Eventually
 * consistent, because the index lags. A page may have fewer than `limit`, because the others are read and left out.
 *
 * @param page `after` is the `nextCursor` of the page before
 */
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
