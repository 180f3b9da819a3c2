import type { Reply } from '../src/protocol/actions.ts'
import { listed } from './pages.ts'
import { RoomReading } from './room-reading.ts'

/** A ban, as `room.bans` returns it; times in epoch ms. */
export type Ban = Reply<'listBans'>['bans'][number]

/** What moderators do: a part of {@link Room}. The methods throw what those of {@link RoomDoors} throw. */
export class RoomModeration extends RoomReading {
  /**
   * Removes a user, who may be no member, and keeps them out: they can neither join nor be added.
   *
   * @param options `seconds`: 60 to 31,536,000, default for good; `reason`: 1 to 256 characters, shown to them;
   * `deleteMessagesSeconds`: 0 to 604,800, what they have said in so many seconds before is deleted within minutes
   * @returns `until`, epoch ms, unless it is for good
   */
  ban(
    userId: string,
    options?: { seconds?: number; reason?: string; deleteMessagesSeconds?: number },
  ): Promise<Reply<'banMember'>> {
    return this.ask('banMember', { userId, ...options })
  }

  /** Ends a ban. */
  async unban(userId: string): Promise<void> {
    await this.ask('unbanMember', { userId })
  }

  /** Reads who is banned. */
  async bans(): Promise<Ban[]> {
    return listed(
      (cursor) => this.ask('listBans', cursor),
      ({ bans }) => bans,
    )
  }

  /**
   * Lets a member read and not write for a time.
   *
   * @param options `seconds`: 1 to 2,419,200; `reason`: 1 to 256 characters
   * @returns `mutedUntil`, epoch ms
   * @throws ChatError `conflict` when the user is no member
   */
  mute(userId: string, options: { seconds: number; reason?: string }): Promise<Reply<'muteMember'>> {
    return this.ask('muteMember', { userId, ...options })
  }

  /** Ends a mute. */
  async unmute(userId: string): Promise<void> {
    await this.mute(userId, { seconds: 0 })
  }

  /** Makes the room read-only for everybody, or with `false` ends that. */
  async close(closed = true): Promise<void> {
    await this.ask('closeRoom', { closed })
    const { facts } = this.feed
    facts.change(() => {
      facts.closed = closed
      facts.details &&= { ...facts.details, closed }
    })
  }

  /** Tells the room's moderators of a message, in the audit log. @param reason 1 to 256 characters */
  async report(messageId: string, reason: string): Promise<void> {
    await this.ask('reportMessage', { messageId, reason })
  }

  /**
   * Reads what was done in the room, the newest first.
   *
   * @param page `before`: epoch ms, exclusive; `limit`: 1 to 100, default 50
   */
  audit(page: { before?: number; limit?: number } = {}): Promise<Reply<'getAudit'>> {
    return this.ask('getAudit', page)
  }
}
