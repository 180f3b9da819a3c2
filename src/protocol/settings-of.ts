import type { Access, Settings, SomeSettings } from './room-schema.ts'

/**
 * Returns a room's settings with the defaults for those that it has not chosen. Uses no schema, because browsers load
 * it too.
 */
export const settingsOf = (access: Access, chosen: SomeSettings = {}): Settings => ({
  post: 'member',
  invite: access === 'private' ? 'moderator' : 'member',
  pin: access === 'direct' ? 'member' : 'moderator',
  mentionRoom: access === 'direct' ? 'member' : 'moderator',
  slowModeSeconds: 0,
  editWindowSeconds: null,
  history: 'all',
  receipts: true,
  presence: true,
  previews: true,
  retentionDays: null,
  ...(Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)) as Partial<Settings>),
})
