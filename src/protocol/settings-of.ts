import type { Access, Settings, SomeSettings } from './room-schema.ts'

/** The settings of a room that has chosen only some. Browsers use it too, so it needs no schema. */
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
