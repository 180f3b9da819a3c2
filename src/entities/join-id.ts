import { randomBytes } from 'node:crypto'

const MARK = '~'

/**
 * Makes the id of a membership: 96 random bits. In a room that shows members only what was said since they joined, `~`
 * and the room's head follow. Everything that belongs to the membership carries this id, so the fan-out sees from a
 * subscription alone which messages are too old for it.
 */
export const newJoinId = (room?: { historyFrom?: 'j'; headSeq: number }): string =>
  randomBytes(12).toString('base64url') + (room?.historyFrom === 'j' ? `${MARK}${room.headSeq}` : '')

/** Returns the seq after which a membership receives messages: 0 in a room that shows everything. */
export function receivesAfter(joinId: string): number {
  const at = joinId.indexOf(MARK)
  return at === -1 ? 0 : Number(joinId.slice(at + 1))
}
