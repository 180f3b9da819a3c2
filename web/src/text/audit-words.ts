import type { AuditEntry } from '../../../client/index.ts'

/** What was done; the name of whom it was done to follows. */
const words: Record<AuditEntry['action'], string> = {
  kick: 'removed',
  ban: 'banned',
  unban: 'ended the ban of',
  mute: 'muted',
  unmute: 'ended the mute of',
  role: 'changed the role of',
  add: 'added',
  delete: 'deleted a message of',
  settings: 'changed the room',
  close: 'closed the room',
  reopen: 'reopened the room',
  pin: 'pinned a message',
  unpin: 'unpinned a message',
  report: 'reported a message of',
  deleteRoom: 'deleted the room',
  truncate: 'cleared the history',
}

/** A server may be newer than this page: an action that isn't known is shown by its name. */
export const auditWords = (action: string): string =>
  Object.hasOwn(words, action) ? words[action as AuditEntry['action']] : action
