import type { RemovedEvent } from '../src/protocol/events.ts'

/**
 * Why this user is no longer a member of a room. `reason` is the kind of removal, `note` the moderator's words, and
 * `until` the end of a temporary ban in epoch milliseconds.
 */
export type Removal = Pick<RemovedEvent, 'reason' | 'note' | 'until'>
