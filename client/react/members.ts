import type { ChatClient, Member, Role } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store } from './store.ts'
import { roomOf, type Talk } from './talk.ts'

export interface Standing {
  role: Role
  /** Epoch ms. */
  mutedUntil?: number | undefined
}

export interface MembersState {
  /** Owners and moderators first, then by id. */
  userIds: readonly string[]
  /** The roles and mutes of members, as far as they are known: of the first 1,000, and those that changed since. */
  standings: ReadonlyMap<string, Standing>
  isReady: boolean
  isLoading: boolean
  /** Why the members could not be loaded. */
  error: unknown
}

/** The most pages of members whose roles are requested. */
const STANDING_PAGES = 10

/** The members of a room: loaded once, then kept up to date by events. */
export class Members extends Store<MembersState> {
  readonly #talk: Talk
  readonly #client: ChatClient
  /** Changes that arrived while the list was loading. */
  readonly #changes = new Map<string, boolean>()
  /** The version of each member's known standing. Events may arrive in any order. */
  readonly #versions = new Map<string, number>()

  /** Call `membersOf` instead. */
  constructor(client: ChatClient, talk: Talk) {
    super({ userIds: [], standings: new Map(), isReady: false, isLoading: false, error: undefined })
    this.#client = client
    this.#talk = talk
    talk.on('memberJoined', ({ userId }) => this.#changed(userId, true))
    talk.on('memberLeft', ({ userId }) => this.#changed(userId, false))
    talk.on('memberUpdated', ({ userId, role, mutedUntil, version }) => {
      if (version < (this.#versions.get(userId) ?? 0)) return
      this.#versions.set(userId, version)
      this.stands(userId, { role, mutedUntil })
    })
  }

  /** Loads the members, unless they are loaded or loading. The state shows whether that has failed. */
  async load(): Promise<void> {
    if (this.get().isReady || this.get().isLoading) return
    this.#changes.clear()
    this.patch({ isLoading: true, error: undefined })
    try {
      const userIds = await this.#read()
      this.#show({ isReady: true, isLoading: false, userIds })
      for (const [userId, isMember] of this.#changes) this.#changed(userId, isMember)
    } catch (error) {
      this.patch({ isLoading: false, error })
    }
  }

  /** Reads the ids. A direct conversation without a room has its two users. */
  async #read(): Promise<string[]> {
    const room = roomOf(this.#talk)
    if (room) return room.members()
    return 'userId' in this.#talk ? [this.#client.userId ?? '', this.#talk.userId] : []
  }

  /**
   * Loads the members' roles.
   *
   * @throws ChatError the server's error; a server of version 0.1 has no roles
   */
  async loadStandings(): Promise<void> {
    const room = roomOf(this.#talk)
    if (!room || room.isDirect) return
    const members: Member[] = []
    let cursor: string | undefined
    for (let page = 0; page < STANDING_PAGES; page++) {
      const reply = await room.memberList(cursor === undefined ? {} : { cursor })
      members.push(...reply.members)
      cursor = reply.nextCursor
      if (cursor === undefined) break
    }
    this.#show({ standings: new Map(members.map(({ userId, role, mutedUntil }) => [userId, { role, mutedUntil }])) })
  }

  /** Shows a role or mute that this user has just given, without another request. */
  stands(userId: string, standing: Standing): void {
    this.#show({ standings: new Map(this.get().standings).set(userId, standing) })
  }

  /** Shows that this user has just added or removed a member. */
  is(userId: string, isMember: boolean): void {
    this.#changed(userId, isMember)
  }

  /** Compares two user ids for sorting: owners and moderators come first. */
  byRank(a: string, b: string): number {
    return byRankIn(this.get())(a, b)
  }

  #changed(userId: string, isMember: boolean): void {
    const { isReady, isLoading, userIds, standings } = this.get()
    if (isLoading) this.#changes.set(userId, isMember)
    if (!isReady) return
    const others = userIds.filter((other) => other !== userId)
    if (isMember) return this.#show({ userIds: [...others, userId] })
    const left = new Map(standings)
    left.delete(userId)
    this.#show({ userIds: others, standings: left })
  }

  #show(fields: Partial<MembersState>): void {
    const next = { ...this.get(), ...fields }
    const byRank = byRankIn(next)
    this.set({ ...next, userIds: [...next.userIds].sort((a, b) => byRank(a, b) || compare(a, b)) })
  }
}

/** The order in which roles are listed. Guests are listed among the members. */
const ranks: Record<Role, number> = { owner: 2, moderator: 1, member: 0, guest: 0 }

const byRankIn =
  ({ standings }: Pick<MembersState, 'standings'>) =>
  (a: string, b: string): number => {
    const rank = (userId: string) => ranks[standings.get(userId)?.role ?? 'member']
    return rank(b) - rank(a)
  }

const { compare } = new Intl.Collator(undefined, { numeric: true })

const known = oneFor((_: Talk): { members?: Members } => ({}))

/** Returns the members of a room for use outside of components: always the same store. */
export const membersOf = (client: ChatClient, talk: Talk): Members =>
  (known(talk).members ??= new Members(client, talk))
