import type { PermissionName } from '../../src/protocol/permissions.ts'

/**
 * Explains each row of the table of permissions. Kept apart, because browsers load that table and need no explanations.
 */
export const permissionNotes: Record<PermissionName, string> = {
  read: 'read the room, its history, members and files; mark as read; leave; report a message',
  send: 'send messages and files, show as typing',
  edit: 'edit their own message',
  deleteOwn: 'delete their own message',
  deleteAny: 'delete the message of another user, who may have left',
  react: 'react to a message, and remove the reaction',
  mentionRoom: 'mention the room',
  add: 'add members, make and revoke invites',
  pin: 'pin a message',
  kick: 'remove a member',
  ban: 'ban a user, end a ban, list the bans',
  mute: 'mute a member',
  close: 'close and reopen the room',
  audit: 'see what was done in the room',
  describe: 'change name, topic and slow mode',
  configure: 'change access, picture, data and the other settings',
  setRole: 'give a role, at most their own',
  delete: 'delete the room',
}
