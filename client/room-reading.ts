import type { Notify, NotifyLevel } from '../src/protocol/notification-actions.ts'
import type { UnreadState } from './room-unread.ts'
import { RoomDoors } from './room-doors.ts'

/** How far this user and the others have read a room: a part of {@link Room}. */
export class RoomReading extends RoomDoors {
  /**
   * How much of the room this user has not read, on any device. `undefined` while the client doesn't know, and with a
   * server that has no `reads`. The event `unread` tells of each change.
   */
  get unread(): UnreadState | undefined {
    return this.context.reads.stateOf(this.id)
  }

  /**
   * This user has read up to a message, on all devices. Returns at once and never throws: what is marked within the
   * time that the server announces for the room (2 s in a small one) goes together, in one frame for all rooms, and at
   * once when the page is hidden and at `client.disconnect()`. Without a connection it waits for one. It never takes
   * back what another device has read.
   *
   * @param seq of the message; default: `position`
   *
   * @example
   * room.on('message', () => room.markRead())
   */
  markRead(seq: number | undefined = this.feed.inbox.position): void {
    if (seq !== undefined && this.joined) this.context.reads.mark(this.id, seq)
  }

  /**
   * A message and all that follow it are unread again, on all devices. Waits for a connection and retries. What was
   * said before this user joined stays read.
   *
   * @param seq of the first one that is to be unread
   * @throws ChatError `not_a_member`, `unknown_action` from a server that has no `reads`, `disconnected`
   */
  markUnread(seq: number): Promise<void> {
    return this.context.reads.markUnread(this.id, seq)
  }

  /**
   * Which messages of the room this user is to be woken for, on all devices: `all`, `mentions` or `none`, and until
   * when (server time). It says what the application is to notify of, and what the server names in `push.wanted`;
   * every message is delivered all the same. `all` while the client doesn't know. The event `updated` tells of changes,
   * but not of the end of `until`.
   */
  get notify(): Notify {
    const { notify } = this.feed.facts
    const isOver = notify?.until !== undefined && notify.until <= this.context.serverNow()
    return notify === undefined || isOver ? { level: 'all' } : notify
  }

  /**
   * Chooses which messages of the room this user is to be woken for, on all devices. Waits for a connection and
   * retries.
   *
   * @param level `mentions`: those that mention this user or the room
   * @param until epoch ms, server time, from which on it is `all` again; default: for good
   * @throws ChatError `not_a_member`, `unknown_action` from a server that has no `notifications`, `disconnected`
   *
   * @example
   * await room.setNotifications('none', Date.now() + 3_600_000)
   */
  async setNotifications(level: NotifyLevel, until?: number): Promise<void> {
    const notify = { level, ...(until !== undefined && { until }) }
    await this.ask('setNotifications', notify)
    this.feed.facts.choose(notify, this.context.serverNow())
  }

  /**
   * Reads how far the members have read, by user, as far as they let others know. The event `receipts` tells of what
   * they read of this user's messages from now on. Waits for a connection and retries.
   *
   * @throws ChatError `limit_reached` in a room of more than 100 members, and as `markUnread`
   */
  async receipts(): Promise<Record<string, number>> {
    const { receipts } = await this.context.patiently({ action: 'getReceipts', chatRoomId: this.id })
    return receipts
  }
}
