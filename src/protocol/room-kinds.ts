/**
 * The roles of members, from least to most powerful. No schema here, so that functions that check no frame load none.
 */
export const roles = ['guest', 'member', 'moderator', 'owner'] as const

/** What an erasure does with the messages of the user: deletes them, or removes their sender. */
export const erasureModes = ['delete', 'anonymise'] as const

/** The actions that the audit log of a room records. */
export const auditActions = [
  'kick',
  'ban',
  'unban',
  'mute',
  'unmute',
  'role',
  'add',
  'delete',
  'settings',
  'close',
  'reopen',
  'pin',
  'unpin',
  'report',
  'deleteRoom',
  'truncate',
] as const
