import type { Action, Reply } from '../src/protocol/actions.ts'
import type { PermissionName } from '../src/protocol/permissions.ts'
import type { Access, Role, RoomDetails } from '../src/protocol/room-schema.ts'
import { isNotAMember } from './errors.ts'
import { listed } from './pages.ts'
import type { RequestFrame } from './request-frame.ts'
import type { RoomContext } from './room-context.ts'
import type { RoomFacts } from './room-facts.ts'
import type { RoomFeed } from './room-feed.ts'

/** A member, as `room.memberList` returns them. Times are in epoch milliseconds. */
export type Member = Reply<'listMembers'>['members'][number]

/** An invite, as `room.invites` returns it. Times are in epoch milliseconds. */
export type RoomInvite = Reply<'listInvites'>['invites'][number]

/** The changes that `room.update` makes. `null` removes the topic or the picture. */
export type RoomChanges = Omit<RequestFrame<'updateRoom'>, 'action' | 'chatRoomId' | 'requestId' | 'userId'>

type Given<A extends Action> = Omit<RequestFrame<A>, 'action' | 'chatRoomId'>

/** The fields of a request beside the room's id. The argument is optional if no field is required. */
type Fields<A extends Action> = object extends Given<A> ? [fields?: Given<A>] : [fields: Given<A>]

