import type { Actor } from '../rooms/admission.ts'
import { defined } from '../protocol/defined.ts'
import type { OwnConnection } from '../rooms/session.ts'
import type { ClaimedProfile } from './claimed-profile.ts'

/** Who acts, and what the verified token grants, whatever transport the request came by. */
export interface Caller extends Actor {
  /** The connection that the request arrived on; undefined for a backend. */
  connectionId?: string
  /** The session that the connection named when it was opened. */
  sessionId?: string
  /** TTL of the connection's rows, in epoch seconds: the token's `exp`, or shortly after the connection's 2 hours. */
  rowsExpireAt?: number
  /** When the connection was opened, epoch milliseconds. */
  openedAt?: number
  /** The profile that the token claims for the user; undefined for a backend. */
  claimed?: ClaimedProfile
  /** The backend that sent the request over HTTP. `userId` is then the user it acts as, or the backend's own. */
  backend?: Backend
}

interface Backend {
  /** The `sub` of its token. */
  sub: string
  /** Whether the backend named the user that it acts as. */
  actsAsUser: boolean
}

/** A caller on a WebSocket. */
export type SocketCaller = Caller & Required<Pick<Caller, 'connectionId' | 'rowsExpireAt' | 'openedAt'>>

/** Returns the caller's connection, for rows that must not outlive the connection; undefined for a backend. */
export function ownConnection(caller: SocketCaller): OwnConnection
export function ownConnection(caller: Caller): OwnConnection | undefined
export function ownConnection(caller: Caller): OwnConnection | undefined {
  const { userId, connectionId, rowsExpireAt, openedAt, sessionId } = caller
  if (connectionId === undefined || rowsExpireAt === undefined || openedAt === undefined) return undefined
  return { userId, connectionId, expiresAt: rowsExpireAt, openedAt, ...defined({ sessionId }) }
}

/** Returns the backend that acts as another user, so that a row can name it; undefined if there is none. */
export const viaOf = ({ userId, backend }: Caller): string | undefined =>
  backend === undefined || backend.sub === userId ? undefined : backend.sub

/** Returns who performed an action, for an audit entry: the user, and the backend that acted as that user. */
export const doneBy = (caller: Caller) => ({ by: caller.userId, ...defined({ via: viaOf(caller) }) })
