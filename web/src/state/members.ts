import type { Room } from '../../../client/index.ts'
import { Store } from './store.ts'

export interface MembersState {
  phase: 'waiting' | 'loading' | 'ready' | 'failed'
  /** In order of their names. */
  userIds: readonly string[]
}

/** The members of a room: loaded once, then kept up to date by events. */
export class Members extends Store<MembersState> {
  readonly #ask: () => Promise<string[]>
  /** Changes that arrived while the list was loading. */
  readonly #changes = new Map<string, boolean>()

  constructor(room: { on: Room['on']; members: () => Promise<string[]> }) {
    super({ phase: 'waiting', userIds: [] })
    this.#ask = () => room.members()
    room.on('memberJoined', ({ userId }) => this.#changed(userId, true))
    room.on('memberLeft', ({ userId }) => this.#changed(userId, false))
  }

  async load(): Promise<void> {
    if (this.get().phase === 'ready' || this.get().phase === 'loading') return
    this.#changes.clear()
    this.patch({ phase: 'loading' })
    try {
      const userIds = await this.#ask()
      this.set({ phase: 'ready', userIds: sorted(userIds) })
      for (const [userId, isMember] of this.#changes) this.#changed(userId, isMember)
    } catch {
      this.patch({ phase: 'failed' })
    }
  }

  #changed(userId: string, isMember: boolean): void {
    const { phase, userIds } = this.get()
    if (phase === 'loading') this.#changes.set(userId, isMember)
    if (phase !== 'ready') return
    const others = userIds.filter((other) => other !== userId)
    this.patch({ userIds: isMember ? sorted([...others, userId]) : others })
  }
}

const { compare } = new Intl.Collator(undefined, { numeric: true })

const sorted = (userIds: readonly string[]): string[] => [...userIds].sort(compare)
