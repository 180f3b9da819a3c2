import type { Reply } from '../src/protocol/actions.ts'
import { listed } from './pages.ts'
import { RoomReading } from './room-reading.ts'

/** A ban, as `room.bans` returns it. Times are in epoch milliseconds. */
export type Ban = Reply<'listBans'>['bans'][number]

/**
 * The part of {@link Room} for moderators. The methods wait for a connection, retry and reject as those of
 * {@link RoomDoors} do.
 */
export class RoomModeration extends RoomReading {
  /**
   * Bans a user, who doesn't have to be a member. The user is removed, and can neither join nor be added until the ban
   * ends.
   *
   * @param options `seconds`: the ban's duration, 60 to 31,536,000, by default permanent; `reason`: 1 to 256
   * characters, shown to the user; `deleteMessagesSeconds`: 0 to 604,800, also deletes what the user has sent in the
   * last so many seconds; that takes some minutes
   * @returns `until`, the end of the ban in epoch milliseconds; left out for a permanent ban
   *
   * @example
   * await room.ban('eve', { seconds: 3_600, reason: 'spam', deleteMessagesSeconds: 600 })
   */
  ban(
    userId: string,
    options?: { seconds?: number; reason?: string; deleteMessagesSeconds?: number },
  ): Promise<Reply<'banMember'>> {
    return this.ask('banMember', { userId, ...options })
  }

  /** Ends a ban. The user isn't made a member again. */
  async unban(userId: string): Promise<void> {
    await this.ask('unbanMember', { userId })
  }

  /** Reads all bans of the room. */
  async bans(): Promise<Ban[]> {
    return listed(
      (cursor) => this.ask('listBans', cursor),
      ({ bans }) => bans,
    )
  }

  /**
   * Mutes a member for a time: they can read, but not write.
   *
   * @param options `seconds`: 1 to 2,419,200; `reason`: 1 to 256 characters
   * @returns `mutedUntil`, the end of the mute in epoch milliseconds
   * @throws ChatError `conflict` when the user is not a member
   *
   * @example
   * await room.mute('eve', { seconds: 600, reason: 'please calm down' })
   */
  mute(userId: string, options: { seconds: number; reason?: string }): Promise<Reply<'muteMember'>> {
    return this.ask('muteMember', { userId, ...options })
  }

  /** Ends a mute. */
  async unmute(userId: string): Promise<void> {
    await this.mute(userId, { seconds: 0 })
  }

  /**
   * Makes the room read-only for everybody.
   *
   * @param closed `false` opens the room again
   */
  async close(closed = true): Promise<void> {
    await this.ask('closeRoom', { closed })
    const { facts } = this.feed
    facts.change(() => {
      facts.closed = closed
      facts.details &&= { ...facts.details, closed }
    })
  }

  /**
   * Reports a message to the room's moderators, as an entry of the audit log.
   *
   * @param reason 1 to 256 characters
   */
  async report(messageId: string, reason: string): Promise<void> {
    await this.ask('reportMessage', { messageId, reason })
  }

  /**
   * Reads one page of the room's audit log, the newest entry first.
   *
   * @param page `before`: only entries before this time, epoch milliseconds; `limit`: 1 to 100, default 50
   *
   * @example
   * const { entries } = await room.audit({ limit: 20 })
   * console.log(entries)
   */
  audit(page: { before?: number; limit?: number } = {}): Promise<Reply<'getAudit'>> {
    return this.ask('getAudit', page)
  }
}
