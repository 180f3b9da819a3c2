import type { ChatClient, Role } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store } from './store.ts'
import { joinedRoomOf, roomOf, type Talk } from './talk.ts'

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

/** The members of a room. They are loaded once, kept up to date by events, and loaded again after an absence. */
export class Members extends Store<MembersState> {
  readonly #talk: Talk
  readonly #client: ChatClient
  /** Users who joined (true) or left (false) while the list was loading. */
  readonly #changes = new Map<string, boolean>()
  /** Standings from events since the roles were requested; undefined for a user who has left. */
  #told = new Map<string, Standing | undefined>()
  /** The version of each member's known standing, because events may arrive in any order. */
  readonly #versions = new Map<string, number>()
  #loading: Promise<void> | undefined
  #standings: Promise<void> | undefined
  /** Whether the client may have missed that users joined or left. */
  #isOld = false
  /** Whether the request that is loading the list waits for a connection. */
  #isWaiting = false
  #lookers = 0

  /** Call `membersOf` instead. */
  constructor(client: ChatClient, talk: Talk) {
    super({ userIds: [], standings: new Map(), isReady: false, isLoading: false, error: undefined })
    this.#client = client
    this.#talk = talk
    talk.on('memberJoined', ({ userId }) => {
      // The versions of a new membership begin anew, and the end of the one before may not have been told.
      this.#versions.delete(userId)
      this.#changed(userId, true)
    })
    talk.on('memberLeft', ({ userId }) => this.#changed(userId, false))
    talk.on('memberUpdated', ({ userId, role, mutedUntil, version }) => {
      if (version < (this.#versions.get(userId) ?? 0)) return
      this.#versions.set(userId, version)
      this.stands(userId, { role, mutedUntil })
    })
    const joined = joinedRoomOf(talk)
    talk.on('stale', () => {
      // If this user is not back yet, the change of `joined` follows and does the same.
      if (joined.get()) this.#outdated()
    })
    joined.subscribe(() => this.#outdated())
    client.on('status', ({ status }) => {
      if (status !== 'connected') return
      this.#outdated()
      this.#isWaiting = false
    })
  }

  /** Loads the members, also again after each absence, until the returned function is called. */
  look(): () => void {
    this.#lookers++
    this.#refresh()
    return () => void this.#lookers--
  }

  #refresh(): void {
    this.load().catch(() => {})
    // If the roles can't be loaded, the ids are still shown.
    this.loadStandings().catch(() => {})
  }

  #outdated(): void {
    // A request that waits for the connection will have the current members.
    if (this.#loading && this.#isWaiting) return
    const isWanted = this.#lookers > 0 || this.#loading !== undefined
    this.#isOld = true
    this.#loading = this.#standings = undefined
    this.#versions.clear()
    if (isWanted) this.#refresh()
  }

  /** Loads the members, unless they are loaded or loading. The state shows whether that has failed. */
  load(): Promise<void> {
    if (this.#loading) return this.#loading
    if (this.get().isReady && !this.#isOld) return Promise.resolve()
    this.#changes.clear()
    this.#isOld = false
    this.#isWaiting = this.#client.status !== 'connected'
    this.patch({ isLoading: true, error: undefined })
    const loading: Promise<void> = this.#read().then(
      async (userIds) => {
        // The list was outdated meanwhile, so callers wait for the later request instead.
        if (this.#loading !== loading) return this.#loading
        this.#loading = undefined
        this.#show({ isReady: true, isLoading: false, userIds })
        for (const [userId, isMember] of this.#changes) this.#changed(userId, isMember)
      },
      async (error: unknown) => {
        if (this.#loading !== loading) return this.#loading
        this.#loading = undefined
        this.#isOld = true
        this.patch({ isLoading: false, error })
      },
    )
    return (this.#loading = loading)
  }

  /** Reads the ids. A direct conversation without a room has its two users. */
  async #read(): Promise<string[]> {
    const room = roomOf(this.#talk)
    if (room) return room.members()
    await this.#client.ready()
    return 'userId' in this.#talk ? [...new Set([this.#client.userId!, this.#talk.userId])] : []
  }

  /**
   * Loads the members' roles, unless they are loaded or loading.
   *
   * @throws ChatError the server's error; a server of version 0.1 has no roles
   */
  loadStandings(): Promise<void> {
    const standings = (this.#standings ??= this.#readStandings().catch((error: unknown) => {
      if (this.#standings === standings) this.#standings = undefined
      throw error
    }))
    return standings
  }

  async #readStandings(): Promise<void> {
    const room = roomOf(this.#talk)
    if (!room || room.isDirect) return
    const told = (this.#told = new Map<string, Standing | undefined>())
    const standings = new Map<string, Standing>()
    let cursor: string | undefined
    for (let page = 0; page < STANDING_PAGES; page++) {
      const reply = await room.memberList(cursor === undefined ? {} : { cursor })
      for (const { userId, role, mutedUntil } of reply.members) standings.set(userId, { role, mutedUntil })
      cursor = reply.nextCursor
      if (cursor === undefined) break
    }
    if (this.#told !== told) return
    for (const [userId, standing] of told) {
      if (standing) standings.set(userId, standing)
      else standings.delete(userId)
    }
    this.#show({ standings })
  }

  /** Shows a role or mute that this user has just given, without another request. */
  stands(userId: string, standing: Standing): void {
    this.#told.set(userId, standing)
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
    if (!isMember) this.#told.set(userId, undefined)
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
