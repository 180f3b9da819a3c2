import type { Reply } from '../src/protocol/actions.ts'
import type { Notify } from '../src/protocol/notification-actions.ts'
import { type PermissionName, refusal, type Standing } from '../src/protocol/permissions.ts'
import type { Access, Role, RoomDetails, Settings } from '../src/protocol/room-schema.ts'
import { settingsOf } from '../src/protocol/settings-of.ts'

/** The facts about a room that a reply or an event contains. A server of version 0.1 sends the name only. */
export interface Told {
  roomName: string
  access?: Access | undefined
  role?: Role | undefined
  /** The user's token has the scope `tabletalk:admin`, which allows more than their role. */
  admin?: true | undefined
  closed?: boolean | undefined
  room?: RoomDetails | undefined
}

/** What the client knows about a room and about this user's membership in it. */
export class RoomFacts {
  /** Whether this user is a member. `asked` means that the client doesn't know yet. */
  membership: 'asked' | 'member' | 'left' = 'asked'
  name: string | undefined
  access: Access | undefined
  /** Undefined for an admin, and as long as the role isn't known. */
  role: Role | undefined
  closed = false
  details: RoomDetails | undefined
  /** Until when this user is muted, server time; Infinity if the server didn't say. */
  mutedUntil: number | undefined
  addedBy: string | undefined
  /** The users whom the server did not add when this client created the room. */
  refused: NonNullable<Reply<'createRoom'>['refused']> = []
  /** For which messages this user wants to be woken; undefined means all. Kept when they leave the room. */
  notify: Notify | undefined
  /** When the user chose `notify`, server time; 0 if it isn't known. */
  notifyAt = 0
  /** The version of the membership that `role` and `mutedUntil` come from. */
  #standing = 0
  readonly #chatRoomId: string
  readonly #onChange: () => void

  constructor(chatRoomId: string, onChange: () => void) {
    this.#chatRoomId = chatRoomId
    this.#onChange = onChange
  }

  /**
   * Takes over facts from the server. Details that are older than the known ones are ignored.
   *
   * @param membership this user's membership according to the server; unchanged by default
   */
  learn({ roomName, access, role, admin, closed, room }: Told, membership = this.membership): void {
    this.change(() => {
      this.membership = membership
      this.name = roomName
      if (access === undefined) return
      const { details = room } = this
      const isNewer = room !== undefined && room.version >= details!.version
      this.access = access
      this.role = admin ? undefined : role
      this.closed = closed ?? (isNewer ? room.closed : this.closed)
      if (details) this.details = isNewer ? room : { ...details, roomName, access, closed: this.closed }
    })
  }

  /**
   * Takes over that this user was added. The versions of the new membership begin anew, and the end of the one before
   * may not have been told.
   */
  added(told: Told): void {
    this.#standing = 0
    this.learn(told, 'member')
  }

  /** Runs `make`, and calls `onChange` if that has changed a fact. */
  change(make: () => void): void {
    const before = this.#snapshot()
    make()
    if (this.#snapshot() !== before) this.#onChange()
  }

  /** Takes over a change of this user's own membership. A version that is older than the known one is ignored. */
  stand({ role, mutedUntil, version }: { role: Role; mutedUntil?: number | undefined; version: number }): void {
    if (version < this.#standing) return
    this.#standing = version
    this.change(() => {
      // An admin keeps the undefined role, because the scope ranks above every role.
      this.role &&= role
      this.mutedUntil = mutedUntil
    })
  }

  /** Takes over a choice of notifications. A choice that was made before the known one is ignored. */
  choose(notify: Notify | undefined, at: number): void {
    if (at < this.notifyAt) return
    this.notifyAt = at
    this.change(() => (this.notify = notify))
  }

  /** Called when this user is no longer a member. Forgets the facts that only members may know. */
  left(): void {
    this.change(() => {
      this.membership = 'left'
      this.access = this.role = this.details = this.mutedUntil = this.addedBy = undefined
      this.closed = false
      this.#standing = 0
    })
  }

  /** The room's settings. Until the details are known, the default settings for its access. */
  get settings(): Settings {
    return this.details?.settings ?? settingsOf(this.access ?? 'link')
  }

  /**
   * Whether this user may do something in the room, by the server's own rules.
   *
   * @param subject the standing of the other person, for a permission upon a person
   */
  can(name: PermissionName, now: number, subject?: Standing): boolean {
    const { access, role = 'admin', closed, mutedUntil } = this
    // A server of version 0.1 has no other permissions.
    if (access === undefined) return name === 'read' || name === 'send'
    const place = { chatRoomId: this.#chatRoomId, settings: this.settings, closed }
    return refusal(name, { standing: role, mutedUntil }, place, now, subject) === undefined
  }

  #snapshot(): string {
    const { membership, name, access, role, closed, details, mutedUntil, notify } = this
    return JSON.stringify([membership === 'member', name, access, role, closed, details, String(mutedUntil), notify])
  }
}
