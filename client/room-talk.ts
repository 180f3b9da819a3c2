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

/** The changes that `room.edit` makes. `mentions`, `mentionRoom` and `metadata` don't change if they are left out. */
export type MessageEdit = Omit<RequestFrame<'editMessage'>, 'action' | 'chatRoomId' | 'messageId' | 'contentEncoding'>

/** Says which page of messages `room.history` reads. */
export interface HistoryPage {
  /** Only messages whose `seq` is less than this. */
  before?: number
  /** Only messages whose `seq` is greater than this. */
  after?: number
  /** 1 to 100, default 50. */
  limit?: number
  /** `room` leaves out replies that are only shown in their threads. Default `all`. */
  view?: 'all' | 'room'
}

/** A message upon which a user may act, with the role of its sender in the room, if it is known. */
type MessageSubject = MessageEvent & { role?: Role | undefined }

/**
 * Once a message has this many newer versions, its counts include a reaction that the server has accepted. Fewer are
 * not enough: one version may already be on its way to this client, and another being written.
 */
const SURELY_COUNTED = 3

/**
 * The part of {@link Room} for messages and their changes.
 *
 * `edit`, `delete`, `react` and `unreact` change `messages` at once, and change them back if the server refuses. They
 * wait for a connection and retry. They reject as the methods of {@link RoomDoors} do, and with `message_not_found`.
 */
export class RoomTalk extends RoomModeration {
  /**
   * The room's messages that the client has, in the order of `seq` and without a gap: the newest ones, and the earlier
   * pages that `history` has read. They include all edits, reactions and deletions, also those of this client that the
   * server hasn't confirmed yet. Replies that are only shown in their threads are left out.
   *
   * Each change makes a new array and emits the event `messages`. The client keeps the latest 200 to 400 messages, and
   * the pages that `history` has read.
   */
  get messages(): readonly MessageEvent[] {
    return this.feed.store.messages
  }

  /** The newest of `messages`. `undefined` if the client has no messages yet; `history({ limit: 1 })` reads it. */
  get lastMessage(): MessageEvent | undefined {
    return this.messages.at(-1)
  }

  /**
   * Reads one page of the room's messages, in the order of `seq`. They are not emitted as events. They are added to
   * `messages` if there is no gap between them and the messages there. Waits for a connection and retries.
   *
   * @param page the bounds and size of the page; without `before` and `after`, the newest page
   * @returns `messages`, and `hasMore`. On a slow link a page may have fewer messages than `limit`, so use `hasMore` to
   * find out whether there are more
   * @throws ChatError `not_a_member`, `disconnected`
   *
   * @example
   * const { messages, hasMore } = await room.history({ limit: 20 })
   * if (hasMore) console.log(await room.history({ before: messages[0]!.seq, limit: 20 }))
   */
  history(page: HistoryPage = {}): Promise<Reply<'getHistory'>> {
    return this.page(page)
  }

  /**
   * Finds messages by their ids. Requests only those that the client doesn't have; for that it waits for a connection
   * and retries.
   *
   * @param messageIds any number of ids, of which the client may lack at most 50
   * @returns the messages in the order of `seq`; deleted ones are left out
   * @throws ChatError `invalid_request` when more than 50 have to be requested, `not_a_member`, `disconnected`
   *
   * @example
   * const [original] = await room.find([message.replyTo ?? ''])
   * console.log(original?.content)
   */
  async find(messageIds: readonly string[]): Promise<MessageEvent[]> {
    const { store } = this.feed
    const missing = messageIds.filter((id) => !store.has(Number(id)))
    const read = await this.#read([...new Set(missing)])
    const known = messageIds.flatMap((id) => store.find(id) ?? [])
    const all = new Map([...read, ...known].map((message) => [message.seq, message]))
    return [...all.values()].filter(({ deleted }) => !deleted).sort((a, b) => a.seq - b.seq)
  }

  /**
   * Reads the pinned messages, the one pinned last first. Waits for a connection and retries.
   *
   * @throws ChatError `not_a_member`, `disconnected`
   */
  async pins(): Promise<MessageEvent[]> {
    const ids = (await this.findDetails())?.pins ?? []
    const found = await this.find(ids)
    return found.sort((a, b) => ids.indexOf(a.messageId) - ids.indexOf(b.messageId))
  }

  /**
   * Changes the content of one of this user's own messages, or the caption of a file.
   *
   * @param changes `content`, `mentions`, `mentionRoom` and `metadata` as for `send`; `ifEditedAt`: the `editedAt` of
   * the message that the edit is based on, 0 if it had none
   * @throws ChatError `forbidden` when the message is another user's or is too old to be edited in this room,
   * `conflict` when it was edited after `ifEditedAt`, `message_not_found`
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
      {
        shows: ({ mentionsRoom, ...message }) => ({
          ...message,
          content,
          editedAt,
          ...(mentions && { mentions }),
          ...((mentionRoom ?? mentionsRoom) && { mentionsRoom: true as const }),
          ...(metadata && { metadata }),
        }),
      },
      async () => isVersion(await this.ask('editMessage', { messageId, ...changes })),
    )
  }

  /**
   * Deletes a message permanently, for everybody. Users may delete their own messages, and moderators those of others.
   *
   * @param options `reason`: 1 to 256 characters, for the room's audit log
   * @throws ChatError `forbidden`, `message_not_found`
   *
   * @example
   * await room.delete(message.messageId, { reason: 'spam' })
   */
  delete(messageId: string, options: { reason?: string } = {}): Promise<void> {
    const deleted = { at: this.context.serverNow(), by: this.context.userId ?? '' }
    return this.feed.store.make(messageId, { shows: (message) => tombstoneOf(message, deleted) }, async () =>
      isVersion(await this.ask('deleteMessage', { messageId, ...options })),
    )
  }

