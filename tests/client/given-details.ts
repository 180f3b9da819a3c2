import type { Access, Role, RoomDetails } from '../../src/protocol/room-schema.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'

/** Returns the details of a room named `general`, as a server sends them. */
export const detailsOf = (access: Access, more: Partial<RoomDetails> = {}): RoomDetails => ({
  ...{ chatRoomId: 'general', roomName: 'general', access, settings: settingsOf(access), pins: [], closed: false },
  ...{ createdBy: 'me', createdAt: 1_767_225_600_000, memberCount: 2, version: 0 },
  ...more,
})

/** Returns what a server's replies contain about a room besides its name. `closed` is only in `sync`. */
export const factsOf = (access: Access, role: Role | undefined, more: Partial<RoomDetails> = {}) => ({
  ...{ access, role, room: detailsOf(access, more) },
})
