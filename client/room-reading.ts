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
