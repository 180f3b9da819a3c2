import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import type { PermissionName } from '../src/protocol/permissions.ts'
import type { Role } from '../src/protocol/room-schema.ts'
import { MAX_MESSAGES_BY_ID } from '../src/protocol/limits.ts'
import { ChatError } from './errors.ts'
import { withReaction, hasReacted } from './reactions.ts'
import type { RequestFrame } from './request-frame.ts'
import { RoomModeration } from './room-moderation.ts'
import { tombstoneOf } from './room-store.ts'

/** What `room.edit` changes; `mentions`, `mentionRoom` and `metadata` that are left out stay. */
export type MessageEdit = Omit<RequestFrame<'editMessage'>, 'action' | 'chatRoomId' | 'messageId' | 'contentEncoding'>

/** A page of `room.history`. */
export interface HistoryPage {
  /** An exclusive bound of `seq`. */
  before?: number
  /** The same from below. */
  after?: number
  /** 1 to 100, default 50. */
  limit?: number
  /** `room`: without the replies that are shown in their threads only. Default `all`. */
  view?: 'all' | 'room'
}

/** So many changes later it has been counted: one may be on its way, and another one be written. */
const SURELY_COUNTED = 3

/**
 * What was said in a room, and what becomes of it: a part of {@link Room}. `edit`, `delete`, `react` and `unreact` are
 * shown at once and taken back when the server refuses them; without a connection they wait for one. They throw what
 * the methods of {@link RoomDoors} throw, and `message_not_found`.
 */
export class RoomTalk extends RoomModeration {
  /**
   * The room's messages that the client has, in the order of `seq`: the newest without a hole, and the pages before
   * them that `history` has read. Always as they are now, with this client's own changes. Without replies that are
   * shown in their threads only. The array is a new one whenever something has changed; then there is a `messages`
   * event. Of what nobody has read with `history` only the last 200 to 400 are kept.
   */
  get messages(): readonly MessageEvent[] {
    return this.feed.store.messages
  }

  /** The newest of `messages`; `undefined` while the client has none: `history({ limit: 1 })` reads it. */
  get lastMessage(): MessageEvent | undefined {
    return this.messages.at(-1)
  }

  /**
   * Reads one page of the room's messages, in the order of `seq`. They are returned, not delivered as events, and are
   * in `messages` when they follow on what is there. Waits for a connection and retries.
   *
   * @param page with neither `after` nor `before`, the newest page
   *
   * @example
   * const { messages, hasMore } = await room.history({ limit: 20 })
   * if (hasMore) console.log(await room.history({ before: messages[0]!.seq, limit: 20 }))
   */
  history(page: HistoryPage = {}): Promise<Reply<'getHistory'>> {
    return this.page(page)
  }

  /**
   * Finds messages by their ids: those that the client has, and asks for the others. In the order of `seq`; what isn't
   * there any more is left out.
   *
   * @param messageIds at most 50
   */
  async find(messageIds: readonly string[]): Promise<MessageEvent[]> {
    const { store } = this.feed
    const missing = messageIds.filter((id) => !store.has(Number(id)))
    const read = await this.#read([...new Set(missing)])
    const known = messageIds.flatMap((id) => store.find(id) ?? [])
    const all = new Map([...read, ...known].map((message) => [message.seq, message]))
    return [...all.values()].filter(({ deleted }) => !deleted).sort((a, b) => a.seq - b.seq)
  }

  /** Reads the pinned messages, the one pinned last first. */
  async pins(): Promise<MessageEvent[]> {
    const ids = (await this.findDetails())?.pins ?? []
    const found = await this.find(ids)
    return found.sort((a, b) => ids.indexOf(a.messageId) - ids.indexOf(b.messageId))
  }

  /**
   * Changes what one of this user's own messages says, or the caption of a file.
   *
   * @param changes `content` as for `send`; `ifEditedAt`: the `editedAt` that was seen, 0 for none
   * @throws ChatError `forbidden` when the message is somebody else's or the room's time for edits is over, `conflict`
   * when it was edited since `ifEditedAt`
   *
   * @example
   * await room.edit(message.messageId, { content: 'what I meant' })
   */
  edit(messageId: string, changes: MessageEdit): Promise<void> {
    const { content, mentions, mentionRoom, metadata } = changes as MessageEdit &
      Pick<MessageEvent, 'mentions'> & {
        mentionRoom?: boolean
      }
    const editedAt = this.context.serverNow()
    return this.feed.store.make(
      messageId,
      (message) => ({
        ...message,
        content,
        editedAt,
        ...(mentions && { mentions }),
        ...(mentionRoom && { mentionsRoom: true as const }),
        ...(metadata && { metadata }),
      }),
      async () => isVersion(await this.ask('editMessage', { messageId, ...changes })),
    )
  }

