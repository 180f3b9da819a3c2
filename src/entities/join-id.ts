import { randomBytes } from 'node:crypto'

const MARK = '~'

/**
 * A membership's id: 96 random bits. Where a room shows what was said from the join on it ends with `~` and the last
 * seq before, and so does whatever stands on the membership: the fan-out, which is later than the join, then knows from
 * a subscription alone what it doesn't post.
 */
export const newJoinId = (room?: { historyFrom?: 'j'; headSeq: number }): string =>
  randomBytes(12).toString('base64url') + (room?.historyFrom === 'j' ? `${MARK}${room.headSeq}` : '')

/** The seq after which a membership receives messages: 0 where the room shows all. */
export function receivesAfter(joinId: string): number {
  const at = joinId.indexOf(MARK)
  return at === -1 ? 0 : Number(joinId.slice(at + 1))
}
