import { Forbidden } from '../errors.ts'
import { oneOf, optional } from '../env.ts'
import { openPolicy } from '../protocol/announced-limits.ts'
import type { Actor } from '../rooms/admission.ts'

/** What this deployment lets its users do with rooms. `sync` announces it in `limits`. */
export const roomPolicy = {
  /** The access of a room that is created without one. */
  defaultRoomAccess:
    optional('DEFAULT_ROOM_ACCESS', oneOf('public', 'link', 'private')) ?? openPolicy.defaultRoomAccess,
  /** Who may choose a room's id. If anyone may, somebody else can take a guessable id first. */
  chosenRoomIds: optional('CHOSEN_ROOM_IDS', oneOf('anyone', 'server')) ?? openPolicy.chosenRoomIds,
  /** Who may create rooms; `scope` means users with `tabletalk:rooms` in their token. */
  roomCreation: optional('ROOM_CREATION', oneOf('anyone', 'scope', 'server')) ?? openPolicy.roomCreation,
  /** Who may write to a user with whom there is no direct room yet. */
  directMessages: optional('DIRECT_MESSAGES', oneOf('anyone', 'server')) ?? openPolicy.directMessages,
} as const

const isAbovePolicy = ({ scopes }: Pick<Actor, 'scopes'>): boolean => scopes.has('server') || scopes.has('admin')

/**
 * Checks the policy before anything is read.
 *
 * @throws Forbidden when the caller may not create rooms, or not with an id of their choice
 */
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

/** @throws Forbidden when this deployment does not let users create direct rooms */
export function requireDirectRoomCreation(actor: Pick<Actor, 'scopes'>): void {
  if (roomPolicy.directMessages === 'server' && !isAbovePolicy(actor)) {
    throw new Forbidden('unable to write to this user; this deployment makes the direct rooms')
  }
}
