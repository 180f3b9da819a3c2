import type { Action, Reply } from '../src/protocol/actions.ts'
import type { PermissionName } from '../src/protocol/permissions.ts'
import type { Access, Role, RoomDetails } from '../src/protocol/room-schema.ts'
import { isNotAMember } from './errors.ts'
import { listed } from './pages.ts'
import type { RequestFrame } from './request-frame.ts'
import type { RoomContext } from './room-context.ts'
import type { RoomFeed } from './room-feed.ts'

/** A member, as `room.memberList` returns them; times in epoch ms. */
export type Member = Reply<'listMembers'>['members'][number]

/** An invite, as `room.invites` returns it; times in epoch ms. */
export type RoomInvite = Reply<'listInvites'>['invites'][number]

/** What `room.update` changes; `null` takes the topic or the picture away. */
export type RoomChanges = Omit<RequestFrame<'updateRoom'>, 'action' | 'chatRoomId' | 'requestId' | 'userId'>

type Given<A extends Action> = Omit<RequestFrame<A>, 'action' | 'chatRoomId'>

/** What a request about a room says beside the room; may be left out where nothing must be said. */
type Fields<A extends Action> = object extends Given<A> ? [fields?: Given<A>] : [fields: Given<A>]

/**
 * What a room is, who is in it, and who may enter: a part of {@link Room}. All methods that return a promise wait for a
 * connection and retry, and throw `ChatError` `forbidden` when this user's role doesn't allow it (`can` tells before),
 * `not_a_member` when this user is not in the room, `unknown_action` from a server of 0.1, and `disconnected` after
 * `client.disconnect()`.
 */
export class RoomDoors {
  /** The room's `chatRoomId`. */
  readonly id: string
  /** @internal */
  protected readonly context: RoomContext
  /** @internal */
  protected readonly feed: RoomFeed

  /** @internal */
  constructor(context: RoomContext, feed: RoomFeed) {
    this.id = feed.chatRoomId
    this.context = context
    this.feed = feed
  }

  /**
   * Sends a request about this room, as `RoomContext.patiently` does.
   *
   * @internal
   */
  protected ask<A extends Action>(action: A, ...[fields]: Fields<A>): Promise<Reply<A>> {
    const frame: object = { action, chatRoomId: this.id, ...fields }
    return this.context.patiently(frame as RequestFrame<A>)
  }

  /** The room's name. `undefined` until the room is joined. */
  get name(): string | undefined {
    return this.feed.facts.name
  }

  /** Whether this user is a member and receives the room's events. */
  get joined(): boolean {
    return this.feed.membership === 'member'
  }

  /** Who may enter. `undefined` when this user is not in the room, and with a server of 0.1. */
  get access(): Access | undefined {
    return this.feed.facts.access
  }

  /** This user's role. `undefined` as `access` is, and for somebody with the scope `tabletalk:admin`. */
  get role(): Role | undefined {
    return this.feed.facts.role
  }

  /** Whether the room is read-only, as far as the client knows. */
  get closed(): boolean {
    return this.feed.facts.closed
  }

  /** Until when this user may not write, epoch ms of the server, as far as the client knows. */
  get mutedUntil(): number | undefined {
    return this.feed.facts.mutedUntil
  }

  /** Who put this user into the room; `undefined` when the client wasn't told, or after an own join. */
  get addedBy(): string | undefined {
    return this.feed.facts.addedBy
  }

  /**
   * Topic, picture, settings, pins and the rest, as last told: by `join`, `createRoom`, `update` and `findDetails`.
   * `undefined` before, because a new connection doesn't bring them.
   */
  get details(): RoomDetails | undefined {
    return this.feed.facts.details
  }

  /** Asks the server for `details`. Returns `undefined` with a server of 0.1. */
  async findDetails(): Promise<RoomDetails | undefined> {
    this.feed.facts.learn(await this.ask('getRoom'))
    return this.details
  }

  /**
   * Whether this user may do something in the room, by the same table as the server's, so that an interface shows only
   * what will work. Before `details` are known, by the settings that a room has from the start.
   *
   * @param action a name of the table "Who may do what" of the protocol, `send`, `ban` or `describe`, say
   * @param subject upon whom, where it is upon a person: a role, or a member as in `memberList`
   *
   * @example
   * const { members } = await room.memberList()
   * console.log(members.filter((member) => room.can('kick', member)))
   */
  can(action: PermissionName, subject?: Role | { role?: Role; userId?: string }): boolean {
    const { userId } = this.context
    const person = typeof subject === 'string' ? { role: subject } : (subject ?? {})
    // An owner may become less.
    const isOwnRole = action === 'setRole' && person.userId !== undefined && person.userId === userId
    const isIn = this.joined || (this.access !== undefined && this.role === undefined)
    return isIn && this.feed.facts.can(action, this.context.serverNow(), isOwnRole ? undefined : person.role)
  }

