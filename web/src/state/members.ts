import type { Member, Role, Room } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

export interface Standing {
  role: Role
  /** Epoch ms. */
  mutedUntil?: number | undefined
}

export interface MembersState {
  phase: 'waiting' | 'loading' | 'ready' | 'failed'
  /** Owners and moderators first, then by id. */
  userIds: readonly string[]
  /** Of those members whose roles are known. */
  standings: ReadonlyMap<string, Standing>
}

interface Source {
  on: Room['on']
  members: () => Promise<string[]>
  /** The first of them, with their roles. */
  standings?: () => Promise<readonly Member[]>
}

/** The members of a room: loaded once, then kept up to date by events. */
export class Members extends Store<MembersState> {
  readonly #source: Source
  /** Changes that arrived while the list was loading. */
  readonly #changes = new Map<string, boolean>()
  /** Of what is known of each member: events may come in any order. */
  readonly #versions = new Map<string, number>()

  constructor(source: Source) {
    super({ phase: 'waiting', userIds: [], standings: new Map() })
    this.#source = source
    source.on('memberJoined', ({ userId }) => this.#changed(userId, true))
    source.on('memberLeft', ({ userId }) => this.#changed(userId, false))
    source.on('memberUpdated', ({ userId, role, mutedUntil, version }) => {
      if (version < (this.#versions.get(userId) ?? 0)) return
      this.#versions.set(userId, version)
      this.stands(userId, { role, mutedUntil })
    })
  }

  async load(): Promise<void> {
    if (this.get().phase === 'ready' || this.get().phase === 'loading') return
    this.#changes.clear()
    this.patch({ phase: 'loading' })
    try {
      const userIds = await this.#source.members()
      this.#show({ phase: 'ready', userIds })
      for (const [userId, isMember] of this.#changes) this.#changed(userId, isMember)
    } catch {
      this.patch({ phase: 'failed' })
    }
  }

  /** Loads the members' roles. Without them, the list shows names only. */
  async loadStandings(): Promise<void> {
    const members = await this.#source.standings?.()
    if (!members) return
    this.#show({ standings: new Map(members.map(({ userId, role, mutedUntil }) => [userId, { role, mutedUntil }])) })
  }

  /** Shows what this user has just done, before the server is asked again. */
  stands(userId: string, standing: Standing): void {
    this.#show({ standings: new Map(this.get().standings).set(userId, standing) })
  }

  /** Shows a member whom this user has added or removed. */
  is(userId: string, isMember: boolean): void {
    this.#changed(userId, isMember)
  }

  /** Owners and moderators come first. */
  byRank(a: string, b: string): number {
    return byRankIn(this.get())(a, b)
  }

  #changed(userId: string, isMember: boolean): void {
    const { phase, userIds, standings } = this.get()
    if (phase === 'loading') this.#changes.set(userId, isMember)
    if (phase !== 'ready') return
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

/** Guests stand among the members: what they may not do is said beside them. */
const ranks: Record<Role, number> = { owner: 2, moderator: 1, member: 0, guest: 0 }

const byRankIn =
  ({ standings }: Pick<MembersState, 'standings'>) =>
  (a: string, b: string): number => {
    const rank = (userId: string) => ranks[standings.get(userId)?.role ?? 'member']
    return rank(b) - rank(a)
  }

const { compare } = new Intl.Collator(undefined, { numeric: true })
