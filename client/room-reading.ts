import type { Notify, NotifyLevel } from '../src/protocol/notification-actions.ts'
import type { UnreadState } from './room-unread.ts'
import { RoomDoors } from './room-doors.ts'

/** The part of {@link Room} for unread messages, receipts and notifications. */
export class RoomReading extends RoomDoors {
  /**
   * How many messages of the room this user has not read on any device. `undefined` until the server has counted them,
   * and with a server without the feature `reads`. The event `unread` reports each change.
   */
  get unread(): UnreadState | undefined {
    return this.context.reads.stateOf(this.id)
  }

  /**
   * Marks the room as read up to a message, for all devices of this user. Returns at once and never throws. Never moves
   * the marker back: `markUnread` does that.
   *
   * Marks are sent together, in one frame for all rooms, after the time that the server announces for the room (2
   * seconds in a small room). They are sent at once when the page is hidden and at `client.disconnect()`. Without a
   * connection they wait for one.
   *
   * @param seq the `seq` of the message; default: `position`
   *
   * @example
   * room.on('message', () => room.markRead())
   */
  markRead(seq: number | undefined = this.feed.inbox.position): void {
    if (seq !== undefined && this.joined) this.context.reads.mark(this.id, seq)
  }

  /**
   * Marks a message and all later ones as unread, for all devices of this user. Waits for a connection and retries.
   * Messages from before this user joined stay read.
   *
   * @param seq the `seq` of the first message that shall be unread
   * @throws ChatError `not_a_member`, `unknown_action` from a server without the feature `reads`, `disconnected`
   *
   * @example
   * await room.markUnread(message.seq)
   */
  markUnread(seq: number): Promise<void> {
    return this.context.reads.markUnread(this.id, seq)
  }

  /**
   * The messages of the room for which this user wants notifications, on all devices: `all`, `mentions` or `none`, and
   * until when (epoch milliseconds of the server). `all` while the client doesn't know.
   *
   * This doesn't change which messages are delivered. The application decides by it what to show a notification of, and
   * the server whom to name in `push.wanted`. The event `updated` reports changes, but not that `until` has passed.
   */
  get notify(): Notify {
    const { notify } = this.feed.facts
    const isOver = notify?.until !== undefined && notify.until <= this.context.serverNow()
    return notify === undefined || isOver ? { level: 'all' } : notify
  }

  /**
   * Chooses for which messages of the room this user wants notifications, on all devices. Waits for a connection and
   * retries.
   *
   * @param level `all`, `none`, or `mentions` for messages that mention this user or the room
   * @param until when the level becomes `all` again, epoch milliseconds of the server; default: never
   * @throws ChatError `not_a_member`, `unknown_action` from a server without the feature `notifications`,
   * `disconnected`
   *
   * @example
   * await room.setNotifications('none', client.serverNow + 3_600_000)
   */
  async setNotifications(level: NotifyLevel, until?: number): Promise<void> {
    const notify = { level, ...(until !== undefined && { until }) }
    await this.ask('setNotifications', notify)
    this.feed.facts.choose(notify, this.context.serverNow())
  }

  /**
   * Reads how far the members have read: for each user id, the `seq` of the last message that they have read. Members
   * whose receipts are private are left out. The event `receipts` reports what members later read of this user's
   * messages. Waits for a connection and retries.
   *
   * @throws ChatError `limit_reached` in a room of more than 100 members, `not_a_member`, `unknown_action` from a
   * server without the feature `reads`, `disconnected`
   *
   * @example
   * const receipts = await room.receipts()
   * console.log(receipts.bob)
   */
  async receipts(): Promise<Record<string, number>> {
    const { receipts } = await this.context.patiently({ action: 'getReceipts', chatRoomId: this.id })
    return receipts
  }
}