  /**
   * Makes users members.
   *
   * @param userIds 1 to 100 users
   * @param options `role`: `member`, the default, or `guest`, who may read only
   * @returns who was `added`, who was a member `already`, and who was `refused`, with the code `banned` or `blocked`
   */
  add(userIds: string[], options?: { role?: 'guest' | 'member' }): Promise<Reply<'addMembers'>> {
    return this.ask('addMembers', { userIds, ...options })
  }

  /**
   * Ends another user's membership. They may come back where the room's access allows; `ban` keeps them out.
   *
   * @param options `reason`: 1 to 256 characters, shown to them
   */
  async remove(userId: string, options: { reason?: string } = {}): Promise<void> {
    await this.ask('removeMember', { userId, ...options })
  }

  /** Gives a member a role, at most the own one. @throws ChatError `conflict` when the user is no member */
  async setRole(userId: string, role: Role): Promise<void> {
    await this.ask('setRole', { userId, role })
    const { facts } = this.feed
    if (userId === this.context.userId) facts.change(() => (facts.role = role))
  }

  /**
   * Reads one page of the members with their roles, in the order of their ids.
   *
   * @param page `role`: only members with it; `limit`: 1 to 100, the default; `cursor`: the `nextCursor` of the page
   * before
   */
  async memberList(page: { role?: Role; limit?: number; cursor?: string } = {}): Promise<Reply<'listMembers'>> {
    const reply = await this.ask('listMembers', page)
    const own = reply.members.find(({ userId }) => userId === this.context.userId)
    const { facts } = this.feed
    if (own) {
      facts.change(() => {
        facts.role &&= own.role
        facts.mutedUntil = own.mutedUntil
      })
    }
    return reply
  }

  /**
   * Makes an invite: whoever knows it may join the room with it, by `client.join({ invite })`. Not repeated when the
   * connection is lost, because that might make two.
   *
   * @param options `role`: of who joins with it; `expiresInSeconds`: 60 to 2,592,000, default a week; `maxUses`: 1 to
   * 1,000, default any number
   * @returns the invite, 22 characters, and `expiresAt` in epoch ms
   */
  async createInvite(
    options: { role?: 'guest' | 'member'; expiresInSeconds?: number; maxUses?: number } = {},
  ): Promise<Reply<'createInvite'>> {
    return this.context.onceConnected({ action: 'createInvite', chatRoomId: this.id, ...options })
  }

  /** Reads all invites that are still good. */
  async invites(): Promise<RoomInvite[]> {
    return listed(
      (cursor) => this.ask('listInvites', cursor),
      ({ invites }) => invites,
    )
  }

  /** Ends an invite. */
  async revokeInvite(invite: string): Promise<void> {
    await this.ask('revokeInvite', { invite })
  }

  /**
   * Changes what the room is. In force when the promise resolves.
   *
   * @param changes `roomName`, `topic`, `imageUrl`, `access`, `settings`, `metadata`; what is left out stays.
   * `ifVersion`: the `version` of the details that were seen; then the request is sent once
   * @throws ChatError `conflict` when somebody has changed them since `ifVersion`
   */
  async update(changes: RoomChanges): Promise<RoomDetails> {
    const frame = { action: 'updateRoom' as const, chatRoomId: this.id, ...changes }
    const how = changes.ifVersion === undefined ? 'patiently' : 'onceConnected'
    const { room } = await this.context[how](frame)
    this.feed.facts.learn({ ...room, role: this.role, room })
    return room
  }

  /**
   * Pins a message; at most 50 in a room. Returns the ids of all, the newest first.
   *
   * @throws ChatError `limit_reached`, `message_not_found`
   */
  pin(messageId: string): Promise<string[]> {
    return this.#pinned('pinMessage', messageId)
  }

  /** Ends a pin. Returns the ids of the others, the newest first. */
  unpin(messageId: string): Promise<string[]> {
    return this.#pinned('unpinMessage', messageId)
  }

  /**
   * Deletes the room with all that is in it, for everybody. Succeeds when it is deleted already. The room's event
   * `removed` follows, with the reason `roomDeleted`.
   */
  async deleteRoom(): Promise<void> {
    try {
      await this.ask('deleteRoom')
    } catch (error) {
      // An earlier try may have succeeded whose reply was lost.
      if (!isNotAMember(error)) throw error
    }
    this.context.expelled(this.id, { reason: 'roomDeleted' })
  }

  async #pinned(action: 'pinMessage' | 'unpinMessage', messageId: string): Promise<string[]> {
    const { pins } = await this.ask(action, { messageId })
    const { facts } = this.feed
    facts.change(() => (facts.details &&= { ...facts.details, pins }))
    return pins
  }
}
