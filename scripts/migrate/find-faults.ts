import { Membership } from '../../src/entities/membership.ts'
import { Session, type SessionRow } from '../../src/entities/session.ts'
import { untilProcessed } from '../../src/entities/until-processed.ts'
import { membershipOf, UserRoom, userRoomKey } from '../../src/entities/user-room.ts'
import type { InRoom, Page } from './scan-page.ts'

/** What is wrong with the rows of a page. */
export interface Faults {
  /** Memberships whose mirror is missing or names another `joinId`. */
  unmirrored: InRoom[]
  /** Mirrors whose membership has ended: the functions of version 0.1.0 delete only the membership. */
  stale: InRoom[]
  /** Live connections of version 0.1.0 that have no session yet. */
  sessionless: SessionRow[]
}

/**
 * Finds the faults in the rows of a page. Reads the related rows with strong consistency, 100 rows per request. Writes
 * nothing.
 */
export async function findFaults({ memberships, mirrors, sessions }: Page): Promise<Faults> {
  const [mirrorOf, membershipNow, known] = await Promise.all([
    mirrorsOf(memberships),
    membershipsOf(mirrors),
    sessionsAmong(sessions),
  ])
  const unmirrored = memberships.filter((row) => mirrorOf.get(keyOf(row))?.joinId !== row.joinId)
  const stale: InRoom[] = []
  for (const mirror of mirrors) {
    const membership = membershipNow.get(keyOf(mirror))
    if (membership === undefined) stale.push(mirror)
    else if (membership.joinId !== mirror.joinId) unmirrored.push(membership)
  }
  return { unmirrored, stale, sessionless: sessions.filter((session) => !known.has(sessionOf(session))) }
}

const keyOf = ({ chatRoomId, userId }: Omit<InRoom, 'joinId'>): string => `${chatRoomId} ${userId}`
const sessionOf = ({ userId, sessionKey }: Pick<SessionRow, 'userId' | 'sessionKey'>) => `${sessionKey} ${userId}`

const consistent = { consistent: true, concurrent: 4 } as const

async function mirrorsOf(memberships: readonly InRoom[]): Promise<Map<string, InRoom>> {
  const found = new Map<string, InRoom>()
  await untilProcessed(memberships.map(userRoomKey), async (left) => {
    const { data, unprocessed } = await UserRoom.get(left).go(consistent)
    for (const row of data.map(membershipOf)) found.set(keyOf(row), row)
    return { unprocessed }
  })
  return found
}

async function membershipsOf(mirrors: readonly InRoom[]): Promise<Map<string, InRoom>> {
  const found = new Map<string, InRoom>()
  const keys = mirrors.map(({ chatRoomId, userId }) => ({ chatRoomId, userId }))
  await untilProcessed(keys, async (left) => {
    const { data, unprocessed } = await Membership.get(left).go(consistent)
    for (const { chatRoomId, userId, joinId } of data)
      found.set(keyOf({ chatRoomId, userId }), { chatRoomId, userId, joinId })
    return { unprocessed }
  })
  return found
}

async function sessionsAmong(sessions: readonly SessionRow[]): Promise<Set<string>> {
  const found = new Set<string>()
  const keys = sessions.map(({ userId, sessionKey }) => ({ userId, sessionKey }))
  await untilProcessed(keys, async (left) => {
    const { data, unprocessed } = await Session.get(left).go(consistent)
    for (const session of data) found.add(sessionOf(session))
    return { unprocessed }
  })
  return found
}
