import { Forbidden } from '../errors.ts'
import { oneOf, optional } from '../env.ts'
import { openPolicy } from '../protocol/announced-limits.ts'
import type { Actor } from '../rooms/admission.ts'

/** What this deployment lets its users do about rooms. `sync` announces it in `limits`. */
export const roomPolicy = {
  /** Access of a room that is made without one. */
  defaultRoomAccess:
    optional('DEFAULT_ROOM_ACCESS', oneOf('public', 'link', 'private')) ?? openPolicy.defaultRoomAccess,
  /** Who may choose a room's id: an id that can be guessed can be taken by somebody else first. */
  chosenRoomIds: optional('CHOSEN_ROOM_IDS', oneOf('anyone', 'server')) ?? openPolicy.chosenRoomIds,
  /** Who may make rooms; `scope` is who has `tabletalk:rooms` in the token. */
  roomCreation: optional('ROOM_CREATION', oneOf('anyone', 'scope', 'server')) ?? openPolicy.roomCreation,
  /** Who may write to a user with whom there is no direct room yet. */
  directMessages: optional('DIRECT_MESSAGES', oneOf('anyone', 'server')) ?? openPolicy.directMessages,
} as const

const isAbovePolicy = ({ scopes }: Pick<Actor, 'scopes'>): boolean => scopes.has('server') || scopes.has('admin')

/** @throws Forbidden before anything is read */
export function requireRoomCreation(actor: Pick<Actor, 'scopes'>, chosenId: string | undefined): void {
  if (isAbovePolicy(actor)) return
  const { scopes } = actor
  if (scopes.has('guest')) throw new Forbidden('unable to create a room; the token makes guests only')
  const { roomCreation, chosenRoomIds } = roomPolicy
  if (roomCreation === 'server' || (roomCreation === 'scope' && !scopes.has('rooms'))) {
    throw new Forbidden('unable to create a room; this deployment does not let the user')
  }
  if (chosenId !== undefined && chosenRoomIds === 'server') {
    throw new Forbidden('unable to create a room with an id of its own; this deployment makes the ids')
  }
}

/** @throws Forbidden when this deployment lets no user make a direct room */
export function requireDirectRoomCreation(actor: Pick<Actor, 'scopes'>): void {
  if (roomPolicy.directMessages === 'server' && !isAbovePolicy(actor)) {
    throw new Forbidden('unable to write to this user; this deployment makes the direct rooms')
  }
}