  /**
   * Deletes a message for good, for everybody: one's own, or another's as a moderator.
   *
   * @param options `reason`: 1 to 256 characters, for the room's audit log
   */
  delete(messageId: string, options: { reason?: string } = {}): Promise<void> {
    const deleted = { at: this.context.serverNow(), by: this.context.userId ?? '' }
    return this.feed.store.make(
      messageId,
      (message) => tombstoneOf(message, deleted),
      async () => isVersion(await this.ask('deleteMessage', { messageId, ...options })),
    )
  }

  /**
   * Reacts to a message. Does nothing where this user has given that reaction already.
   *
   * @param reaction an emoji or a short word, 1 to 64 bytes of UTF-8
   * @throws ChatError `limit_reached` when the message has 50 different ones
   */
  react(messageId: string, reaction: string): Promise<void> {
    return this.#react('addReaction', messageId, reaction)
  }

  /** Takes a reaction back. */
  unreact(messageId: string, reaction: string): Promise<void> {
    return this.#react('removeReaction', messageId, reaction)
  }

  /** Whether this user has given a reaction, as far as the client knows. */
  hasReacted(message: MessageEvent, reaction: string): boolean {
    return hasReacted(message, reaction, this.context.userId ?? '')
  }

  /**
   * Reads one page of who has reacted to a message with what. `message.reactions` has the counts and the latest ten.
   *
   * @param page `reaction`: only that one; `cursor`: the `nextCursor` of the page before
   */
  reactions(messageId: string, page: { reaction?: string; cursor?: string } = {}): Promise<Reply<'getReactions'>> {
    return this.ask('getReactions', { messageId, ...page })
  }

  /**
   * As in `RoomDoors`; the subject of `edit`, `deleteOwn`, `deleteAny` and others may also be a message.
   *
   * @example
   * console.log('may delete', room.can('deleteOwn', message) || room.can('deleteAny', message))
   */
  override can(action: PermissionName, subject?: Role | { role?: Role; userId?: string } | MessageEvent): boolean {
    if (typeof subject !== 'object' || !('messageId' in subject)) return super.can(action, subject)
    const { senderId, timestamp, deleted } = subject
    if (deleted || !super.can(action)) return false
    if (action !== 'edit' && action !== 'deleteOwn') return true
    const { editWindowSeconds } = this.feed.facts.settings
    const isLate = editWindowSeconds !== null && this.context.serverNow() > timestamp + editWindowSeconds * 1_000
    return senderId === this.context.userId && !(action === 'edit' && isLate)
  }

  /** @internal */
  async page(page: HistoryPage & { threadId?: string }): Promise<Reply<'getHistory'>> {
    this.feed.used()
    // A server without threads has no such replies, and doesn't take the word.
    const { view, ...rest } = page
    const asked = view && this.context.hasFeature('threads') ? page : rest
    const reply = await this.ask('getHistory', asked)
    return { ...reply, messages: this.feed.store.load(page, reply, this.feed.inbox.position) }
  }

  async #read(messageIds: readonly string[]): Promise<MessageEvent[]> {
    if (messageIds.length === 0) return []
    if (messageIds.length > MAX_MESSAGES_BY_ID) {
      throw new ChatError('invalid_request', `unable to find messages; more than ${MAX_MESSAGES_BY_ID} were asked for`)
    }
    const { messages, left = [] } = await this.ask('getMessages', { messageIds: [...messageIds], include: ['deleted'] })
    return [...this.feed.store.read(messages), ...(await this.#read(left))]
  }

  #react(action: 'addReaction' | 'removeReaction', messageId: string, reaction: string): Promise<void> {
    const me = this.context.userId ?? ''
    const isGiven = action === 'addReaction'
    const { store } = this.feed
    return store.make(
      messageId,
      (message) => withReaction(message, reaction, me, isGiven),
      async () => {
        await this.ask(action, { messageId, reaction })
        const { version = 0 } = store.known(messageId) ?? {}
        // The server counts them a moment later.
        return (message) =>
          hasReacted(message, reaction, me) === isGiven || (message.version ?? 0) >= version + SURELY_COUNTED
      },
    )
  }
}

const isVersion =
  ({ version }: { version: number }) =>
  (message: MessageEvent): boolean =>
    (message.version ?? 0) >= version
