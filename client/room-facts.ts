import type { Notify } from '../src/protocol/notification-actions.ts'
import { type PermissionName, refusal, type Standing } from '../src/protocol/permissions.ts'
import type { Access, Role, RoomDetails, Settings } from '../src/protocol/room-schema.ts'
import { settingsOf } from '../src/protocol/settings-of.ts'

/** What a reply or an event tells of a room. A server of 0.1 tells no more than the name. */
export interface Told {
  roomName: string
  access?: Access | undefined
  role?: Role | undefined
  /** The token makes the user more than their role. */
  admin?: true | undefined
  closed?: boolean | undefined
  room?: RoomDetails | undefined
}

/** What is known of a room, and of this user's place in it. */
export class RoomFacts {
  name: string | undefined
  access: Access | undefined
  /** Absent for an admin, and while nothing is known. */
  role: Role | undefined
  closed = false
  details: RoomDetails | undefined
  /** Until when this user may not write, server time; Infinity when the server doesn't tell. */
  mutedUntil: number | undefined
  addedBy: string | undefined
  /** Which messages are to wake this user, as the server says; absent: all. It stays while they are away. */
  notify: Notify | undefined
  /** When they chose that, as far as it is known, server time. */
  notifyAt = 0
  /** The version of what is known of this user's membership. */
  #standing = 0
  readonly #chatRoomId: string
  readonly #onChange: () => void

  constructor(chatRoomId: string, onChange: () => void) {
    this.#chatRoomId = chatRoomId
    this.#onChange = onChange
  }

  /** Takes over what the server tells. Of details that come in another order than they were made, the newest stay. */
  learn({ roomName, access, role, admin, closed, room }: Told): void {
    this.change(() => {
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

  /** Makes changes, and tells when there are any. */
  change(make: () => void): void {
    const before = this.#snapshot()
    make()
    if (this.#snapshot() !== before) this.#onChange()
  }

  /** This user's own membership is another one than it was. The newer version holds, whenever it comes. */
  stand({ role, mutedUntil, version }: { role: Role; mutedUntil?: number | undefined; version: number }): void {
    if (version < this.#standing) return
    this.#standing = version
    this.change(() => {
      // An admin's own role is above all.
      this.role &&= role
      this.mutedUntil = mutedUntil
    })
  }

  /** This user is to be woken for other messages. Of two choices the later one holds, whichever comes first. */
  choose(notify: Notify | undefined, at: number): void {
    if (at < this.notifyAt) return
    this.notifyAt = at
    this.change(() => (this.notify = notify))
  }

  /** This user is in the room no more, and a room may be hidden from who isn't in it. */
  forget(): void {
    this.access = this.role = this.details = this.mutedUntil = this.addedBy = undefined
    this.closed = false
    this.#standing = 0
  }

  /** Before the details are known, those that a room has from the start. */
  get settings(): Settings {
    return this.details?.settings ?? settingsOf(this.access ?? 'link')
  }

  /** Whether this user may do something, as the server will decide; upon whom, where it is upon a person. */
  can(name: PermissionName, now: number, subject?: Standing): boolean {
    const { access, role = 'admin', closed, mutedUntil } = this
    // A server of 0.1 has nothing else to ask for.
    if (access === undefined) return name === 'read' || name === 'send'
    const place = { chatRoomId: this.#chatRoomId, settings: this.settings, closed }
    return refusal(name, { standing: role, mutedUntil }, place, now, subject) === undefined
  }

  #snapshot(): string {
    const { name, access, role, closed, details, mutedUntil, notify } = this
    return JSON.stringify([name, access, role, closed, details, String(mutedUntil), notify])
  }
}
