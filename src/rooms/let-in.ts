import { type BanRow, getBan, isBan, outlivingOf } from '../entities/ban.ts'
import { type Added, addMember, type MembershipRow } from '../entities/membership.ts'
import { Unavailable } from '../errors.ts'
import { defined } from '../protocol/defined.ts'

/** Attempts to let a user in. Each ban or mute that is written or ended in between costs one. */
const ATTEMPTS = 4

type More = NonNullable<Parameters<typeof addMember>[1]>

/**
 * Makes a membership, which takes over what has outlived the user's last one: a mute, or that they are a guest. AP10,
 * AP53.
 *
 * @param more `kept`: what outlived the last membership, if it was read already; otherwise it is read if there is any
 * @param byRank whoever adds the user has chosen their role by their rank, so the user is not made a guest again, and
 *   who is added as a guest stays one
 * @param rankAgain given where somebody adds the user: called before every attempt but the first. Throws if they may
 *   not any more, and returns whether their rank still chooses the role
 */
export async function letIn(
  membership: MembershipRow,
  more: More = {},
  byRank = false,
  rankAgain?: () => Promise<boolean>,
): Promise<Added> {
  const { joinedAt: now } = membership
  const { kept: read, ...others } = more
  let kept = read
  let isChosen = byRank
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0 && rankAgain) isChosen = await rankAgain()
    const row = withKept(membership, kept, isChosen)
    const added = await addMember(row, { ...others, ...defined({ kept }) })
    if (added !== 'banned') return added
    kept = await getBan(membership)
    if (kept !== undefined && isBan(kept, now)) return 'banned'
  }
  throw new Unavailable('unable to let the user in; their ban has changed meanwhile')
}

function withKept(membership: MembershipRow, kept: BanRow | undefined, isChosen: boolean): MembershipRow {
  const { mutedUntil, lowered } = outlivingOf(kept ?? {}, membership.joinedAt)
  const isLowered = isChosen ? membership.role === 'guest' : lowered === true
  return { ...membership, ...defined({ mutedUntil }), ...(isLowered && ({ role: 'guest', lowered: true } as const)) }
}
