/** The parts of the protocol that the SDK's declarations use. In the package each type is written out. */
import type { RequestFrame } from '../../client/request-frame.ts'
import type { Action, Reply } from '../../src/protocol/actions.ts'

export type { ChangeEvent } from '../../src/protocol/change-events.ts'
export type { Limits } from '../../src/protocol/announced-limits.ts'
export type { ErrorCode } from '../../src/protocol/error-codes.ts'
export type {
  ChatEvent,
  MemberJoinedEvent,
  MemberLeftEvent,
  MessageEvent,
  RemovedEvent,
  UploadFailedEvent,
  UploadFailure,
} from '../../src/protocol/events.ts'
export type { ErrorFrame } from '../../src/protocol/frames.ts'
export type { AuditEntry } from '../../src/protocol/moderation-actions.ts'
export type { PermissionName, Standing } from '../../src/protocol/permissions.ts'
export type { Access, ChosenAccess, Role, RoomDetails, Settings } from '../../src/protocol/room-schema.ts'
export { canonicalType } from '../../src/protocol/canonical-type.ts'
export { matchesContentType } from '../../src/protocol/matches-content-type.ts'
export { isDirectRoomId } from '../../src/protocol/room-id.ts'
export type Frames = { [A in Action]: RequestFrame<A> }
export type Replies = { [A in Action]: Reply<A> }
