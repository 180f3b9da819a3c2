import type { Actor } from '../rooms/admission.ts'
import { defined } from '../protocol/defined.ts'
import type { OwnConnection } from '../rooms/session.ts'
import type { ClaimedProfile } from './claimed-profile.ts'

/** Who acts, and what the verified token grants, whatever transport the request came by. */
export interface Caller extends Actor {
  /** The connection that the request came on; a backend has none. */
  connectionId?: string
  /** The session that the connection named when it was opened. */
  sessionId?: string
  /** TTL of the connection's rows, epoch seconds: the token's `exp`, or a margin after the connection's 2 h. */
  rowsExpireAt?: number
  /** When the connection was opened, epoch milliseconds. */
  openedAt?: number
  /** What the token says of the user; a backend's says nothing. */
  claimed?: ClaimedProfile
  /** The backend that sent the request over HTTP; `userId` is the user it acts as, or its own. */
  backend?: Backend
}

interface Backend {
  /** The `sub` of its token. */
  sub: string
  /** Whether it named the user that it acts as. */
  actsAsUser: boolean
}

/** Who acts over a WebSocket. */
export type SocketCaller = Caller & Required<Pick<Caller, 'connectionId' | 'rowsExpireAt' | 'openedAt'>>

/** The caller's connection, for the rows that must not outlive it; undefined for a backend. */
export function ownConnection(caller: SocketCaller): OwnConnection
export function ownConnection(caller: Caller): OwnConnection | undefined
export function ownConnection(caller: Caller): OwnConnection | undefined {
  const { userId, connectionId, rowsExpireAt, openedAt, sessionId } = caller
  if (connectionId === undefined || rowsExpireAt === undefined || openedAt === undefined) return undefined
  return { userId, connectionId, expiresAt: rowsExpireAt, openedAt, ...defined({ sessionId }) }
}

/** The backend that acts as somebody else, for the rows that tell who did it. */
export const viaOf = ({ userId, backend }: Caller): string | undefined =>
  backend === undefined || backend.sub === userId ? undefined : backend.sub

/** Who did it, for the entry that tells of it: the user, and the backend that acted as them. */
export const doneBy = (caller: Caller) => ({ by: caller.userId, ...defined({ via: viaOf(caller) }) })