/**
 * The part of {@link Room} for the room's details, its members and its invites.
 *
 * All methods that return a promise wait for a connection and retry, unless they say otherwise. They reject with a
 * `ChatError`: `forbidden` when this user's role doesn't allow it, which `can` tells in advance; `not_a_member` when
 * this user is not a member; `unknown_action` from a server of version 0.1; and `disconnected` after
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

  /** Who may enter. `undefined` when this user is not a member, and with a server of version 0.1. */
  get access(): Access | undefined {
    return this.feed.facts.access
  }

  /** This user's role. `undefined` when `access` is, and for a user with the scope `tabletalk:admin`. */
  get role(): Role | undefined {
    return this.feed.facts.role
  }

  /** Whether the room is read-only, as far as the client knows. */
  get closed(): boolean {
    return this.feed.facts.closed
  }

  /**
   * The time until which this user is muted, in epoch milliseconds of the server; `undefined` if the client knows of no
   * mute. The time may have passed: compare it with `client.serverNow`.
   */
  get mutedUntil(): number | undefined {
    return this.feed.facts.mutedUntil
  }

  /** The id of the user who added this user to the room. `undefined` if this user joined, or if it isn't known. */
  get addedBy(): string | undefined {
    return this.feed.facts.addedBy
  }

  /**
   * Who of the `members` that `client.createRoom` was given is not in the room, with the code `blocked` (they have
   * blocked this user) or `banned`. Empty when all are, and of a room that this client hasn't made.
   */
  get refused(): RoomFacts['refused'] {
    return this.feed.facts.refused
  }

  /**
   * Topic, picture, settings, pins and the rest, as last told: by `join`, `createRoom`, `update` and `findDetails`.
   * `undefined` before, because a new connection doesn't bring them.
   */
  get details(): RoomDetails | undefined {
    return this.feed.facts.details
  }

  /** Requests `details` from the server and returns them. Returns `undefined` with a server of version 0.1. */
  async findDetails(): Promise<RoomDetails | undefined> {
    this.feed.facts.learn(await this.ask('getRoom'))
    return this.details
  }

  /**
   * Whether this user may do something in the room, so that an interface can hide what wouldn't work. The client uses
   * the same table of permissions as the server. Until `details` are known, it assumes the default settings of a room.
   *
   * @param action a name from the protocol's table "Who may do what", such as `send`, `ban` or `describe`
   * @param subject for an action upon a person: that person's role, or a member as in `memberList`
   *
   * @example
   * const { members } = await room.memberList()
   * console.log(members.filter((member) => room.can('kick', member)))
   */
  can(action: PermissionName, subject?: Role | { role?: Role; userId?: string }): boolean {
    const { userId } = this.context
    const person = typeof subject === 'string' ? { role: subject } : (subject ?? {})
    // Owners may lower their own role, although they don't rank above themselves.
    const isOwnRole = action === 'setRole' && person.userId !== undefined && person.userId === userId
    const isIn = this.joined || (this.access !== undefined && this.role === undefined)
    return isIn && this.feed.facts.can(action, this.context.serverNow(), isOwnRole ? undefined : person.role)
  }

  /**
   * Adds users to the room as members.
   *
   * @param userIds the ids of 1 to 100 users
   * @param options `role`: `member`, the default, or `guest`, who may only read
   * @returns `added`: the new members; `already`: those who were members before; `refused`: those who can't be added,
   * with the code `banned` or `blocked`
   *
   * @example
   * const { refused } = await room.add(['bob', 'eve'])
   * console.log(refused)
   */
  add(userIds: string[], options?: { role?: 'guest' | 'member' }): Promise<Reply<'addMembers'>> {
    return this.ask('addMembers', { userIds, ...options })
  }

  /**
   * Ends another user's membership. They may join again if the room's access allows it; `ban` prevents that.
   *
   * @param options `reason`: 1 to 256 characters, shown to the user
   */
  async remove(userId: string, options: { reason?: string } = {}): Promise<void> {
    await this.ask('removeMember', { userId, ...options })
  }

  /**
   * Gives a member another role.
   *
   * @param role at most this user's own role
   * @throws ChatError `conflict` when the user is not a member
   */
  async setRole(userId: string, role: Role): Promise<void> {
    await this.ask('setRole', { userId, role })
    const { facts } = this.feed
    if (userId === this.context.userId) facts.change(() => (facts.role = role))
  }

  /**
   * Reads one page of the members with their roles and mutes, ordered by user id.
   *
   * @param page `role`: only members with this role; `limit`: 1 to 100, default 100; `cursor`: the `nextCursor` of the
   * previous page
   *
   * @example
   * const { members } = await room.memberList({ role: 'owner' })
   * console.log(members.map(({ userId }) => userId))
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
   * Creates an invite. Anybody who has it can join the room with `client.join({ invite })`. Is not retried when the
   * connection is lost, because that might create two invites.
   *
   * @param options `role`: the role of users who join with the invite, default `member`; `expiresInSeconds`: 60 to
   * 2,592,000, default a week; `maxUses`: 1 to 1,000, default unlimited
   * @returns `invite`, 22 characters, and `expiresAt` in epoch milliseconds
   *
   * @example
   * const { invite } = await room.createInvite({ maxUses: 10 })
   * console.log(`https://chat.example/#invite=${invite}`)
   */
  async createInvite(
    options: { role?: 'guest' | 'member'; expiresInSeconds?: number; maxUses?: number } = {},
  ): Promise<Reply<'createInvite'>> {
    return this.context.onceConnected({ action: 'createInvite', chatRoomId: this.id, ...options })
  }

  /** Reads all invites that can still be used. */
  async invites(): Promise<RoomInvite[]> {
    return listed(
      (cursor) => this.ask('listInvites', cursor),
      ({ invites }) => invites,
    )
  }

  /** Revokes an invite, so that nobody can join with it any more. Members who joined with it stay. */
  async revokeInvite(invite: string): Promise<void> {
    await this.ask('revokeInvite', { invite })
  }

  /**
   * Changes the room's name, topic, picture, access, settings or metadata. The changes are in force when the promise
   * resolves.
   *
   * @param changes `roomName`, `topic`, `imageUrl`, `access`, `settings`, `metadata`. Fields that are left out don't
   * change. `ifVersion`: the `version` of the details that the change is based on; with it the request is not retried
   * @returns the room's new details
   * @throws ChatError `conflict` when the details have been changed since `ifVersion`
   *
   * @example
   * await room.update({ topic: 'what is for lunch', settings: { slowModeSeconds: 10 } })
   */
  async update(changes: RoomChanges): Promise<RoomDetails> {
    const frame = { action: 'updateRoom' as const, chatRoomId: this.id, ...changes }
    const how = changes.ifVersion === undefined ? 'patiently' : 'onceConnected'
    const { room } = await this.context[how](frame)
    this.feed.facts.learn({ ...room, role: this.role, room })
    return room
  }

  /**
   * Pins a message.
   *
   * @returns the `messageId`s of all pinned messages, the one pinned last first
   * @throws ChatError `limit_reached` when the room has 50 pinned messages, `message_not_found`
   */
  pin(messageId: string): Promise<string[]> {
    return this.#pinned('pinMessage', messageId)
  }

  /**
   * Unpins a message.
   *
   * @returns the `messageId`s of the other pinned messages, the one pinned last first
   */
  unpin(messageId: string): Promise<string[]> {
    return this.#pinned('unpinMessage', messageId)
  }

  /**
   * Deletes the room and all its messages, for everybody. Succeeds when the room has already been deleted. The room
   * then emits the event `removed` with the reason `roomDeleted`.
   */
  async deleteRoom(): Promise<void> {
    try {
      await this.ask('deleteRoom')
    } catch (error) {
      // An earlier attempt may have succeeded although its reply was lost.
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
