/** What a member may do, from least to most. Without a schema, so that functions that check no frame carry none. */
export const roles = ['guest', 'member', 'moderator', 'owner'] as const

/** What becomes of what an erased user has said. */
export const erasureModes = ['delete', 'anonymise'] as const

/** What the audit log of a room tells of. */
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
