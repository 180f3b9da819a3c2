import type { ChangeEvent } from '../src/protocol/change-events.ts'
import type { MemberJoinedEvent, MemberLeftEvent, MessageEvent, UploadFailedEvent } from '../src/protocol/events.ts'
import type { Role, RoomDetails } from '../src/protocol/room-schema.ts'
import type { ThreadUnread } from './followed-threads.ts'
import type { Discontinuity } from './inbox.ts'
import type { OutgoingMessage } from './outbox.ts'
import type { Removal } from './removal.ts'
import type { UnreadState } from './room-unread.ts'

/** The payload of `messageDeleted`: which message was deleted, when (epoch milliseconds), and by whom. */
export type Deletion = Pick<
  Extract<ChangeEvent, { event: 'messageDeleted' }>,
  'seq' | 'messageId' | 'version' | 'deletedAt' | 'deletedBy' | 'threadId'
>

/** The events of a room, for `room.on` and `direct.on`. */
export interface RoomEvents {
  /**
   * A message has arrived. Each message is emitted once, in the order of `seq`. This user's own messages are included,
   * as soon as the server has stored them.
   */
  message: MessageEvent
  /**
   * A message was edited, got or lost a reaction, or got a reply in its thread. The payload is the whole message. The
   * client's own changes are emitted at once, before the server replies, and are undone by another event if the server
   * refuses them.
   */
  messageUpdated: MessageEvent
  /** A message was deleted. If it has replies, `room.messages` keeps a message without content in its place. */
  messageDeleted: Deletion
  /** `room.messages` or the messages of one of the room's threads have changed. */
  messages: undefined
  /**
   * The client can't find out what has changed in the room, because it was away for too long or this user was not a
   * member for a while. It has discarded the room's messages: load those that are on the screen again. When this user
   * comes back, this event is emitted before `updated`.
   */
  stale: undefined
  /** The room's name, topic, access, settings or pins were changed, or it was closed or opened. */
  roomUpdated: RoomDetails
  /** The role of a member was changed, or a member was muted or unmuted. */
  memberUpdated: { userId: string; role: Role; mutedUntil?: number | undefined; version: number }
  /** The list of other users who are typing has changed. The payload has the ids of all of them. */
  typing: string[]
  /** A user has become a member. */
  memberJoined: Pick<MemberJoinedEvent, 'userId' | 'timestamp'>
  /** A user is no longer a member. Also emitted for this user, when they left on another connection. */
  memberLeft: Pick<MemberLeftEvent, 'userId' | 'timestamp'>
  /**
   * This user was removed or banned, or the room was deleted. The client has left the room. Its unsent messages and
   * its uploads have failed with `banned` or `not_a_member`. No events arrive until this user is a member again.
   */
  removed: Removal
  /**
   * The client's knowledge of the room has changed: `joined`, `details`, `role`, `closed`, `mutedUntil`, `notify` and
   * so on. Also emitted when a direct conversation gets its room. The payload is `room.details`.
   */
  updated: RoomDetails | undefined
  /** All messages that were missed while there was no connection have been delivered, `count` of them. */
  recovered: { count: number }
  /** Older missed messages were skipped, because there were more than `recoverLimit`. The later ones follow. */
  discontinuity: Discontinuity
  /** A message from this client is new, or has been sent or has failed. */
  outgoing: OutgoingMessage
  /** The number of unread messages has changed. `undefined` when it is no longer known. */
  unread: UnreadState | undefined
  /**
   * The number of unread replies in a thread that this user follows has changed. `undefined` when they don't follow it
   * any more.
   */
  threadUnread: { threadId: string; unread: ThreadUnread | undefined }
  /**
   * Other members have read messages of this user. The payload has, for each user id, the `seq` up to which that user
   * has read. If two events differ, the greater number is right.
   */
  receipts: Record<string, number>
  /** The server refused a file that this user has uploaded. */
  uploadFailed: UploadFailedEvent
}
