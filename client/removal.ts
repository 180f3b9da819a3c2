import type { RemovedEvent } from '../src/protocol/events.ts'

/** Why this user is in a room no more: the reason, what was given as the reason, and the end of a ban in epoch ms. */
export type Removal = Pick<RemovedEvent, 'reason' | 'note' | 'until'>
