import type { Role } from '../../../client/index.ts'

/** What stands beside a member; nothing beside a plain one. */
export const roleBadges: Record<Role, string> = { owner: 'Owner', moderator: 'Moderator', member: '', guest: 'Guest' }

export const roleChoices: Record<Role, string> = {
  owner: 'Make owner',
  moderator: 'Make moderator',
  member: 'Make member',
  guest: 'Make guest',
}
