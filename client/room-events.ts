import type { ChangeEvent } from '../src/protocol/change-events.ts'
import type { MemberJoinedEvent, MemberLeftEvent, MessageEvent, UploadFailedEvent } from '../src/protocol/events.ts'
import type { Role, RoomDetails } from '../src/protocol/room-schema.ts'
import type { Discontinuity } from './inbox.ts'
import type { OutgoingMessage } from './outbox.ts'
import type { Removal } from './removal.ts'
import type { UnreadState } from './room-unread.ts'

/** That a message was deleted: which, when (epoch ms), by whom, and in which thread it was. */
export type Deletion = Pick<
  Extract<ChangeEvent, { event: 'messageDeleted' }>,
  'seq' | 'messageId' | 'version' | 'deletedAt' | 'deletedBy' | 'threadId'
>

/** The events of a room, for `room.on` and `direct.on`. */
export interface RoomEvents {
  /** A message: each once, in the order of `seq`, this user's own included as soon as the server has stored them. */
  message: MessageEvent
  /**
   * A message is another one than it was: edited, reacted to, or replied to in its thread. This is all of it. What this
   * client has asked for itself is shown at once, and shown back when the server refuses it.
   */
  messageUpdated: MessageEvent
  /** A message is gone, or only its place is left, because replies hang on it: then `room.messages` has it. */
  messageDeleted: Deletion
  /** `room.messages` or those of one of its threads are others than before. */
  messages: undefined
  /**
   * What was changed while this client was away can't be found out any more: it has forgotten the room's messages. Load
   * what is shown once more.
   */
  stale: undefined
  /** Name, topic, access, settings or pins of the room were changed, or it was closed. */
  roomUpdated: RoomDetails
  /** A member has another role, was muted or may write again. */
  memberUpdated: { userId: string; role: Role; mutedUntil?: number | undefined; version: number }
  /** The ids of all other users who are typing now, whenever that changes. */
  typing: string[]
  /** A user has become a member. */
  memberJoined: Pick<MemberJoinedEvent, 'userId' | 'timestamp'>
  /** A user is no longer a member; this user too, when they left on another connection. */
  memberLeft: Pick<MemberLeftEvent, 'userId' | 'timestamp'>
  /**
   * This user was shown out, or the room was deleted. The client has left the room: messages and uploads on their way
   * have failed, with `banned` or `not_a_member`, and nothing more arrives until this user is in again.
   */
  removed: Removal
  /** What the client knows of the room has changed: `details`, `role`, `closed`, `mutedUntil`, `notify` and so on. */
  updated: RoomDetails | undefined
  /** After a reconnect: all missed messages, `count` of them, have been delivered. */
  recovered: { count: number }
  /** Messages were skipped, because more were missed than `recoverLimit`. The next `message` follows them. */
  discontinuity: Discontinuity
  /** The state of a message from this client has changed: it is new, sent or failed. */
  outgoing: OutgoingMessage
  /** How much of the room this user has not read has changed; `undefined` when it isn't known any more. */
  unread: UnreadState | undefined
  /** Others have read messages of this user: how far, by user. Of two numbers for one user the greater holds. */
  receipts: Record<string, number>
  /** The server refused a file that this user has uploaded. */
  uploadFailed: UploadFailedEvent
}