  /**
   * Adds a reaction of this user to a message. Changes nothing if the user has already given the same reaction.
   *
   * @param reaction an emoji or a short word, 1 to 64 bytes of UTF-8
   * @throws ChatError `limit_reached` when the message has 50 different reactions, `message_not_found`
   *
   * @example
   * await room.react(message.messageId, '👋')
   */
  react(messageId: string, reaction: string): Promise<void> {
    return this.#react('addReaction', messageId, reaction)
  }

  /** Removes a reaction of this user from a message. Changes nothing if there is none. */
  unreact(messageId: string, reaction: string): Promise<void> {
    return this.#react('removeReaction', messageId, reaction)
  }

  /** Whether this user has given a reaction to a message, as far as the client knows. */
  hasReacted(message: MessageEvent, reaction: string): boolean {
    return hasReacted(message, reaction, this.context.userId ?? '')
  }

  /**
   * Reads one page of the reactions to a message with the users who gave them. For most purposes `message.reactions` is
   * enough: it has the counts and the latest ten users of each reaction. Waits for a connection and retries.
   *
   * @param page `reaction`: only this reaction; `cursor`: the `nextCursor` of the previous page
   * @throws ChatError `message_not_found`, `not_a_member`, `disconnected`
   */
  reactions(messageId: string, page: { reaction?: string; cursor?: string } = {}): Promise<Reply<'getReactions'>> {
    return this.ask('getReactions', { messageId, ...page })
  }

  /**
   * How many messages have an edit, a deletion or a reaction of this client that the server has not answered yet, for
   * example because there is no connection. They are lost if the page is closed now.
   */
  get changing(): number {
    return this.feed.store.changing
  }

  /**
   * Whether this user may do something in the room, so that an interface can hide what wouldn't work. The client uses
   * the same table of permissions as the server. Until `details` are known, it assumes the default settings of a room.
   *
   * @param action a name from the protocol's table "Who may do what", such as `send`, `ban` or `describe`
   * @param subject for an action upon a person: that person's role, or a member as in `memberList`; for an action upon
   * a message, such as `edit` or `deleteOwn`: the message, for `deleteAny` with the role of its sender, if it is known
   *
   * @example
   * console.log('may delete', room.can('deleteOwn', message) || room.can('deleteAny', { ...message, role: 'member' }))
   */
  override can(action: PermissionName, subject?: Role | { role?: Role; userId?: string } | MessageSubject): boolean {
    if (typeof subject !== 'object' || !('messageId' in subject)) return super.can(action, subject)
    const { senderId, timestamp, deleted, role } = subject
    if (deleted || !super.can(action, { ...(role && { role }) })) return false
    if (action !== 'edit' && action !== 'deleteOwn') return true
    const { editWindowSeconds } = this.feed.facts.settings
    const isLate = editWindowSeconds !== null && this.context.serverNow() >= timestamp + editWindowSeconds * 1_000
    return senderId === this.context.userId && !(action === 'edit' && isLate)
  }

  /** @internal */
  async page(page: HistoryPage & { threadId?: string }): Promise<Reply<'getHistory'>> {
    this.feed.used()
    // A server without threads rejects `view`, and has no replies to leave out.
    const { view, ...rest } = page
    const asked = view && this.context.hasFeature('threads') ? page : rest
    const { store, inbox } = this.feed
    const ask = () => this.ask('getHistory', asked)
    const reply = await store.request(ask, (reply) => ({
      ...reply,
      messages: store.load(page, reply, inbox.position),
    }))
    this.feed.findRoots()
    return reply
  }

  async #read(messageIds: readonly string[]): Promise<MessageEvent[]> {
    if (messageIds.length === 0) return []
    if (messageIds.length > MAX_MESSAGES_BY_ID) {
      throw new ChatError('invalid_request', `unable to find messages; more than ${MAX_MESSAGES_BY_ID} were asked for`)
    }
    const { store } = this.feed
    const ask = () => this.ask('getMessages', { messageIds: [...messageIds], include: ['deleted'] })
    const { shown, left } = await store.request(ask, ({ messages, left = [] }) => {
      return { shown: store.read(messages), left }
    })
    return [...shown, ...(await this.#read(left))]
  }

  #react(action: 'addReaction' | 'removeReaction', messageId: string, reaction: string): Promise<void> {
    const me = this.context.userId ?? ''
    const isGiven = action === 'addReaction'
    const { store } = this.feed
    return store.make(
      messageId,
      { shows: (message) => withReaction(message, reaction, me, isGiven), about: reaction },
      async () => {
        await this.ask(action, { messageId, reaction })
        const { version = 0 } = store.known(messageId) ?? {}
        // The server counts reactions a moment after it has accepted them.
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
